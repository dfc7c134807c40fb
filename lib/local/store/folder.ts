import {mkdir, stat} from 'node:fs/promises';
import {dirname} from 'node:path';

import {LocalError} from '../errors.ts';
import {isCode} from './process-identity.ts';

/**
 * Makes a folder of the data folder, and those above it, with that mode less the umask; one that is there stays as it is. A
 * LocalError when it cannot. Node.js' own way (24 at least) never ends where a file system refuses all folders, as /proc does.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await makeWithParents(path, mode);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new LocalError(
      `cannot make the folder ${path} (${text}): name another data folder with JUJU_LOCAL_DATA=FOLDER`,
    );
  }
}

async function makeWithParents(path: string, mode: number): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    const parent = dirname(path);
    if (!isCode(error, 'ENOENT') || parent === path) throw error;
    await makeWithParents(parent, mode);
    await makeOne(path, mode);
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, {mode});
  } catch (error) {
    // Whatever stands in the way: a file system that refuses folders says so of those that are there, too.
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() === true;
}

/** What went wrong when something was written there: a full disk in words that say what to do, all else as it is. */
export function explainFullDisk(path: string, error: unknown): unknown {
  if (!isCode(error, 'ENOSPC') && !isCode(error, 'EDQUOT')) return error;
  return new LocalError(`the disk of ${dirname(path)} is full: make room and try again`, {cause: error});
}
