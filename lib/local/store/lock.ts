import {link, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import {explainFullDisk, makeFolder} from './folder.ts';
import {isAlive, isCode, readStart, type ProcessIdentity} from './process-identity.ts';

const POLL_MS = 100;

/** Tells attempts of one process from each other: several may wait for one lock. */
let attempts = 0;

export interface LockOptions {
  readonly pid: number;
  /** Told once, with the process that is waited for. What it throws ends the waiting. */
  readonly onWait: (pid: number) => void;
}

/**
 * Takes a lock file and gives the function that lets it go. While a living process holds it this waits; what a dead one
 * left behind is taken over.
 */
export async function takeLock(path: string, {pid, onWait}: LockOptions): Promise<() => Promise<void>> {
  await makeFolder(dirname(path));
  attempts += 1;
  const own = `${path}.${String(pid)}.${String(attempts)}`;
  let told = 0;
  try {
    await writeFile(own, JSON.stringify({pid, start: await readStart(pid)}));
    while (!(await tryLink(own, path))) {
      const holder = await waitOrDrop(path, own);
      if (holder !== null && holder !== told) onWait(holder);
      told = holder ?? told;
    }
  } catch (error) {
    throw explainFullDisk(path, error);
  } finally {
    await rm(own, {force: true});
  }
  return () => rm(path, {force: true});
}

/** Takes a lock file that nobody living holds, as `takeLock` does; null, at once, when somebody does. */
export async function tryLock(path: string, pid: number): Promise<(() => Promise<void>) | null> {
  const held = new Error(`${path} is held`);
  const onWait = (): never => {
    throw held;
  };
  return takeLock(path, {pid, onWait}).catch((error: unknown) => {
    if (error === held) return null;
    throw error;
  });
}

/** Waits a little when a living process holds the lock, and gives its id; what a dead one left is moved away. */
async function waitOrDrop(path: string, own: string): Promise<number | null> {
  const holder = await readHolder(path);
  if (holder === null || !(await isAlive(holder))) {
    await dropStale(path, own, holder);
    return null;
  }
  await sleep(POLL_MS);
  return holder.pid;
}

/** The living process that holds a lock, or null. */
export async function readLockHolder(path: string): Promise<number | null> {
  const holder = await readHolder(path);
  return holder !== null && (await isAlive(holder)) ? holder.pid : null;
}

/** A hard link appears at once and with its content, or fails because the name is taken. */
async function tryLink(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Moves a dead process' lock out of the way, unless somebody took it over meanwhile. */
async function dropStale(path: string, own: string, seen: ProcessIdentity | null): Promise<void> {
  const moved = `${own}.stale`;
  try {
    await rename(path, moved);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  const found = await readHolder(moved);
  if (found !== null && found.pid !== seen?.pid) await tryLink(moved, path);
  await rm(moved, {force: true});
}

async function readHolder(path: string): Promise<ProcessIdentity | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : null;
  } catch {
    return null;
  }
}

function isHolder(value: unknown): value is ProcessIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'start' in value &&
    typeof value.start === 'string'
  );
}
