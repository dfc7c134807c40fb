import type {CommandResult} from '#charm';

import type {TaskState} from '../model/state.ts';
import type {HookContext} from '../uniter/hook-context.ts';
import {isPrintableMap, toPrintable} from '../views/printable.ts';
import {
  checkArguments,
  createUsageError,
  parseCommandLine,
  renderValue,
  succeed,
  ToolError,
  withFormat,
} from './command-line.ts';

const RESERVED: readonly string[] = ['stdout', 'stdout-encoding', 'stderr', 'stderr-encoding'];
const KEY = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

function getTask({task}: HookContext): TaskState {
  if (task === null) throw new ToolError('not running an action');
  return task;
}

/** action-get: the action's parameters, one of them by dots. */
export function getActionParameters(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat());
  const {parameters} = getTask(context);
  const [key] = line.positionals;
  checkArguments(line, 1);
  let value = toPrintable(parameters);
  for (const part of key?.split('.') ?? []) {
    value = isPrintableMap(value) && Object.hasOwn(value, part) ? value[part] : null;
  }
  return succeed(renderValue(line, value));
}

/** action-set: results as a tree built from dots; later ones win. */
export function setActionResults(context: HookContext, args: readonly string[]): CommandResult {
  getTask(context);
  for (const pair of parseCommandLine(args, {}).positionals) {
    const place = pair.indexOf('=');
    if (place < 1) throw createUsageError(`argument ${JSON.stringify(pair)} must be of the form key...=value`);
    const key = pair.slice(0, place);
    checkKey(key);
    setResult(context.action.results, key.split('.'), pair.slice(place + 1));
  }
  return succeed();
}

function checkKey(key: string): void {
  if (RESERVED.includes(key)) throw createUsageError(`cannot set reserved action key ${JSON.stringify(key)}`);
  if (KEY.test(key) && !key.includes('..')) return;
  throw createUsageError(
    `key ${JSON.stringify(key)} must start and end with lowercase alphanumeric, and contain only lowercase alphanumeric, hyphens and periods`,
  );
}

function setResult(results: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    results[first] = value;
    return;
  }
  const inner: Record<string, unknown> = {...toObject(results[first])};
  setResult(inner, rest, value);
  results[first] = inner;
}

function toObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** action-fail: the action goes on, and has failed when it ends. */
export function failAction(context: HookContext, args: readonly string[]): CommandResult {
  getTask(context);
  const line = parseCommandLine(args, {});
  const [message] = line.positionals;
  checkArguments(line, 1);
  context.action.failure = message ?? 'action failed without reason given, check action for errors';
  return succeed();
}

/** action-log: a line of progress that whoever waits can see. */
export function logAction(context: HookContext, args: readonly string[]): CommandResult {
  const task = getTask(context);
  const message = parseCommandLine(args, {}).positionals.join(' ');
  if (message === '') throw createUsageError('no message specified');
  task.log.push({time: context.world.now(), message});
  return succeed();
}
