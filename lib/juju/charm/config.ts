import {CharmError, ConfigError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {compareNaturally} from '../names/natural-sort.ts';
import {toRecord} from '../record.ts';
import {getKey, isNull, renderGoSyntax} from '../yaml/access.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import type {YamlMapping, YamlNode} from '../yaml/types.ts';
import {coerceYamlValue} from './config-values.ts';
import type {ConfigOption, ConfigType, ConfigValue} from './types.ts';

const types: Readonly<Record<string, ConfigType>> = {
  string: 'string',
  int: 'int',
  float: 'float',
  boolean: 'boolean',
  secret: 'secret',
};

/** Reads config.yaml. Throws a CharmError with Juju's text. */
export function parseConfig(text: string, file = 'config.yaml'): Record<string, ConfigOption> {
  return getConfigOptions(parseYamlDocument(text, file));
}

/** The options of a document with an `options` map. Throws a CharmError with Juju's text. */
export function getConfigOptions(document: YamlNode): Record<string, ConfigOption> {
  const options = document.kind === 'mapping' ? getKey(document, 'options') : undefined;
  if (isNull(document) || (document.kind === 'mapping' && isNull(options))) {
    throw new CharmError('invalid config: empty configuration');
  }
  if (options?.kind !== 'mapping') throw new CharmError('invalid config: expected a map of options');
  const entries = [...options.entries].sort(([a], [b]) => compareNaturally(a, b));
  return toRecord(entries.map(([name, {value}]) => [name, getConfigOption(name, value)] as const));
}

function getConfigOption(name: string, node: YamlNode): ConfigOption {
  if (isNull(node)) throw new CharmError('invalid config: empty configuration');
  if (node.kind !== 'mapping') throw new CharmError(`invalid config: option ${quote(name)} expected a map`);
  const written = getText(node, 'type') || 'string';
  const type = Object.hasOwn(types, written) ? types[written] : undefined;
  if (type === undefined)
    throw new CharmError(`invalid config: option ${quote(name)} has unknown type ${quote(written)}`);
  const option: ConfigOption = {name, type, description: getText(node, 'description')};
  const value = getDefault(option, getKey(node, 'default'));
  return value === null ? option : {...option, default: value};
}

/** String fields take any scalar as written. */
function getText(mapping: YamlMapping, key: string): string {
  const node = getKey(mapping, key);
  if (node === undefined || isNull(node)) return '';
  if (node.kind === 'scalar') return node.text;
  throw new CharmError(`invalid config: ${key} expected a string, got ${renderGoSyntax(node)}`);
}

function getDefault(option: ConfigOption, node: YamlNode | undefined): ConfigValue | null {
  if (node === undefined) return null;
  try {
    return coerceYamlValue(option, node);
  } catch (error) {
    if (error instanceof ConfigError) throw new CharmError(`invalid config default: ${error.message}`);
    throw error;
  }
}
