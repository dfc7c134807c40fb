/** Typing the values of charm options, from YAML (bundles, files, defaults) and from the command line. */

import {ConfigError} from '../errors.ts';
import {getOwn, toRecord} from '../record.ts';
import {quote} from '../names/go-format.ts';
import {renderGoSyntax} from '../yaml/access.ts';
import {parseGoInteger} from '../yaml/scalar.ts';
import type {YamlNode, YamlScalar} from '../yaml/types.ts';
import type {ConfigOption, ConfigValue} from './types.ts';
import {parseGoBool, parseGoFloat} from './values.ts';

/** The options a charm has, by name. */
export type ConfigOptions = Readonly<Record<string, ConfigOption>>;

/** The option of a name; throws a ConfigError when the charm has none. */
export function getOption(options: ConfigOptions, name: string): ConfigOption {
  const option = getOwn(options, name);
  if (option === undefined) throw new ConfigError(name, `unknown option ${quote(name)}`);
  return option;
}

function refuse(option: ConfigOption, got: string): never {
  throw new ConfigError(option.name, `option ${quote(option.name)} expected ${option.type}, got ${got}`);
}

/** Numbers in JavaScript are exact only within ±(2^53 - 1), so larger ints are refused rather than changed. */
function getExact(option: ConfigOption, value: bigint): number {
  const exact = Number(value);
  if (Number.isSafeInteger(exact)) return exact;
  return refuse({...option, type: 'int'}, `${value} (beyond ±9007199254740991)`);
}

/** A value from YAML as the option's type; null (which unsets) when nothing was written. Throws a ConfigError. */
export function coerceYamlValue(option: ConfigOption, node: YamlNode): ConfigValue | null {
  if (node.kind !== 'scalar') return refuse(option, renderGoSyntax(node));
  if (node.type === 'null') return null;
  return coerceScalar(option, node) ?? refuse(option, renderGoSyntax(node));
}

function coerceScalar(option: ConfigOption, node: YamlScalar): ConfigValue | null {
  if (node.type === 'string') return coerceYamlText(option, node.value);
  if (option.type === 'int' && node.type === 'int') return getExact(option, node.value);
  if (option.type === 'float' && node.type === 'float') return node.value;
  return option.type === 'boolean' && node.type === 'bool' ? node.value : null;
}

/** A YAML string as the option's type: as on the command line, but ints may be of any base (`0x10`). */
function coerceYamlText(option: ConfigOption, text: string): ConfigValue | null {
  if (option.type !== 'int') return coerceWords(option, text);
  const value = parseGoInteger(text);
  return value === null ? null : getExact(option, value);
}

function isSecretUri(text: string): boolean {
  return text === '' || /^secret:\S+$/u.test(text);
}

/** A value from `key=value` on the command line as the option's type. Throws a ConfigError. */
export function coerceText(option: ConfigOption, text: string): ConfigValue {
  const value = coerceWords(option, text);
  return value ?? refuse(option, quote(text));
}

function coerceWords(option: ConfigOption, text: string): ConfigValue | null {
  switch (option.type) {
    case 'string':
      return text;
    case 'secret':
      return isSecretUri(text) ? text : null;
    case 'int':
      return /^[-+]?\d+$/u.test(text) ? getExact(option, BigInt(text.replace(/^\+/u, ''))) : null;
    case 'float':
      return parseGoFloat(text);
    case 'boolean':
      return parseGoBool(text);
  }
}

/** Types a set of values from the command line; throws a ConfigError for an unknown option or a wrong value. */
export function coerceTexts(
  options: ConfigOptions,
  texts: Readonly<Record<string, string>>,
): Record<string, ConfigValue> {
  return toRecord(
    Object.entries(texts).map(([name, text]) => [name, coerceText(getOption(options, name), text)] as const),
  );
}

/** Types a set of values from YAML, nulls left out; throws a ConfigError for an unknown option or a wrong value. */
export function coerceYamlValues(
  options: ConfigOptions,
  nodes: Readonly<Record<string, YamlNode>>,
): Record<string, ConfigValue> {
  const typed: [string, ConfigValue][] = [];
  for (const [name, node] of Object.entries(nodes)) {
    const value = coerceYamlValue(getOption(options, name), node);
    if (value !== null) typed.push([name, value]);
  }
  return toRecord(typed);
}

/** The default of every option that has one. */
export function getDefaults(options: ConfigOptions): Record<string, ConfigValue> {
  const set: [string, ConfigValue][] = [];
  for (const option of Object.values(options)) {
    if (option.default !== undefined) set.push([option.name, option.default]);
  }
  return toRecord(set);
}
