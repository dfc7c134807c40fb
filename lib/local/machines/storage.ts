import {mkdir, readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';

import {LocalError} from '../errors.ts';
import type {ModelState, StorageState, UnitState} from '../model/state.ts';
import type {Bind, MachineRoom} from './ports.ts';

export interface MachineStorageOptions {
  readonly model: Pick<ModelState, 'units' | 'storage'>;
  /** Where the storage of this model is on the host; only there while there is any. */
  readonly folder: string;
  /** What every machine sees of the host besides storage. */
  readonly binds: readonly Bind[];
  readonly room: Pick<MachineRoom, 'setBinds' | 'readBinds'>;
}

/**
 * The storage of a model's units: a folder of the host for each, which their machines have mounted from before their first process on,
 * in every boot. What the units of an application share is one folder, seen by all their machines, so that locks on its files hold
 * between them as on one computer. It is made once, for root (0755), and what units do with it stays.
 */
export class MachineStorage {
  readonly #options: MachineStorageOptions;

  constructor(options: MachineStorageOptions) {
    this.#options = options;
  }

  /** What a machine is to see of the host for what is on it now; all of it is there when this resolves. */
  async getBinds(machine: string): Promise<readonly Bind[]> {
    return this.#provide(machine, this.#findStorage(machine));
  }

  /** Makes all storage of the units on a unit's machine be there. */
  async attach({machine}: UnitState): Promise<void> {
    await this.#options.room.setBinds(machine, await this.getBinds(machine));
  }

  /** Takes a storage of a unit away from its machine, and for good if it was the unit's own. */
  async detach(unit: UnitState, storage: StorageState): Promise<void> {
    const {room, folder} = this.#options;
    const rest = this.#findStorage(unit.machine, {unit: unit.name, storage: storage.id});
    await room.setBinds(unit.machine, await this.#provide(unit.machine, rest));
    if (storage.owner === unit.name) await rm(getStorageFolder(folder, storage.id), {recursive: true, force: true});
  }

  /** Removes what belonged to units and applications that are gone, unless a machine is still to see it. */
  async removeLost(): Promise<void> {
    const {model, folder, room} = this.#options;
    const bound = (await room.readBinds()).map(({from}) => from);
    const known = Object.keys(model.storage).map((id) => getStorageFolder(folder, id));
    const kept = new Set([...bound, ...known]);
    for (const name of await readdir(folder).catch((): string[] => [])) {
      const path = join(folder, name);
      if (!kept.has(path)) await rm(path, {recursive: true, force: true});
    }
  }

  #findStorage(machine: string, without?: {readonly unit: string; readonly storage: string}): readonly StorageState[] {
    const {units, storage} = this.#options.model;
    const ids = Object.values(units)
      .filter((unit) => unit.machine === machine)
      .flatMap((unit) => unit.storage.filter((id) => unit.name !== without?.unit || id !== without.storage));
    return [...new Set(ids)].sort().flatMap((id) => storage[id] ?? []);
  }

  async #provide(machine: string, found: readonly StorageState[]): Promise<readonly Bind[]> {
    const {binds, folder} = this.#options;
    checkLocations(machine, found);
    if (found.length > 0) await mkdir(folder, {recursive: true, mode: 0o700});
    const own = found.map(({id, location, readOnly}): Bind => {
      return {from: getStorageFolder(folder, id), to: location, isWritable: !readOnly};
    });
    for (const {from} of own) await mkdir(from, {recursive: true, mode: 0o755});
    return [...binds, ...own];
  }
}

/** `data/0` is the folder `data-0`: the numbers alone tell all storage of a model apart. */
function getStorageFolder(folder: string, id: string): string {
  return join(folder, id.replace('/', '-'));
}

/** Juju refuses two filesystems at one place of a machine too. */
function checkLocations(machine: string, found: readonly StorageState[]): void {
  const byLocation = new Map<string, string>();
  for (const {id, location} of found) {
    const other = byLocation.get(location);
    if (other !== undefined) {
      throw new LocalError(`storage ${id} cannot be at ${location} on machine ${machine}: ${other} is there`);
    }
    byLocation.set(location, id);
  }
}
