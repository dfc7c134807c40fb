import {takeNumber} from '../model/model.ts';
import type {UnitState} from '../model/state.ts';
import type {World} from './world.ts';

/** New instances of a store for a unit; each is attached by its hook. */
export function addUnitStorage(world: World, unit: UnitState, store: string, count: number): void {
  const spec = world.getCharm(unit.charm).metadata.storage[store];
  for (let made = 0; made < count; made += 1) {
    const id = `${store}/${String(takeNumber(world.model, 'storage'))}`;
    const folder = spec?.location === undefined || spec.location === '' ? `/srv/${store}` : spec.location;
    const location = spec?.type === 'block' ? `/dev/disk/by-id/${id.replace('/', '-')}` : folder;
    world.model.storage[id] = {id, store, unit: unit.name, kind: spec?.type ?? 'filesystem', location, attached: false};
    unit.storage.push(id);
  }
  world.runnable.add(unit.name);
}

/** The stores that a unit cannot do without. */
export function addRequiredStorage(world: World, unit: UnitState): void {
  const {storage} = world.getCharm(unit.charm).metadata;
  for (const [name, {countMin}] of Object.entries(storage)) addUnitStorage(world, unit, name, countMin);
}
