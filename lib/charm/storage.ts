import type {WantedFile} from './desired.ts';
import type {HookTools} from './hook-tools/index.ts';

/** A storage that the unit has. */
export interface StorageInstance {
  /** As hook tools name it: `data/0`. */
  readonly id: string;
  /** Where it is on the machine: a folder, or for a block storage a device. */
  readonly location: string;
  readonly kind: 'filesystem' | 'block';
}

/** By store of the charm's metadata, what the unit has of it now, in the order of their numbers; nothing where there is none. */
export type StorageView = Readonly<Record<string, readonly StorageInstance[]>>;

/** Reads what the unit has of these stores. */
export async function readStorage(tools: HookTools, stores: readonly string[]): Promise<StorageView> {
  const entries = stores.map(async (store): Promise<[string, readonly StorageInstance[]]> => {
    const ids = await tools.storageList(store);
    const sorted = [...ids].sort((a, b) => getNumber(a) - getNumber(b));
    return [store, await Promise.all(sorted.map((id) => readInstance(tools, id)))];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readInstance(tools: HookTools, id: string): Promise<StorageInstance> {
  const {kind, location} = await tools.storageGet(id);
  return {id, location, kind: kind === 'block' ? 'block' : 'filesystem'};
}

/** The number of a storage: 0 of `data/0`. */
function getNumber(id: string): number {
  return Number(id.slice(id.lastIndexOf('/') + 1));
}

/**
 * Keeps a systemd service from running where its filesystems are not mounted: it would take the empty folder below for its data, and
 * write there what nobody finds again. For `files`; nothing for a unit that has no such storage. Where Juju has a folder
 * stand for a filesystem (its pool rootfs in an LXD container) it mounts nothing, and such a service would never start.
 */
export function requireMounts(service: string, instances: readonly StorageInstance[]): readonly WantedFile[] {
  const locations = instances.flatMap(({kind, location}) => (kind === 'filesystem' ? [location] : []));
  if (locations.length === 0) {
    return [];
  }
  // % begins a specifier in unit files (systemd.unit(5)).
  const lines = locations
    .map((location) => location.replaceAll('%', '%%'))
    .flatMap((location) => [`RequiresMountsFor="${location}"`, `AssertPathIsMountPoint=${location}`]);
  return [
    {path: `/etc/systemd/system/${service}.service.d/storage.conf`, content: ['[Unit]', ...lines, ''].join('\n')},
  ];
}
