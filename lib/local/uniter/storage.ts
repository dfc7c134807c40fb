import {getMountPoint} from '#juju';

import {omit} from '../model/machines.ts';
import {takeNumber} from '../model/model.ts';
import type {ApplicationState, HookInfo, StorageState, UnitState} from '../model/state.ts';
import type {World} from './world.ts';

/** What each store of its charm gives a new unit: storage of its own, or its part in what all units of the application have. */
export function addStorageOfApplication(world: World, unit: UnitState, application: ApplicationState): void {
  const {storage} = world.getCharm(unit.charm).metadata;
  for (const [store, {shared, countMin}] of Object.entries(storage)) {
    const count = application.storage?.[store]?.count ?? countMin;
    if (shared) joinShared(world, unit, store, count);
    else addUnitStorage(world, unit, store, count);
  }
}

/** New instances of a store for one unit; each is attached by its hook. */
export function addUnitStorage(world: World, unit: UnitState, store: string, count: number): void {
  for (let made = 0; made < count; made += 1) attach(world, unit, createStorage(world, unit, store, unit.name));
}

/** The first unit of an application makes what it shares with the others. */
function joinShared(world: World, unit: UnitState, store: string, count: number): void {
  const shared = Object.values(world.model.storage).filter(
    (known) => known.owner === unit.application && known.store === store,
  );
  while (shared.length < count) shared.push(createStorage(world, unit, store, unit.application));
  for (const storage of shared) attach(world, unit, storage);
}

function createStorage(world: World, unit: UnitState, store: string, owner: string): StorageState {
  const {model, now} = world;
  const spec = world.getCharm(unit.charm).metadata.storage[store];
  if (spec === undefined) throw new RangeError(`charm ${unit.charm} has no store ${store}`);
  const directive = model.applications[unit.application]?.storage?.[store];
  const id = `${store}/${String(takeNumber(model, 'storage'))}`;
  const storage: StorageState = {
    id,
    store,
    owner,
    kind: spec.type,
    pool: directive?.pool ?? '',
    size: directive?.size ?? spec.minimumSize,
    readOnly: spec.readOnly,
    location: spec.type === 'block' ? `/dev/disk/by-id/${id.replace('/', '-')}` : getMountPoint(spec, id),
    created: now(),
    attachments: {},
  };
  model.storage[id] = storage;
  return storage;
}

function attach(world: World, unit: UnitState, storage: StorageState): void {
  storage.attachments[unit.name] = {attached: false};
  unit.storage.push(storage.id);
  world.runnable.add(unit.name);
}

/** A unit has a storage no longer, which goes with it unless others have it too. */
export function dropStorage({model}: World, unit: UnitState, id: string): void {
  unit.storage = unit.storage.filter((known) => known !== id);
  const storage = model.storage[id];
  if (storage === undefined) return;
  storage.attachments = omit(storage.attachments, unit.name);
  if (storage.owner === unit.name) model.storage = omit(model.storage, id);
}

/** What the units of an application shared goes with the application. */
export function removeSharedStorage({model}: World, application: string): void {
  for (const {id, owner} of Object.values(model.storage)) {
    if (owner === application) model.storage = omit(model.storage, id);
  }
}

/** Notes that a unit's charm was told of a storage. */
export function noteAttached({model}: World, unit: UnitState, id: string): void {
  const attachment = model.storage[id]?.attachments[unit.name];
  if (attachment !== undefined) attachment.attached = true;
}

/** The hook for a storage that the unit has and its charm does not know yet, or null. */
export function getAttachedHook(world: World, unit: UnitState): HookInfo | null {
  const id = unit.storage.find((known) => !isAttached(world, unit, known));
  return id === undefined ? null : createStorageHook(world, id, 'storage-attached');
}

/** The hook for a storage that a unit which goes has still to be told of, or null. What it never knew it needs not give up. */
export function getDetachingHook(world: World, unit: UnitState): HookInfo | null {
  const id = unit.storage.find((known) => isAttached(world, unit, known));
  return id === undefined ? null : createStorageHook(world, id, 'storage-detaching');
}

function isAttached({model}: World, unit: UnitState, id: string): boolean {
  return model.storage[id]?.attachments[unit.name]?.attached === true;
}

function createStorageHook(world: World, id: string, kind: 'storage-attached' | 'storage-detaching'): HookInfo {
  const store = world.model.storage[id]?.store ?? id;
  return {kind, name: `${store}-${kind}`, storageId: id};
}
