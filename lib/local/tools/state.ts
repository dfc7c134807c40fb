import type {CommandResult} from '#charm';

import type {HookContext} from '../uniter/hook-context.ts';
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
} from './command-line.ts';
import {readSettingsFile} from './settings-file.ts';
import type {ToolInput} from './tool-input.ts';

const KEY_LIMIT = 256;
const VALUE_LIMIT = 65_536;

/** state-get: what the unit itself kept with the controller, with this hook's own writes. */
export function getState(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat({strict: {kind: 'switch'}}));
  const [key = ''] = line.positionals;
  checkArguments(line, 1);
  const state = mergeState(context.unit.state, context.writes.state);
  if (key === '' || key === '-') return succeed(renderValue(line, state));
  if (!Object.hasOwn(state, key) && isOn(line, 'strict')) throw new ToolError(`${JSON.stringify(key)} not found`);
  return succeed(renderValue(line, Object.hasOwn(state, key) ? state[key] : null));
}

/** What is kept, with writes on top; null deletes a key. */
export function mergeState(
  state: Readonly<Record<string, string>>,
  writes: ReadonlyMap<string, string | null>,
): Record<string, string> {
  const merged: Record<string, string> = {...state};
  for (const [key, value] of writes) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = value;
  }
  return merged;
}

/** state-set: an empty text is kept as such. */
export async function setState(
  context: HookContext,
  args: readonly string[],
  input: ToolInput,
): Promise<CommandResult> {
  const line = parseCommandLine(args, {file: {kind: 'value'}});
  const {file} = line.flags;
  const settings = {
    ...(file === undefined ? {} : await readSettingsFile(input, file)),
    ...parsePairs(line.positionals),
  };
  for (const [key, value] of Object.entries(settings)) {
    if (Buffer.byteLength(key) > KEY_LIMIT) throw new ToolError(`max allowed key length (${KEY_LIMIT}) exceeded`);
    if (Buffer.byteLength(value) > VALUE_LIMIT) {
      throw new ToolError(`max allowed value length (${VALUE_LIMIT}) exceeded`);
    }
  }
  for (const [key, value] of Object.entries(settings)) context.writes.state.set(key, value);
  return succeed();
}

/** state-delete: a key that is not there is no error. */
export function deleteState(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, {});
  const [key] = line.positionals;
  if (key === undefined) throw createUsageError('no key specified');
  checkArguments(line, 1);
  context.writes.state.set(key, null);
  return succeed();
}
