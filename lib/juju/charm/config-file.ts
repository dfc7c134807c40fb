import {ConfigError, YamlError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {toRecord} from '../record.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import type {YamlNode} from '../yaml/types.ts';
import {coerceText, coerceYamlValue, getOption} from './config-values.ts';
import type {ConfigOptions} from './config-values.ts';
import type {ConfigValue} from './types.ts';

/** Reads the settings of one application from the text of a `--config` file: `{<application>: {<option>: value}}`. A null
 * value unsets. Throws a ConfigError. */
export function parseConfigFile(
  text: string,
  application: string,
  options: ConfigOptions,
  file = 'config',
): Record<string, ConfigValue | null> {
  const settings = getSettings(text, application, file);
  return toRecord(Object.entries(settings).map(([name, node]) => [name, coerceSetting(options, name, node)] as const));
}

function getSettings(text: string, application: string, file: string): Record<string, YamlNode> {
  const document = readDocument(text, file);
  if (document.kind !== 'mapping')
    throw new ConfigError('', 'cannot parse settings data: expected a map of applications');
  const section = document.entries.get(application)?.value;
  if (section?.kind !== 'mapping') throw new ConfigError('', `no settings found for ${quote(application)}`);
  return toRecord([...section.entries].map(([name, {value}]) => [name, value] as const));
}

function readDocument(text: string, file: string): YamlNode {
  try {
    return parseYamlDocument(text, file);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ConfigError('', `cannot parse settings data: ${error.message}`);
  }
}

/** A quoted value is read as on the command line, so `"5"` suits an int; other values must have the option's type. */
function coerceSetting(options: ConfigOptions, name: string, node: YamlNode): ConfigValue | null {
  const option = getOption(options, name);
  if (node.kind === 'scalar' && node.type === 'string') return coerceText(option, node.value);
  return coerceYamlValue(option, node);
}
