import type {CommandResult} from '#charm';
import type {ConfigOption} from '#juju';

import type {ConfigValue} from '../model/state.ts';
import type {HookContext} from '../uniter/hook-context.ts';
import {
  checkArguments,
  createUsageError,
  isOn,
  parseCommandLine,
  renderValue,
  succeed,
  withFormat,
} from './command-line.ts';

/** Options with what users set on top of the charm's defaults; what has no value is absent. */
export function mergeConfig(
  options: Readonly<Record<string, ConfigOption>>,
  settings: Readonly<Record<string, ConfigValue>>,
): Record<string, ConfigValue> {
  const merged: Record<string, ConfigValue> = {};
  for (const [name, option] of Object.entries(options)) {
    const value = Object.hasOwn(settings, name) ? settings[name] : option.default;
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

/** config-get: all options that have a value, or one of them. */
export function getConfig(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat({a: {kind: 'switch', as: 'all'}, all: {kind: 'switch'}}));
  const key = line.positionals[0];
  checkArguments(line, 1);
  if (key !== undefined && isOn(line, 'all')) {
    throw createUsageError(`cannot use argument --all together with key ${JSON.stringify(key)}`);
  }
  const options = context.charm.declared.config;
  const values = mergeConfig(options, context.settings);
  if (key !== undefined) return succeed(renderValue(line, Object.hasOwn(values, key) ? values[key] : null));
  if (!isOn(line, 'all')) return succeed(renderValue(line, values));
  const unset = Object.fromEntries(Object.keys(options).map((name) => [name, null]));
  return succeed(renderValue(line, {...unset, ...values}));
}
