import {readdir, readFile, stat} from 'node:fs/promises';
import {join, resolve} from 'node:path';

import {CharmError, isCharmPath, JujuError, parseCharmUrl, readCharm, type Charm} from '#juju';

import {LocalError} from '../errors.ts';
import {isThere, type CharmFiles, type CharmPlace} from './files.ts';

/** A charm that was found: what it declares, where its files are, and a line that says how it was found. */
export interface LocatedCharm {
  readonly charm: Charm;
  readonly folder: string;
  readonly program: string;
  readonly stamp: number;
  /** Whether it was given as a path. */
  readonly isLocal: boolean;
  readonly note: string;
}

export interface CharmLibraryOptions {
  /** Folders of charms that are looked up by name, in this order. */
  readonly folders: readonly string[];
  /** Brings their files to where the cloud runs them. */
  readonly files: CharmFiles;
}

export interface LocateOptions {
  /** The folder that relative paths start from. */
  readonly from: string;
  readonly channel?: string;
  /** The charm is only looked at; see `CharmFiles`. */
  readonly isDry?: boolean;
}

/** The charms at hand: any path, and those of some folders by name. */
export class CharmLibrary {
  readonly #options: CharmLibraryOptions;

  constructor(options: CharmLibraryOptions) {
    this.#options = options;
  }

  /** The charm that a path, a name or a URL means; a LocalError when there is none. */
  async locate(text: string, options: LocateOptions): Promise<LocatedCharm> {
    const {from, isDry = false} = options;
    if (isCharmPath(text)) return this.#open(resolve(from, text), {isLocal: true, note: '', isDry});
    const {schema, name} = parseCharmUrl(text);
    const path = await this.#find(name);
    if (path === null) throw new LocalError(describeMissing(text, name));
    const channel = options.channel === undefined || options.channel === '' ? '' : `, channel ${options.channel}`;
    const old = schema === 'cs' ? `, in place of "${text}"` : '';
    const note = `Located charm "${name}" in local charm library${channel}${old}`;
    return this.#open(path, {isLocal: false, note, isDry});
  }

  async #open(path: string, found: {isLocal: boolean; note: string; isDry: boolean}): Promise<LocatedCharm> {
    const {charm, place} = await this.#read(path, found);
    const {mtimeMs} = await stat(charm.kind === 'source' ? join(path, 'charmcraft.yaml') : path);
    const note =
      found.note === '' ? `Located local charm "${charm.metadata.name}", revision ${charm.revision}` : found.note;
    return {charm, ...place, stamp: Math.floor(mtimeMs), isLocal: found.isLocal, note};
  }

  /** Juju's words for what is wrong with a charm do not say with which; among a bundle's that is to be known. */
  async #read(
    path: string,
    {isDry}: {readonly isDry: boolean},
  ): Promise<{readonly charm: Charm; readonly place: CharmPlace}> {
    try {
      const charm = await readCharm(path);
      return {charm, place: await this.#options.files.open(path, charm, {isDry})};
    } catch (error) {
      if (!(error instanceof JujuError) || error.message.includes(path)) throw error;
      throw new LocalError(`${path}: ${error.message}`, {cause: error});
    }
  }

  async #find(name: string): Promise<string | null> {
    for (const folder of this.#options.folders) {
      const direct = join(folder, name);
      if ((await isCharmFolder(direct)) && (await readName(direct)) === name) return direct;
    }
    for (const folder of this.#options.folders) {
      for (const entry of await listFolder(folder)) {
        const path = join(folder, entry);
        if ((await readName(path)) === name) return path;
      }
    }
    return null;
  }
}

function describeMissing(text: string, name: string): string {
  const shown = text === name ? '' : ` (${text})`;
  return `charm "${name}"${shown} not found in the local charm library`;
}

async function isCharmFolder(path: string): Promise<boolean> {
  return (await isThere(join(path, 'charmcraft.yaml'))) || (await isThere(join(path, 'metadata.yaml')));
}

async function listFolder(path: string): Promise<string[]> {
  const entries = await readdir(path).catch((): string[] => []);
  return entries.sort();
}

/** The name a charm calls itself, or null where there is no charm. */
async function readName(path: string): Promise<string | null> {
  if (path.endsWith('.charm')) {
    const charm = await readCharm(path).catch((error: unknown) => {
      if (error instanceof CharmError) return null;
      throw error;
    });
    return charm?.metadata.name ?? null;
  }
  for (const name of ['metadata.yaml', 'charmcraft.yaml']) {
    const text = await readFile(join(path, name), 'utf8').catch(() => '');
    const [, found] = /^name:\s*["']?([^\s"'#]+)/m.exec(text) ?? [];
    if (found !== undefined) return found;
  }
  return null;
}
