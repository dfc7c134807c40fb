import {LocalError} from '../errors.ts';
import {pickOne} from '../random.ts';
import type {ApplicationState, UnitState} from '../model/state.ts';
import {getUnit} from '../model/model.ts';
import type {World} from './world.ts';

/** Elects a leader among the units that stay, if the application has none. Which one is up to the order. */
export function electLeader(world: World, application: ApplicationState): void {
  if (application.leader !== null) return;
  const candidates = application.units.filter((name) => world.model.units[name]?.life === 'alive');
  if (candidates.length > 0) setLeader(world, application, pickOne(world.model.order, candidates));
}

/** How often each unit was elected while this program ran. */
const ELECTIONS = new WeakMap<UnitState, number>();

/** A number that grows with every election of a unit: a hook tells by it whether the one it is for was the last. */
export function getElections(unit: UnitState): number {
  return ELECTIONS.get(unit) ?? 0;
}

/** Makes a unit the leader: it will be told by leader-elected, the old one is told nothing. */
export function setLeader(world: World, application: ApplicationState, name: string): void {
  const unit = getUnit(world.model, name);
  if (unit.application !== application.name) throw new LocalError(`${name} is not a unit of ${application.name}`);
  if (application.leader === name) return;
  const before = application.leader === null ? undefined : world.model.units[application.leader];
  if (before !== undefined) before.electedPending = false;
  application.leader = name;
  unit.electedPending = true;
  ELECTIONS.set(unit, getElections(unit) + 1);
  unit.leaderSettingsVersion = application.leaderSettingsVersion;
  world.runnable.add(name);
  if (before !== undefined) world.runnable.add(before.name);
}

/** Whether a unit leads its application now. */
export function isLeader(world: World, unit: UnitState): boolean {
  return world.model.applications[unit.application]?.leader === unit.name;
}
