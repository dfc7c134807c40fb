import type {CommandResult} from '#charm';

import {createStatus} from '../model/model.ts';
import type {StatusState} from '../model/state.ts';
import {getApplicationStatus} from '../model/application-status.ts';
import type {HookContext} from '../uniter/hook-context.ts';
import {isLeader} from '../uniter/leadership.ts';
import {
  checkArguments,
  createUsageError,
  isOn,
  parseCommandLine,
  renderValue,
  succeed,
  ToolError,
  withFormat,
} from './command-line.ts';

const SETTABLE: readonly string[] = ['maintenance', 'blocked', 'waiting', 'active'];

/** status-set: takes effect at once, whatever becomes of the hook. */
export function setStatus(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, {application: {kind: 'switch'}});
  const [status, ...words] = line.positionals;
  if (status === undefined) throw createUsageError('invalid args, require <status> [message]');
  if (!SETTABLE.includes(status)) {
    throw createUsageError(`invalid status ${JSON.stringify(status)}, expected one of [${SETTABLE.join(' ')}]`);
  }
  const {unit, application, world} = context;
  const value = createStatus(status, words.join(' '), world.now());
  if (isOn(line, 'application')) {
    if (!isLeader(world, unit)) throw new ToolError('this unit is not the leader');
    application.status = keepSince(application.status, value);
    return succeed();
  }
  if (unit.workload.status !== value.status || unit.workload.message !== value.message) world.model.writes.status += 1;
  unit.workload = keepSince(unit.workload, value);
  unit.statusSet = true;
  return succeed();
}

/** A status that says the same as before is as old as before. */
function keepSince(before: StatusState | null, now: StatusState): StatusState {
  return before?.status === now.status && before.message === now.message ? before : now;
}

/** status-get: the unit's status, or for the leader the application's with all units'. */
export function getStatus(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat({'include-data': {kind: 'switch'}, application: {kind: 'switch'}}));
  checkArguments(line, 0);
  if (isOn(line, 'application')) return getOfApplication(context, line);
  const {workload} = context.unit;
  const isSmart = (line.flags['format'] ?? 'smart') === 'smart';
  if (isOn(line, 'include-data')) return succeed(renderValue(line, describe(workload)));
  return succeed(renderValue(line, isSmart ? workload.status : {status: workload.status}));
}

function getOfApplication(
  {world, unit, application}: HookContext,
  line: Parameters<typeof renderValue>[0],
): CommandResult {
  if (!isLeader(world, unit)) throw new ToolError('finding application status: this unit is not the leader');
  const units: Record<string, ReturnType<typeof describe>> = {};
  for (const name of application.units) {
    const state = world.model.units[name];
    if (state !== undefined) units[name] = describe(state.workload);
  }
  const status = describe(getApplicationStatus(world.model, application));
  return succeed(renderValue(line, {'application-status': {...status, units}}));
}

function describe({status, message, data}: StatusState): {
  status: string;
  message: string;
  'status-data': Record<string, string>;
} {
  return {status, message, 'status-data': data};
}
