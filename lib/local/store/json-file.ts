import {open, readdir, readFile, rename, rm} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';

import {LocalError} from '../errors.ts';
import {explainFullDisk, makeFolder} from './folder.ts';

/** The version of everything in the data folder. Older ones can be read as long as this is the same. */
export const DATA_VERSION = 1;

/** Replaces a file at once: who reads it gets the old or the new one, never a part, also after a loss of power. */
export async function replaceJson(path: string, value: object): Promise<void> {
  await makeFolder(dirname(path), 0o700);
  const partial = `${path}.${String(process.pid)}.tmp`;
  try {
    const file = await open(partial, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({version: DATA_VERSION, ...value})}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, {force: true});
    throw explainFullDisk(path, error);
  }
}

/** Removes what was left beside such a file by those who were killed while they replaced it. */
export async function removeDrafts(path: string): Promise<void> {
  const entries = await readdir(dirname(path)).catch((): string[] => []);
  const isDraft = (entry: string): boolean => entry.startsWith(`${basename(path)}.`) && /\.\d+\.tmp$/.test(entry);
  for (const entry of entries.filter(isDraft)) await rm(join(dirname(path), entry), {force: true});
}

/** Reads such a file; null where there is none. A damaged one is a LocalError that names it. */
export async function readJson<T>(path: string, isValid: (value: unknown) => value is T): Promise<T | null> {
  const text = await readText(path);
  if (text === null) return null;
  const value = parse(path, text);
  checkVersion(path, value);
  if (isValid(value)) return value;
  throw new LocalError(`${path} is damaged: it is not what juju-local writes there`);
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new LocalError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LocalError(`${path} is damaged: it is not JSON (remove it, or put a copy in its place)`);
  }
}

function checkVersion(path: string, value: unknown): void {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : null;
  if (version === DATA_VERSION) return;
  if (typeof version === 'number' && version > DATA_VERSION) {
    throw new LocalError(`${path} was written by a newer juju-local (data version ${String(version)})`);
  }
  throw new LocalError(`${path} is damaged: it has no data version`);
}
