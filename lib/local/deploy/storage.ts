import {CharmError, completeStorage, getMountPoint, NameError, type Charm, type StorageDirective} from '#juju';

import type {Cloud} from '../cloud.ts';
import {LocalError} from '../errors.ts';

type Metadata = Charm['metadata'];

/** The pool of each kind of storage that there is here. */
const POOLS = {filesystem: 'rootfs', block: 'loop'} as const;

/** Juju has these everywhere too, for the one kind or the other. */
const OTHER_POOLS = ['loop', 'rootfs', 'tmpfs'];

/**
 * What each store of a charm gives every unit of a new application, from what users asked for (`rootfs,10G`) by store. A
 * LocalError when Juju would refuse it, or when the cloud cannot provide it.
 */
export function getApplicationStorage(
  cloud: Pick<Cloud, 'name' | 'storageKinds'>,
  application: string,
  metadata: Metadata,
  directives: Readonly<Record<string, string>>,
): Readonly<Record<string, StorageDirective>> {
  try {
    const storage = completeStorage(metadata, directives);
    for (const [store, {count, pool}] of Object.entries(storage)) {
      if (count > 0) checkStore(cloud, metadata, {store, pool});
    }
    return storage;
  } catch (error) {
    if (!(error instanceof CharmError || error instanceof NameError || error instanceof LocalError)) throw error;
    throw new LocalError(`cannot add application "${application}": ${error.message}`, {cause: error});
  }
}

function checkStore(
  cloud: Pick<Cloud, 'name' | 'storageKinds'>,
  {storage}: Metadata,
  {store, pool}: {readonly store: string; readonly pool: string},
): void {
  const spec = storage[store];
  if (spec === undefined) return;
  if (spec.type === 'filesystem') getMountPoint(spec, `${store}/0`);
  if (pool !== POOLS[spec.type]) {
    throw new LocalError(OTHER_POOLS.includes(pool) ? `not modelled: pool "${pool}"` : `pool "${pool}" not found`);
  }
  if (cloud.storageKinds?.includes(spec.type) === false) {
    throw new LocalError(`not modelled: ${spec.type} storage ("${store}") on the ${cloud.name} cloud`);
  }
}

/** What Juju refuses of a new charm for an application that has storage: it would not find its files again. */
export function checkStorageOfUpgrade(before: Metadata, after: Metadata, used: ReadonlySet<string>): void {
  for (const [name, old] of Object.entries(before.storage)) {
    const next = after.storage[name];
    if (next === undefined && old.countMin > 0) throw new LocalError(`required storage "${name}" removed`);
    if (next === undefined && used.has(name)) throw new LocalError(`in-use storage "${name}" removed`);
    if (next === undefined) continue;
    for (const [field, key] of KEPT) {
      if (next[key] === old[key]) continue;
      throw new LocalError(
        `existing storage "${name}" ${field} changed from ${JSON.stringify(old[key])} to ${JSON.stringify(next[key])}`,
      );
    }
  }
}

const KEPT = [
  ['type', 'type'],
  ['shared', 'shared'],
  ['read-only', 'readOnly'],
  ['location', 'location'],
] as const;

/** Reads `--storage store=directive` of the command line. Throws a LocalError. */
export function parseStorageOptions(words: readonly string[]): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (const word of words) {
    const [, store, directive] = /^([^=]+)=(.+)$/u.exec(word) ?? [];
    if (store === undefined || directive === undefined) {
      throw new LocalError(`invalid value "${word}" for option --storage: expected "name=constraints"`);
    }
    if (store.includes(':')) {
      throw new LocalError(`not modelled: --storage ${word}; put an application's storage into an overlay`);
    }
    if (found.has(store)) throw new LocalError(`storage "${store}" specified more than once`);
    found.set(store, directive);
  }
  return Object.fromEntries(found);
}
