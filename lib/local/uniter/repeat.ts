import type {RepeatableHook} from '../api.ts';
import {LocalError} from '../errors.ts';
import {getRelation} from '../model/model.ts';
import type {HookInfo, UnitState} from '../model/state.ts';
import {createRelationHook, getMembers} from './relation-machine.ts';
import {runHook} from './run.ts';
import {getRelationsOf} from './units.ts';
import {getLocalEndpoint, isImplicit, type World} from './world.ts';

const STEPS = ['created', 'joined', 'changed'] as const;

/** Every hook that may come once more on a unit that runs: those of the unit and all relation hooks but departures. */
export function getRepeatableHooks(world: World, unit: UnitState): RepeatableHook[] {
  if (!unit.started) return [];
  const names = ['install', 'config-changed', 'start', 'upgrade-charm', 'update-status'];
  const own =
    world.model.applications[unit.application]?.leader === unit.name ? 'leader-elected' : 'leader-settings-changed';
  const hooks: RepeatableHook[] = [...names, own].map((hook) => ({hook}));
  for (const relation of getRelationsOf(world, unit)) {
    const local = unit.relations[String(relation.id)];
    const endpoint = getLocalEndpoint(relation, unit.application);
    if (local?.created !== true || isImplicit(world, endpoint)) continue;
    hooks.push({hook: `${endpoint.name}-relation-created`, relation: relation.id});
    for (const member of getMembers(local)) {
      hooks.push({hook: `${endpoint.name}-relation-joined`, relation: relation.id, unit: member});
      hooks.push({hook: `${endpoint.name}-relation-changed`, relation: relation.id, unit: member});
    }
  }
  return hooks;
}

/** Runs one hook again as Juju may at any time (at-least-once). Gives 0, or 1 when it failed. */
export async function repeatHook(world: World, unit: UnitState, wanted: RepeatableHook): Promise<number> {
  const hook = getHook(world, unit, wanted);
  return (await world.withMachine(unit.machine, () => runHook(world, unit, hook))) ? 0 : 1;
}

function getHook(world: World, unit: UnitState, {hook, relation: id, unit: remote}: RepeatableHook): HookInfo {
  if (id === undefined) {
    if (/-relation-|^(?:stop|remove)$|-storage-/.test(hook))
      throw new LocalError(`hook "${hook}" can not be repeated so`);
    return {kind: hook, name: hook};
  }
  const relation = getRelation(world.model, id);
  const endpoint = getLocalEndpoint(relation, unit.application).name;
  const step = STEPS.find((known) => hook === `${endpoint}-relation-${known}`);
  if (step === undefined) throw new LocalError(`hook "${hook}" can not be repeated for relation ${String(id)}`);
  const isKnown = remote === undefined || Object.hasOwn(unit.relations[String(id)]?.members ?? {}, remote);
  if (!isKnown) throw new LocalError(`${unit.name} does not know ${remote} in relation ${String(id)}`);
  return createRelationHook(relation, unit, step, remote);
}
