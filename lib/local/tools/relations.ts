import type {CommandResult} from '#charm';

import {compareText, isUnitName, getApplicationOf} from '../model/names.ts';
import type {Databag, RelationState} from '../model/state.ts';
import type {HookContext} from '../uniter/hook-context.ts';
import {isLeader} from '../uniter/leadership.ts';
import {getRemoteApplication} from '../uniter/relation-index.ts';
import {getMembers} from '../uniter/relation-machine.ts';
import {getLocalEndpoint, getRelationName} from '../uniter/world.ts';
import {
  checkArguments,
  createUsageError,
  isOn,
  parseCommandLine,
  parsePairs,
  renderValue,
  succeed,
  ToolError,
  withFormat,
  type CommandLine,
} from './command-line.ts';
import {readSettingsFile} from './settings-file.ts';
import type {ToolInput} from './tool-input.ts';

const RELATION_FLAGS = {r: {kind: 'value', as: 'relation'}, relation: {kind: 'value'}} as const;
const READ_FLAGS = withFormat({...RELATION_FLAGS, app: {kind: 'switch'}});

/** The relation that `-r` names, or the one the hook is about; a ToolError as Juju words it. */
export function getRelationArgument(context: HookContext, {flags}: CommandLine): RelationState {
  const text = flags['relation'];
  if (text === undefined || text === '') {
    if (context.relation === null) throw createUsageError('no relation id specified');
    return context.relation;
  }
  const id = text.slice(text.lastIndexOf(':') + 1);
  if (!/^\d+$/.test(id)) throw createUsageError(`invalid value "${text}" for option -r: invalid relation id`);
  const relation = context.world.model.relations[String(Number(id))];
  if (relation === undefined || !context.application.relations.includes(relation.id)) {
    throw createUsageError(`invalid value "${text}" for option -r: relation not found`);
  }
  return relation;
}

/** relation-ids: the living relations of an endpoint. */
export function getRelationIds(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat());
  const {relation, application, world} = context;
  const endpoint = line.positionals[0] ?? (relation && getLocalEndpoint(relation, application.name).name);
  if (endpoint === null) throw createUsageError('no endpoint name specified');
  checkArguments(line, 1);
  const ids: string[] = [];
  for (const id of application.relations) {
    const candidate = world.model.relations[String(id)];
    if (candidate === undefined || getLocalEndpoint(candidate, application.name).name !== endpoint) continue;
    ids.push(getRelationName(candidate, application.name));
  }
  return succeed(renderValue(line, ids.sort(compareText)));
}

/** relation-list: the remote units the charm was told of, and the one it is being told of now. */
export function getRelationList(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, READ_FLAGS);
  const relation = getRelationArgument(context, line);
  checkArguments(line, 0);
  if (isOn(line, 'app')) {
    return succeed(renderValue(line, getRemoteApplication(relation, context.application.name)));
  }
  return succeed(renderValue(line, getKnownRemotes(context, relation)));
}

function getKnownRemotes({unit, hook}: HookContext, relation: RelationState): readonly string[] {
  const local = unit.relations[String(relation.id)];
  const members = local === undefined ? [] : getMembers(local);
  const remote = hook?.relationId === relation.id ? hook.remoteUnit : undefined;
  if (remote === undefined) return members;
  if (hook?.kind === 'relation-departed') return members.filter((name) => name !== remote);
  return members.includes(remote) ? members : [...members, remote].sort(compareText);
}

/** relation-get: a databag or one key of it, as the hook first saw it. */
export function getRelationSettings(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, READ_FLAGS);
  const relation = getRelationArgument(context, line);
  const [key = '', target] = line.positionals;
  checkArguments(line, 2);
  const settings = readSettings(context, relation, getTarget(context, line, target));
  if (key === '' || key === '-') return succeed(renderSettings(line, settings));
  return succeed(renderValue(line, Object.hasOwn(settings, key) ? settings[key] : null));
}

/** What was printed of a databag as JSON. Databags are replaced when they are written to, never changed. */
const printed = new WeakMap<Databag, string>();

function renderSettings(line: CommandLine, settings: Databag): string {
  if (line.flags['format'] !== 'json') return renderValue(line, settings);
  const text = printed.get(settings) ?? renderValue(line, settings);
  printed.set(settings, text);
  return text;
}

interface Target {
  readonly name: string;
  readonly isApplication: boolean;
}

