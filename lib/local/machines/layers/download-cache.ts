import {createHash} from 'node:crypto';
import {createReadStream, type ReadStream} from 'node:fs';
import {mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle} from 'node:fs/promises';
import {join} from 'node:path';

/** Files of archives that never change, kept on disk: what one machine fetched, the next has at once. */
export interface DownloadCache {
  /** The kept file of this address, whole; null when it is not kept. */
  find(address: string): Promise<{readonly size: number; readonly open: () => ReadStream} | null>;
  /** Begins to keep one; null when the disk does not allow it, which is no reason to fail. */
  begin(address: string): Promise<Download | null>;
}

/** A file on its way into the cache. Nobody sees it before `finish`. */
export interface Download {
  /** Never rejects: when the disk is full, nothing is kept. */
  write(chunk: Uint8Array): Promise<void>;
  /** Keeps it if it has this many bytes, and drops it otherwise. */
  finish(bytes: number): Promise<void>;
  drop(): Promise<void>;
}

/** A cache in this folder. Beyond so many bytes, what was not used for longest goes first. */
export function createDownloadCache(folder: string, maxBytes: number): DownloadCache {
  const locate = (address: string): string => join(folder, createHash('sha256').update(address).digest('hex'));
  let count = 0;
  return {
    find: async (address) => {
      const path = locate(address);
      const found = await stat(path).catch(() => null);
      if (found === null) return null;
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
      return {size: found.size, open: () => createReadStream(path)};
    },
    begin: async (address) => {
      count += 1;
      const partial = join(folder, `${process.pid}-${count}.partial`);
      try {
        await mkdir(folder, {recursive: true, mode: 0o700});
        const file = await open(partial, 'w', 0o600);
        return createDownload(file, partial, async () => {
          await rename(partial, locate(address));
          await prune(folder, maxBytes);
        });
      } catch {
        return null;
      }
    },
  };
}

function createDownload(file: FileHandle, partial: string, keep: () => Promise<void>): Download {
  let written = 0;
  let isBroken = false;
  const drop = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await rm(partial, {force: true});
  };
  return {
    write: async (chunk) => {
      if (isBroken) return;
      await file.writeFile(chunk).catch(() => {
        isBroken = true;
      });
      written += chunk.length;
    },
    finish: async (bytes) => {
      if (isBroken || written !== bytes) {
        await drop();
        return;
      }
      try {
        // The name must not outlive the content when the power goes.
        await file.sync();
        await file.close();
        await keep();
      } catch {
        await drop();
      }
    },
    drop,
  };
}

/** Partial files of ended processes go too: they are as old as anything. */
async function prune(folder: string, maxBytes: number): Promise<void> {
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => null);
      return found === null ? [] : [{path, size: found.size, used: found.mtimeMs}];
    }),
  );
  for (const path of choosePruned(files.flat(), maxBytes)) await rm(path, {force: true});
}

interface KeptFile {
  readonly path: string;
  readonly size: number;
  readonly used: number;
}

/** Which files go, so that the others have at most so many bytes: those used longest ago. */
export function choosePruned(files: readonly KeptFile[], maxBytes: number): string[] {
  let left = maxBytes;
  let isFull = false;
  return [...files]
    .sort((a, b) => b.used - a.used)
    .flatMap(({path, size}) => {
      isFull ||= size > left;
      left -= size;
      return isFull ? [path] : [];
    });
}
