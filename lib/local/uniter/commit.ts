import {createStatus} from '../model/model.ts';
import type {Databag, HookInfo, RelationState, UnitState} from '../model/state.ts';
import {mergePending} from '../tools/relations.ts';
import {mergeState} from '../tools/state.ts';
import {comparePorts, formatPortRange} from '../tools/ports.ts';
import type {HookContext} from './hook-context.ts';
import {getElections, isLeader} from './leadership.ts';
import {addMember, removeMember} from './relation-machine.ts';
import {removeUnit} from './removal.ts';
import {enterScopes, leaveScope} from './scope.ts';
import {addUnitStorage, dropStorage, noteAttached} from './storage.ts';

/**
 * Gives the model what a hook wrote, all of it or, when the unit may no longer write it, nothing and the reason.
 * Nobody else saw any of it before.
 */
export function commitWrites(context: HookContext): string | null {
  const reason = checkWrites(context);
  if (reason !== null) return reason;
  for (const [id, {unit, application}] of context.writes.relations) {
    const relation = context.world.model.relations[String(id)];
    if (relation === undefined) continue;
    commitUnitData(context, relation, unit);
    commitApplicationData(context, relation, application);
  }
  commitState(context);
  commitPorts(context);
  for (const {take} of context.writes.secrets) take();
  for (const {store, count} of context.writes.storage) addUnitStorage(context.world, context.unit, store, count);
  return null;
}

/** The leader may have changed while the hook ran: its writes for the application are then refused. */
function checkWrites({world, unit, writes}: HookContext): string | null {
  if (isLeader(world, unit)) return null;
  const wrote = [...writes.relations.values()].some(({application}) => Object.keys(application).length > 0);
  if (wrote) return 'cannot write relation settings';
  return writes.secrets.some(({needsLeader}) => needsLeader) ? 'this unit is not the leader' : null;
}

function commitUnitData({world, unit}: HookContext, relation: RelationState, writes: Record<string, string>): void {
  const scope = relation.units[unit.name];
  if (scope === undefined) return;
  const data = mergeChanged(scope.data, writes);
  if (data === null) return;
  scope.data = data;
  scope.version += 1;
  world.model.writes.relationData += 1;
  if (scope.inScope && !scope.departing) world.relations.note(relation, unit.name);
}

function commitApplicationData(context: HookContext, relation: RelationState, writes: Record<string, string>): void {
  const {world, application} = context;
  const before = relation.applications[application.name] ?? {data: {}, version: 0};
  const data = mergeChanged(before.data, writes);
  if (data === null) return;
  relation.applications[application.name] = {data, version: before.version + 1};
  world.model.writes.relationData += 1;
  noteOwnWrite(context, relation, before.version);
  world.relations.noteAll(relation);
}

/** The writer is not told of its own write among peers; of one that an earlier leader made while the hook ran it is. */
function noteOwnWrite({unit, hook, remoteVersion}: HookContext, relation: RelationState, before: number): void {
  const local = unit.relations[String(relation.id)];
  if (relation.endpoints.length > 1 || local === undefined) return;
  const isTold = hook?.kind === 'relation-changed' && hook.relationId === relation.id && hook.remoteUnit === undefined;
  if (before === (isTold ? remoteVersion : local.applicationVersion)) local.applicationVersion = before + 1;
}

/** A databag with writes on top, or null when they change nothing. */
function mergeChanged(data: Databag, writes: Record<string, string>): Databag | null {
  const isSame = Object.entries(writes).every(([key, value]) => (data[key] ?? '') === value);
  return isSame ? null : mergePending(data, writes);
}

function commitState({world, unit, writes}: HookContext): void {
  const isSame = [...writes.state].every(([key, value]) => (unit.state[key] ?? null) === value);
  if (isSame) return;
  unit.state = mergeState(unit.state, writes.state);
  world.model.writes.state += 1;
}

function commitPorts({world, unit, writes}: HookContext): void {
  if (writes.openPorts.length + writes.closePorts.length === 0) return;
  const describe = (range: (typeof unit.ports)[number]): string => `${formatPortRange(range)} ${range.endpoint}`;
  const open = new Map([...unit.ports, ...writes.openPorts].map((range) => [describe(range), range]));
  for (const range of writes.closePorts) open.delete(describe(range));
  const ports = [...open.values()].sort(comparePorts);
  if (ports.map(describe).join() === unit.ports.map(describe).join()) return;
  unit.ports = ports;
  world.model.writes.state += 1;
}

/** What the uniter remembers after a hook that succeeded (or was declared done by `resolved --no-retry`). */
export function commitHook(context: HookContext, hook: HookInfo): void {
  unitHookDone(context, hook);
  if (hook.relationId !== undefined) commitRelationHook(context, hook, hook.relationId);
}

function unitHookDone(context: HookContext, hook: HookInfo): void {
  const {world, unit, application} = context;
  switch (hook.kind) {
    case 'install':
      unit.installed = true;
      unit.upgradePending = unit.charm !== application.charm;
      enterScopes(world, unit);
      break;
    case 'leader-elected':
      if (context.elections === getElections(unit)) unit.electedPending = false;
      break;
    case 'leader-settings-changed':
      unit.leaderSettingsVersion = Math.max(unit.leaderSettingsVersion, context.leaderSettingsVersion);
      break;
    case 'config-changed':
      unit.configVersion = context.configVersion;
      break;
    case 'start':
      commitStart(context);
      break;
    case 'upgrade-charm':
      unit.upgradePending = unit.charm !== application.charm;
      unit.configVersion = -1;
      break;
    default:
      commitEnd(context, hook);
  }
}

function commitStart({world, unit}: HookContext): void {
  unit.started = true;
  unit.rebooted = false;
  if (!unit.statusSet) unit.workload = createStatus('unknown', '', world.now());
}

function commitEnd({world, unit}: HookContext, hook: HookInfo): void {
  switch (hook.kind) {
    case 'storage-attached':
      noteAttached(world, unit, hook.storageId ?? '');
      break;
    case 'storage-detaching':
      dropStorage(world, unit, hook.storageId ?? '');
      break;
    case 'stop':
      unit.stopped = true;
      unit.workload = createStatus('maintenance', '', world.now());
      break;
    case 'remove':
      removeUnit(world, unit);
      break;
    default:
  }
}

function commitRelationHook(context: HookContext, hook: HookInfo, id: number): void {
  const {world, unit} = context;
  const relation = world.model.relations[String(id)];
  const local = unit.relations[String(id)];
  if (relation === undefined || local === undefined) return;
  const {remoteUnit} = hook;
  switch (hook.kind) {
    case 'relation-created':
      local.created = true;
      break;
    case 'relation-joined':
      if (remoteUnit !== undefined) {
        addMember(local, remoteUnit, context.remoteVersion);
        local.changedPending = remoteUnit;
      }
      break;
    case 'relation-changed':
      commitChanged(context, local, remoteUnit);
      break;
    case 'relation-departed':
      if (remoteUnit !== undefined) removeMember(local, remoteUnit);
      break;
    case 'relation-broken':
      leaveScope(world, unit, relation);
      break;
    default:
  }
}

function commitChanged(
  context: HookContext,
  local: UnitState['relations'][string],
  remoteUnit: string | undefined,
): void {
  if (remoteUnit === undefined) {
    local.applicationVersion = Math.max(local.applicationVersion, context.remoteVersion);
    return;
  }
  addMember(local, remoteUnit, context.remoteVersion);
  if (local.changedPending === remoteUnit) local.changedPending = null;
}
