import {createHash} from 'node:crypto';
import {basename, join, resolve} from 'node:path';

import {readSources} from '#pack';

import {readJson, replaceJson} from '../store/json-file.ts';
import {isThere} from './files.ts';

/** Which folder holds what the sources of a charm were packed to. */
export interface Packings {
  /** Null when they were never packed, when they would be packed to something else now, or when the folder is gone. */
  find(path: string): Promise<string | null>;
  keep(packing: Packing): Promise<void>;
}

export interface Packing {
  /** The folder of the charm's sources. */
  readonly path: string;
  /** The files that its programs were bundled from. */
  readonly sources: readonly string[];
  /** When packing began, as the file system's clock says, in milliseconds. */
  readonly began: number;
  /** What it was packed and unpacked to. */
  readonly folder: string;
}

interface PackingRecord {
  readonly sources: readonly string[];
  readonly digest: string;
  /** The folder's name among unpacked charms. */
  readonly name: string;
}

/** Kept in a folder, one file for each charm; `unpacked`: where unpacked charms are. */
export function createPackings(folder: string, unpacked: string): Packings {
  const getFile = (path: string): string =>
    join(folder, `${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 16)}.json`);
  return {
    find: async (path) => {
      // A damaged record costs a packing, no more.
      const record = await readJson(getFile(path), isPackingRecord).catch(() => null);
      if (record === null || !(await isThere(join(unpacked, record.name)))) return null;
      const {digest} = await readSources(path, record.sources);
      return digest === record.digest ? join(unpacked, record.name) : null;
    },
    keep: async ({path, sources, began, folder: packed}) => {
      const {digest, newest} = await readSources(path, sources);
      // Somebody wrote to them meanwhile: it cannot be told what was packed.
      if (newest < began) await replaceJson(getFile(path), {sources, digest, name: basename(packed)});
    },
  };
}

function isPackingRecord(value: unknown): value is PackingRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'sources' in value &&
    Array.isArray(value.sources) &&
    value.sources.every((path) => typeof path === 'string') &&
    'digest' in value &&
    typeof value.digest === 'string' &&
    'name' in value &&
    typeof value.name === 'string' &&
    !value.name.includes('/')
  );
}
