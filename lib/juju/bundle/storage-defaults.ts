/** What is made of a charm's stores: what users asked for, completed as Juju completes it. */

import {join} from 'node:path';

import type {StorageSpec} from '../charm/types.ts';
import {CharmError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {parseStorageDirective, type StorageDirective} from './directives.ts';

/** The pool that a kind of storage comes from where nobody names one, on a cloud without a storage service of its own. */
const DEFAULT_POOLS = {filesystem: 'rootfs', block: 'loop'} as const;

/** In MiB. */
const DEFAULT_SIZE = 1024;

/** Where Juju mounts filesystems that have no place of their own. */
const STORAGE_FOLDER = '/var/lib/juju/storage';

/** What of a charm's metadata matters here. */
export interface CharmStores {
  readonly name: string;
  readonly storage: Readonly<Record<string, StorageSpec>>;
}

/**
 * What each store of a charm gets for every unit, by its name: the directives that were given (`rootfs,10G`, `2`), and for what
 * they leave open the default pool, the charm's minimum size or 1 GiB, and its minimum count. Throws a CharmError with
 * Juju's text, and a NameError for a directive that is none.
 */
export function completeStorage(
  {name, storage}: CharmStores,
  directives: Readonly<Record<string, string>>,
): Readonly<Record<string, StorageDirective>> {
  const unknown = Object.keys(directives).find((store) => !Object.hasOwn(storage, store));
  if (unknown !== undefined) throw new CharmError(`charm ${quote(name)} has no store called ${quote(unknown)}`);
  const stores = Object.values(storage).map((spec): [string, StorageDirective] => {
    const wanted = completeDirective(spec, Object.hasOwn(directives, spec.name) ? directives[spec.name] : undefined);
    const reason = checkCount(spec, wanted.count) ?? checkSize(spec, wanted.size);
    if (reason !== null) throw new CharmError(`charm ${quote(name)} store ${quote(spec.name)}: ${reason}`);
    return [spec.name, wanted];
  });
  return Object.fromEntries(stores);
}

function completeDirective(
  {type, minimumSize, countMin}: StorageSpec,
  directive: string | undefined,
): StorageDirective {
  const given = directive === undefined ? {pool: '', size: 0, count: countMin} : parseStorageDirective(directive);
  return {
    pool: given.pool === '' ? DEFAULT_POOLS[type] : given.pool,
    size: given.size > 0 ? given.size : minimumSize > 0 ? minimumSize : DEFAULT_SIZE,
    count: given.count,
  };
}

function checkCount({countMin, countMax}: StorageSpec, count: number): string | null {
  if (countMin === 1 && countMax === 1 && count !== 1) return `storage is singular, ${String(count)} specified`;
  if (count < countMin) return `${String(countMin)} instances required, ${String(count)} specified`;
  if (countMax >= 0 && count > countMax)
    return `at most ${String(countMax)} instances supported, ${String(count)} specified`;
  return null;
}

function checkSize({minimumSize}: StorageSpec, size: number): string | null {
  if (size >= minimumSize) return null;
  return `minimum storage size is ${formatSize(minimumSize)}, ${formatSize(size)} specified`;
}

/** A size in MiB for people: `512 MiB`, `1.5 GiB`. */
export function formatSize(size: number): string {
  const units = ['MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const place = Math.min(units.length - 1, size < 1024 ? 0 : Math.floor(Math.log2(size) / 10));
  const value = size / 1024 ** place;
  return `${value < 10 ? value.toFixed(1) : String(Math.round(value))} ${units[place] ?? ''}`;
}

/**
 * Where a filesystem is mounted: at the charm's location, when there can be one only, else in a folder of its own named by its
 * id (`data/0`) there, or below Juju's own folder. Throws a CharmError for a location in Juju's folder.
 */
export function getMountPoint({name, location, countMax}: StorageSpec, id: string): string {
  if (location.startsWith(STORAGE_FOLDER)) {
    throw new CharmError(
      `storage ${quote(name)}: invalid location ${quote(location)}: must not fall within ${quote(STORAGE_FOLDER)}`,
    );
  }
  if (location !== '' && countMax === 1) return location;
  return join(location === '' ? STORAGE_FOLDER : location, id);
}
