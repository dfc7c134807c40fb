import {createStatus, getApplication, getMachine, takeNumber} from '../model/model.ts';
import type {ApplicationState, MachineState, RelationState, UnitState} from '../model/state.ts';
import {electLeader} from './leadership.ts';
import {addStorageOfApplication} from './storage.ts';
import type {World} from './world.ts';

/** A new unit of a principal application on a machine. */
export function addPrincipalUnit(world: World, applicationName: string, machine: MachineState): UnitState {
  const unit = addUnit(world, getApplication(world.model, applicationName), machine, null);
  machine.units.push(unit.name);
  return unit;
}

/** A new unit of a subordinate application beside its principal. */
export function addSubordinateUnit(world: World, applicationName: string, principal: UnitState): UnitState {
  const application = getApplication(world.model, applicationName);
  const unit = addUnit(world, application, getMachine(world.model, principal.machine), principal.name);
  principal.subordinates.push(unit.name);
  // The first unit of an application finds the lease free.
  electLeader(world, application);
  return unit;
}

function addUnit(
  world: World,
  application: ApplicationState,
  machine: MachineState,
  principal: string | null,
): UnitState {
  const now = world.now();
  const unit: UnitState = {
    name: `${application.name}/${String(takeNumber(world.model, `application-${application.name}`))}`,
    application: application.name,
    machine: machine.id,
    principal,
    subordinates: [],
    life: 'alive',
    charm: application.charm,
    installed: false,
    started: false,
    stopped: false,
    forced: false,
    configVersion: -1,
    electedPending: false,
    leaderSettingsVersion: -1,
    upgradePending: false,
    relations: {},
    failed: null,
    error: null,
    workload: createStatus('waiting', machine.parent === null ? 'waiting for machine' : 'waiting for container', now),
    agent: createStatus('allocating', '', now),
    workloadVersion: '',
    statusSet: false,
    ports: [],
    state: {},
    tasks: [],
    storage: [],
  };
  world.model.units[unit.name] = unit;
  application.units.push(unit.name);
  world.runnable.add(unit.name);
  addStorageOfApplication(world, unit, application);
  return unit;
}

/** How a unit is removed. */
export interface RemovalOptions {
  /** Failing hooks do not hold it, and after a while none does: see `ForcedRemovals`. */
  readonly force?: boolean;
  /** With `force`: no hook is waited for, nor does a further one run. */
  readonly noWait?: boolean;
}

/** A unit is to go: others see it leave now, and its own last hooks are next. Its subordinates go with it. */
export function setUnitDying(world: World, unit: UnitState, options: RemovalOptions = {}): void {
  if (options.force === true) {
    unit.forced = true;
    unit.failed = null;
    unit.ended = unit.ended === true || options.noWait === true;
  }
  world.runnable.add(unit.name);
  const isKnown = unit.life === 'dying';
  unit.life = 'dying';
  for (const name of unit.subordinates) {
    const subordinate = world.model.units[name];
    if (subordinate !== undefined) setUnitDying(world, subordinate, options);
  }
  if (isKnown) return;
  for (const relation of getRelationsOf(world, unit)) {
    const scope = relation.units[unit.name];
    if (scope === undefined) continue;
    world.relations.leave(relation, unit.name);
    scope.departing = true;
  }
}

/** The relations a unit knows, by rising id. */
export function getRelationsOf(world: World, unit: UnitState): RelationState[] {
  const found: RelationState[] = [];
  for (const id in unit.relations) {
    const relation = world.model.relations[id];
    if (relation !== undefined) found.push(relation);
  }
  return found;
}
