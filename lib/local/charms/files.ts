import {createHash} from 'node:crypto';
import {chmod, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';

import {readCharmArchive, type ArchiveEntry, type Charm} from '#juju';

import {findProgram} from './program.ts';

/** Where the files of a charm are that hooks run, and the module that exports `charm`; empty where no module is loaded. */
export interface CharmPlace {
  readonly folder: string;
  readonly program: string;
}

/** Brings the files of charms to where a cloud runs them. */
export interface CharmFiles {
  /**
   * `path`: the archive or the folder that the charm was read from. With `isDry` nothing is made of them that takes long: what would have
   * to be packed is in no folder yet, an empty text, and whether it can be packed is not known.
   */
  open(path: string, charm: Charm, options?: {readonly isDry?: boolean}): Promise<CharmPlace>;
}

/** Puts a file's content at a path whose folder is there. */
export type WriteMember = (path: string, content: Uint8Array, mode: number) => Promise<void>;

/**
 * Files for charms that run in this process: folders as they are, archives unpacked. The runtime of a packed charm is many times
 * larger than the rest and of no use here. `getUnpacked` gives the folder for them; it is asked only when there is an archive.
 */
export function createMemoryFiles(getUnpacked: () => Promise<string>): CharmFiles {
  return {
    open: async (path, {kind, metadata}) => {
      if (kind !== 'archive') return {folder: path, program: findProgram(path)};
      const bytes = await readFile(path);
      const folder = join(await getUnpacked(), getUnpackedName(metadata.name, bytes));
      await unpackOnce(folder, () => readCharmArchive(bytes).filter((member) => !isRuntime(member.path)));
      return {folder, program: findProgram(folder)};
    },
  };
}

function isRuntime(path: string): boolean {
  return /(?:^|\/)(?:bin\/node|node)$/.test(path);
}

/** The name of an unpacked charm: two archives that differ have two. */
export function getUnpackedName(name: string, bytes: Uint8Array): string {
  return `${name}-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
}

/** Unpacks members into a folder that is named for them, unless it is there, also by somebody else meanwhile: what is there is whole. */
export async function unpackOnce(
  folder: string,
  read: () => readonly ArchiveEntry[],
  write: WriteMember = writeMember,
): Promise<void> {
  if (await isThere(folder)) return;
  const members = read();
  await mkdir(dirname(folder), {recursive: true});
  const partial = await mkdtemp(`${folder}.`);
  try {
    await chmod(partial, 0o755);
    for (const member of members) await unpack(partial, member, write);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, {recursive: true, force: true});
    if (!(await isThere(folder))) throw error;
  }
}

async function unpack(folder: string, {path, kind, mode, content}: ArchiveEntry, write: WriteMember): Promise<void> {
  const target = join(folder, path);
  await mkdir(kind === 'directory' ? target : dirname(target), {recursive: true});
  if (kind === 'symlink') await symlink(Buffer.from(content).toString('utf8'), target);
  if (kind === 'file') await write(target, content, mode);
}

/** Writes a file whose mode is this one whatever the umask. */
export const writeMember: WriteMember = async (path, content, mode) => {
  await writeFile(path, content);
  await chmod(path, mode);
};

/** Whether there is something at a path. */
export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
