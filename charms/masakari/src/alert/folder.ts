import fs from 'node:fs';
import {join} from 'node:path';

import type {SpoolFiles} from './spool.ts';

/** A folder on the disk as a spool. What fails is the error of node:fs, which has a `code`. */
export function createSpoolFiles(folder: string): SpoolFiles {
  const locate = (name: string): string => join(folder, name);
  return {
    list: () => ifThere(() => fs.readdirSync(folder)) ?? [],
    read: (name) => ifThere(() => fs.readFileSync(locate(name), 'utf8')),
    replace: (name, text) => {
      const draft = locate(`.draft-${name}`);
      fs.writeFileSync(draft, text, {mode: 0o640, flush: true});
      fs.renameSync(draft, locate(name));
      syncFolder(folder);
    },
    create: (name, text) => createFile(locate(name), locate(`.draft-${name}`), text),
    append: (name, text) => {
      fs.appendFileSync(locate(name), text, {mode: 0o640});
    },
    rename: (name, to) => {
      return (
        ifThere(() => {
          fs.renameSync(locate(name), locate(to));
          return true;
        }) ?? false
      );
    },
    remove: (name) => {
      fs.rmSync(locate(name), {force: true});
    },
  };
}

/** Two that do it at once may share the draft: they write the same but for the moment, and one of them makes the link. */
function createFile(path: string, draft: string, text: string): boolean {
  fs.writeFileSync(draft, text, {mode: 0o640});
  try {
    fs.linkSync(draft, path);
    return true;
  } catch (error) {
    if (getCode(error) === 'EEXIST' || getCode(error) === 'ENOENT') {
      return false;
    }
    throw error;
  } finally {
    fs.rmSync(draft, {force: true});
  }
}

/** A new name is on the disk once its folder is. */
function syncFolder(folder: string): void {
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

function ifThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (getCode(error) === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

function getCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