function getTarget({hook}: HookContext, line: CommandLine, target: string | undefined): Target {
  const isApplication = isOn(line, 'app');
  if (target === undefined || target === '') return getDefaultTarget(hook, isApplication);
  if (isUnitName(target)) return {name: isApplication ? getApplicationOf(target) : target, isApplication};
  if (isApplication) return {name: target, isApplication};
  if (/^[a-z][a-z0-9-]*$/.test(target)) {
    throw createUsageError(`expected unit name, got application name ${JSON.stringify(target)}`);
  }
  throw createUsageError(`invalid unit name ${JSON.stringify(target)}`);
}

function getDefaultTarget(hook: HookContext['hook'], isApplication: boolean): Target {
  if (!isApplication && hook?.remoteUnit !== undefined) return {name: hook.remoteUnit, isApplication: false};
  if (hook?.remoteApplication !== undefined) return {name: hook.remoteApplication, isApplication: true};
  throw createUsageError('no unit or application specified');
}

function readSettings(context: HookContext, relation: RelationState, {name, isApplication}: Target): Databag {
  return isApplication ? readApplication(context, relation, name) : readUnit(context, relation, name);
}

function readUnit(context: HookContext, relation: RelationState, name: string): Databag {
  const found = relation.units[name]?.data;
  if (name === context.unit.name) {
    return mergePending(see(context, relation, name, found), getPending(context, relation)?.unit);
  }
  const remote = getRemoteApplication(relation, context.application.name);
  if (found === undefined || remote !== getApplicationOf(name)) throw new ToolError('permission denied');
  return see(context, relation, name, found);
}

function readApplication(context: HookContext, relation: RelationState, name: string): Databag {
  if (name === context.application.name) return readOwnApplication(context, relation);
  if (name !== getRemoteApplication(relation, context.application.name)) throw new ToolError('permission denied');
  return see(context, relation, name, relation.applications[name]?.data);
}

/** The own application's databag: for the leader, and among peers for everybody. */
function readOwnApplication(context: HookContext, relation: RelationState): Databag {
  const {application} = context;
  const isPeer = getRemoteApplication(relation, application.name) === application.name;
  if (!isPeer && !isLeader(context.world, context.unit)) throw new ToolError('permission denied');
  const data = see(context, relation, application.name, relation.applications[application.name]?.data);
  return mergePending(data, getPending(context, relation)?.application);
}

/** What a hook read once it reads again, whatever others did meanwhile. */
function see(context: HookContext, relation: RelationState, name: string, data: Databag = {}): Databag {
  const key = `${String(relation.id)} ${name}`;
  const seen = context.seen.get(key);
  if (seen !== undefined) return seen;
  context.seen.set(key, data);
  return data;
}

function getPending(context: HookContext, relation: RelationState): PendingOfRelation | undefined {
  return context.writes.relations.get(relation.id);
}

interface PendingOfRelation {
  unit: Record<string, string>;
  application: Record<string, string>;
}

/** A databag with writes on top; an empty text deletes its key. */
export function mergePending(data: Databag, writes: Readonly<Record<string, string>> | undefined): Databag {
  if (writes === undefined) return data;
  return Object.fromEntries(Object.entries({...data, ...writes}).filter(([, value]) => value !== ''));
}

/** relation-set: keeps writes until the hook has succeeded. */
export async function setRelationSettings(
  context: HookContext,
  args: readonly string[],
  input: ToolInput,
): Promise<CommandResult> {
  const flags = {...withFormat(RELATION_FLAGS), app: {kind: 'switch'}, file: {kind: 'value'}} as const;
  const line = parseCommandLine(args, flags);
  const relation = getRelationArgument(context, line);
  const fromArguments = parsePairs(line.positionals);
  const {file} = line.flags;
  const fromFile = file === undefined ? {} : await readSettingsFile(input, file);
  const isApplication = isOn(line, 'app');
  if (isApplication && !isLeader(context.world, context.unit)) throw new ToolError('cannot write relation settings');
  const pending = context.writes.relations.get(relation.id) ?? {unit: {}, application: {}};
  Object.assign(isApplication ? pending.application : pending.unit, fromFile, fromArguments);
  context.writes.relations.set(relation.id, pending);
  const warning = line.flags['format'] === undefined ? '' : '--format flag deprecated for command "relation-set"';
  return {exitCode: 0, stdout: '', stderr: warning};
}

/** relation-model-get: the uuid of the model on the other side, which is always this one. */
export function getRelationModel(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat(RELATION_FLAGS));
  getRelationArgument(context, line);
  checkArguments(line, 0);
  return succeed(renderValue(line, {uuid: context.world.model.uuid}));
}
