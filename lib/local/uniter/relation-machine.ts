import type {HookInfo, RelationState, UnitRelationState, UnitState} from '../model/state.ts';
import {compareText} from '../model/names.ts';
import {getRemoteApplication} from './relation-index.ts';
import {getLocalEndpoint, isImplicit, type World} from './world.ts';

const MEMBERS = new WeakMap<UnitRelationState, {names: readonly string[]; count: number}>();

/** The remote units a charm knows in a relation, sorted as Juju sorts them. */
export function getMembers(local: UnitRelationState): readonly string[] {
  const cached = MEMBERS.get(local);
  if (cached !== undefined) return cached.names;
  const names = Object.keys(local.members).sort(compareText);
  MEMBERS.set(local, {names, count: names.length});
  return names;
}

/** The charm was told of a remote unit at that version of its databag. */
export function addMember(local: UnitRelationState, unit: string, version: number): void {
  const isNew = !Object.hasOwn(local.members, unit);
  local.members[unit] = version;
  if (isNew) MEMBERS.delete(local);
}

/** The charm was told that a remote unit is gone. */
export function removeMember(local: UnitRelationState, unit: string): void {
  Reflect.deleteProperty(local.members, unit);
  MEMBERS.delete(local);
}

/**
 * The next hook of one relation for one unit, by the first rule that applies: the changed hook that a joined one
 * promised; departures; the end of the relation; the remote application's data; new units; units whose data moved.
 */
export function getNextRelationHook(world: World, unit: UnitState, relation: RelationState): HookInfo | null {
  const local = unit.relations[String(relation.id)];
  if (local?.created !== true || isImplicit(world, getLocalEndpoint(relation, unit.application))) return null;
  if (local.changedPending !== null) return createRelationHook(relation, unit, 'changed', local.changedPending);
  const isLeaving = unit.life === 'dying' || relation.life === 'dying';
  const gone = isLeaving ? getMembers(local)[0] : getGone(world, unit, relation, local);
  if (gone !== undefined) return createRelationHook(relation, unit, 'departed', gone);
  if (isLeaving) return getBroken(unit, relation);
  return getApplicationChanged(unit, relation, local) ?? getMoved(world, unit, relation, local);
}

function getBroken(unit: UnitState, relation: RelationState): HookInfo | null {
  if (getLocalEndpoint(relation, unit.application).role === 'peer') return null;
  return createRelationHook(relation, unit, 'broken');
}

function getGone(world: World, unit: UnitState, relation: RelationState, local: UnitRelationState): string | undefined {
  const moved = world.relations.getMoved(unit.name, relation.id);
  let first: string | undefined;
  for (const remote of moved) {
    if (!Object.hasOwn(local.members, remote)) continue;
    if (world.relations.isVisible(relation, unit.name, remote)) continue;
    if (first === undefined || remote < first) first = remote;
  }
  return first;
}

function getApplicationChanged(unit: UnitState, relation: RelationState, local: UnitRelationState): HookInfo | null {
  const version = relation.applications[getRemoteApplication(relation, unit.application)]?.version ?? 0;
  if (version === 0 || version === local.applicationVersion) return null;
  return createRelationHook(relation, unit, 'changed');
}

function getMoved(world: World, unit: UnitState, relation: RelationState, local: UnitRelationState): HookInfo | null {
  let joined: string | undefined;
  let changed: string | undefined;
  const moved = world.relations.getMoved(unit.name, relation.id);
  for (const remote of moved) {
    const known = Object.hasOwn(local.members, remote) ? local.members[remote] : undefined;
    const isVisible = world.relations.isVisible(relation, unit.name, remote);
    if (!isVisible || known === relation.units[remote]?.version) moved.delete(remote);
    else if (known === undefined) joined = getSmaller(joined, remote);
    else changed = getSmaller(changed, remote);
  }
  if (joined !== undefined) return createRelationHook(relation, unit, 'joined', joined);
  return changed === undefined ? null : createRelationHook(relation, unit, 'changed', changed);
}

function getSmaller(known: string | undefined, candidate: string): string {
  return known === undefined || candidate < known ? candidate : known;
}

/** A relation hook with everything its environment says. */
export function createRelationHook(
  relation: RelationState,
  unit: UnitState,
  step: 'created' | 'joined' | 'changed' | 'departed' | 'broken',
  remoteUnit?: string,
): HookInfo {
  return {
    kind: `relation-${step}`,
    name: `${getLocalEndpoint(relation, unit.application).name}-relation-${step}`,
    relationId: relation.id,
    remoteApplication: getRemoteApplication(relation, unit.application),
    ...(remoteUnit === undefined ? {} : {remoteUnit}),
    ...(step === 'departed' ? {departingUnit: unit.life === 'dying' ? unit.name : (remoteUnit ?? '')} : {}),
  };
}
