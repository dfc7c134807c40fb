import type {CommandResult} from '#charm';

import {addLog} from '../model/log.ts';
import {getUnitTag} from '#juju';
import type {LogLevel, RelationState} from '../model/state.ts';
import type {HookContext} from '../uniter/hook-context.ts';
import {getRemoteApplication} from '../uniter/relation-index.ts';
import {getLocalEndpoint, getRelationName} from '../uniter/world.ts';
import {formatTime} from '../views/time.ts';
import {
  checkArguments,
  createUsageError,
  parseCommandLine,
  renderValue,
  succeed,
  ToolError,
  withFormat,
} from './command-line.ts';

const LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

/** juju-log: a line in the model's log. */
export function writeLog(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, {
    debug: {kind: 'switch'},
    l: {kind: 'value', as: 'log-level'},
    'log-level': {kind: 'value'},
    format: {kind: 'value'},
  });
  if (line.positionals.length === 0) throw createUsageError('no message specified');
  const {world, unit, application, relation} = context;
  const wanted = (line.flags['log-level'] ?? (line.flags['debug'] === 'true' ? 'DEBUG' : 'INFO')).toUpperCase();
  const level = LEVELS.find((known) => known === wanted) ?? 'INFO';
  const prefix = relation === null ? '' : `${getRelationName(relation, application.name)}: `;
  const entity = getUnitTag(unit.name);
  const module = `unit.${unit.name}.juju-log`;
  addLog(world.model, {time: world.now(), entity, level, module, message: `${prefix}${line.positionals.join(' ')}`});
  return succeed();
}

/** application-version-set: what `status` shows as the application's version. */
export function setVersion({unit, application}: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, {});
  const [version] = line.positionals;
  if (version === undefined) throw createUsageError('no version specified');
  checkArguments(line, 1);
  unit.workloadVersion = version;
  application.version = version;
  return succeed();
}

/** goal-state: the units and relations that are meant to be. */
export function getGoalState(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat());
  checkArguments(line, 0);
  const {world, application} = context;
  const relations: Record<string, Record<string, Goal>> = {};
  for (const id of application.relations) {
    const relation = world.model.relations[String(id)];
    if (relation === undefined) continue;
    const endpoint = getLocalEndpoint(relation, application.name).name;
    relations[endpoint] = {...relations[endpoint], ...describeRelation(context, relation)};
  }
  return succeed(renderValue(line, {units: describeUnits(context, application.units), relations}, 'yaml'));
}

function describeRelation(context: HookContext, relation: RelationState): Record<string, Goal> {
  const {world, unit, application} = context;
  const remote = getRemoteApplication(relation, application.name);
  const others = (world.model.applications[remote]?.units ?? []).filter((name) => name !== unit.name);
  const goals = describeUnits(context, others);
  return remote === application.name
    ? goals
    : {[remote]: {status: 'joined', since: formatTime(relation.since)}, ...goals};
}

interface Goal {
  [key: string]: string;
  status: string;
  since: string;
}

function describeUnits({world}: HookContext, names: readonly string[]): Record<string, Goal> {
  const goals = names.flatMap((name): [string, Goal][] => {
    const unit = world.model.units[name];
    if (unit === undefined) return [];
    const {life, workload} = unit;
    return [[name, {status: life === 'alive' ? workload.status : life, since: formatTime(workload.since)}]];
  });
  return Object.fromEntries(goals);
}

/** credential-get: only for applications that are trusted; the memory cloud's credential holds nothing. */
export function getCredential({application}: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat());
  checkArguments(line, 0);
  if (!application.trust) throw new ToolError('cannot access cloud credentials: permission denied');
  const spec = {type: 'memory', name: 'memory', region: 'local', credential: {'auth-type': 'empty', attrs: {}}};
  return succeed(renderValue(line, spec));
}

/** resource-get: the memory cloud holds no resources. */
export function getResource({metadata}: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, {});
  const [name] = line.positionals;
  if (name === undefined) throw createUsageError('missing required resource name');
  checkArguments(line, 1);
  const reason = Object.hasOwn(metadata.resources, name) ? 'no file was attached' : `resource "${name}" not found`;
  throw new ToolError(`could not download resource: ${reason}`);
}

/** juju-reboot: the modelled machine comes back as it is, so the request only leaves a line in the log. */
export function requestReboot({world, unit, task}: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, {now: {kind: 'switch'}});
  checkArguments(line, 0);
  if (task !== null) throw new ToolError('juju-reboot is not supported when running an action.');
  const entity = getUnitTag(unit.name);
  const message = 'reboot requested: not modelled, the machine goes on';
  addLog(world.model, {time: world.now(), entity, level: 'WARNING', module: 'juju.worker.uniter', message});
  return succeed();
}
