import {readdir, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';

import {tryLock} from '../../store/lock.ts';

/** Where this process builds the layer with this id; nobody else builds it while this one has its lock. */
export function getPartial(folder: string, id: string): string {
  return join(folder, `${id}.${String(process.pid)}.partial`);
}

/** The lock of whoever builds a layer. */
export function getLayerLock(folder: string, id: string): string {
  return join(folder, `${id}.lock`);
}

/** Removes what there is of a layer, whole or not. The caller has its lock. */
export async function clearLayer(folder: string, id: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  await removeAll(
    folder,
    id,
    names.filter((name) => name === id || isPartialOf(name, id)),
  );
}

/**
 * Removes what killed builds left, partial layers and locks, of any layer, since nobody may ever ask for that one again. Whole layers
 * stay, and what a living process builds.
 */
export async function removeKilledBuilds(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  const ids = names.flatMap((name) => /^([^.]+)\.(?:.*\.partial|lock)$/.exec(name)?.[1] ?? []);
  for (const id of new Set(ids)) {
    const release = await tryLock(getLayerLock(folder, id), process.pid);
    if (release === null) continue;
    try {
      const parts = (await readdir(folder)).filter((name) => isPartialOf(name, id));
      await removeAll(folder, id, parts);
    } finally {
      await release();
    }
  }
}

function isPartialOf(name: string, id: string): boolean {
  return name.startsWith(`${id}.`) && name.endsWith('.partial');
}

/** Nothing of it is mounted: mounts end with who made them. */
async function removeAll(folder: string, id: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    // A killed build's last process may still be ending: it is not to find the place where the next one builds.
    const removed = join(folder, `${id}.removed-${String(process.pid)}.partial`);
    await rename(join(folder, name), removed);
    await rm(removed, {recursive: true, force: true, maxRetries: 5});
  }
}
