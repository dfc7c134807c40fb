import {pickOne} from '../random.ts';
import type {ApplicationState, HookInfo, UnitState} from '../model/state.ts';
import {leaveSilently, removeUnit} from './removal.ts';
import {createRelationHook, getNextRelationHook} from './relation-machine.ts';
import {getAttachedHook, getDetachingHook} from './storage.ts';
import {enterScopes} from './scope.ts';
import {getRelationsOf} from './units.ts';
import {getLocalEndpoint, isImplicit, type World} from './world.ts';

/** What a unit does next. */
export type Operation = {readonly kind: 'hook'; readonly hook: HookInfo} | {readonly kind: 'task'; readonly id: string};

type Rule = (world: World, unit: UnitState, application: ApplicationState) => Operation | null;

/** Rules by falling precedence; some go on between other hooks, even while the unit waits in error. */
const RULES: readonly Rule[] = [
  getReboot,
  getRelationCreated,
  getLeadership,
  getTask,
  getStorageAttached,
  getTeardown,
  getInstall,
  getUpgrade,
  getConfigChanged,
  getRelation,
];
const RULES_IN_ERROR: readonly Rule[] = [getTask];

/**
 * What the unit does next, or null when it is idle, waits for `resolved`, or is gone. Takes the steps that need no
 * hook on the way: entering scopes, leaving them, the end of the unit.
 */
export function getNextOperation(world: World, unit: UnitState): Operation | null {
  const application = world.model.applications[unit.application];
  if (application === undefined) return null;
  if (unit.failed === null) takeSilentSteps(world, unit);
  if (world.model.units[unit.name] === undefined) return null;
  for (const rule of unit.failed === null ? RULES : RULES_IN_ERROR) {
    const operation = rule(world, unit, application);
    if (operation !== null) return operation;
  }
  return null;
}

function takeSilentSteps(world: World, unit: UnitState): void {
  if (unit.installed && unit.life === 'alive') enterScopes(world, unit);
  leaveSilently(world, unit);
  if (unit.life === 'dying' && isDone(unit)) removeUnit(world, unit);
}

/** A unit that never ran a hook, or has run its last one, needs nothing more once its subordinates are gone. */
function isDone(unit: UnitState): boolean {
  return !unit.installed && unit.subordinates.length === 0;
}

function createHook(name: string): Operation {
  return {kind: 'hook', hook: {kind: name, name}};
}

function getReboot(_world: World, unit: UnitState): Operation | null {
  const isFit = unit.rebooted === true && unit.life === 'alive' && !unit.upgradePending;
  return isFit ? createHook('start') : null;
}

function getRelationCreated(world: World, unit: UnitState): Operation | null {
  // A new charm may have relations that the one the unit still has knows nothing of.
  if (!unit.installed || unit.upgradePending || unit.life === 'dying') return null;
  const waiting = getRelationsOf(world, unit).filter((relation) => {
    if (unit.relations[String(relation.id)]?.created !== false || relation.life === 'dying') return false;
    return !isImplicit(world, getLocalEndpoint(relation, unit.application));
  });
  if (waiting.length === 0) return null;
  return {kind: 'hook', hook: createRelationHook(pickOne(world.model.order, waiting), unit, 'created')};
}

function getLeadership(_world: World, unit: UnitState, application: ApplicationState): Operation | null {
  if (!unit.installed || unit.life === 'dying') return null;
  if (unit.electedPending) return createHook('leader-elected');
  const isTold = unit.leaderSettingsVersion === application.leaderSettingsVersion;
  return application.leader === unit.name || isTold ? null : createHook('leader-settings-changed');
}

function getTask(_world: World, unit: UnitState): Operation | null {
  const id = unit.tasks[0];
  return unit.installed && id !== undefined ? {kind: 'task', id} : null;
}

function getStorageAttached(world: World, unit: UnitState): Operation | null {
  const hook = unit.life === 'dying' ? null : getAttachedHook(world, unit);
  return hook === null ? null : {kind: 'hook', hook};
}

/** The last hooks: relations first, then storage, and when no subordinate is left, stop and remove. */
function getTeardown(world: World, unit: UnitState): Operation | null {
  if (unit.life !== 'dying') return null;
  const relation = pickRelationHook(world, unit);
  if (relation !== null) return relation;
  const hook = getDetachingHook(world, unit);
  if (hook !== null) return {kind: 'hook', hook};
  if (unit.subordinates.length > 0 || getRelationsOf(world, unit).length > 0) return null;
  return createHook(unit.stopped ? 'remove' : 'stop');
}

function getInstall(_world: World, unit: UnitState): Operation | null {
  return unit.installed || unit.life === 'dying' ? null : createHook('install');
}

function getUpgrade(_world: World, unit: UnitState): Operation | null {
  return unit.upgradePending && unit.life === 'alive' ? createHook('upgrade-charm') : null;
}

function getConfigChanged(_world: World, unit: UnitState, application: ApplicationState): Operation | null {
  if (unit.life === 'dying') return null;
  if (unit.configVersion !== application.configVersion) return createHook('config-changed');
  return unit.started ? null : createHook('start');
}

function getRelation(world: World, unit: UnitState): Operation | null {
  return unit.life === 'dying' ? null : pickRelationHook(world, unit);
}

/** Juju leaves open which relation comes first. */
function pickRelationHook(world: World, unit: UnitState): Operation | null {
  const hooks: HookInfo[] = [];
  for (const relation of getRelationsOf(world, unit)) {
    const hook = getNextRelationHook(world, unit, relation);
    if (hook !== null) hooks.push(hook);
  }
  return hooks.length === 0 ? null : {kind: 'hook', hook: pickOne(world.model.order, hooks)};
}
