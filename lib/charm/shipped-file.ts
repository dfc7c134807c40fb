import fs from 'node:fs';
import {dirname} from 'node:path';

/**
 * Puts a file of the charm where it is started from. A hard link where the file system allows one: it takes no room, and keeps the
 * file when the charm is upgraded, since Juju removes each file before it writes the new one (juju/utils, zip/extract.go). Else a
 * copy. Either way a reader finds the old file or the new one. `draft` is a path beside `target`.
 */
export async function shipFile(source: string, target: string, draft: string): Promise<void> {
  const {link, mkdir, rename, rm} = fs.promises;
  await mkdir(dirname(target), {recursive: true});
  await rm(draft, {force: true});
  try {
    await link(source, draft);
  } catch (error) {
    if (!isNoLink(error)) {
      throw error;
    }
    await copyFile(source, draft);
  }
  await rename(draft, target);
  // Two links to one file are not renamed over each other.
  await rm(draft, {force: true});
}

/** Another file system, one without links, or one link too many; or the kernel protects files of others. */
function isNoLink(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EXDEV' || code === 'EPERM' || code === 'EMLINK' || code === 'ENOTSUP' || code === 'EROFS';
}

async function copyFile(source: string, draft: string): Promise<void> {
  const {copyFile: copy, open, stat} = fs.promises;
  // Shares the blocks where the file system can.
  await copy(source, draft, fs.constants.COPYFILE_FICLONE);
  const {atime, mtime, mode} = await stat(source);
  const handle = await open(draft, 'r+');
  try {
    await handle.chmod(mode & 0o7777);
    await handle.utimes(atime, mtime);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Up to this size files are compared by what is in them: archives may give all of them one time. */
const SMALL_BYTES = 1024 * 1024;

/** The same file, or a copy of it: of the same mode and content, or where it is large of the same size and time. */
export function isShipped(source: string, target: string): boolean {
  const have = fs.statSync(target, {throwIfNoEntry: false});
  const want = fs.statSync(source, {throwIfNoEntry: false});
  if (have === undefined || want === undefined) {
    return false;
  }
  if (have.dev === want.dev && have.ino === want.ino) {
    return true;
  }
  const isAlike = have.size === want.size && have.mode === want.mode;
  return isAlike && (have.size <= SMALL_BYTES ? isSameContent(source, target) : isSameTime(have, want));
}

function isSameContent(one: string, other: string): boolean {
  return fs.readFileSync(one).equals(fs.readFileSync(other));
}

/** A copy is given the time of its source, to the millisecond. */
function isSameTime(one: fs.Stats, other: fs.Stats): boolean {
  return Math.abs(one.mtimeMs - other.mtimeMs) < 1;
}
