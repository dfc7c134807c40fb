import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';

import {coerceText, type ConfigOption} from '#juju';

import {LocalError} from '../errors.ts';
import {getApplication} from '../model/model.ts';
import type {CharmState, ConfigValue, ModelState} from '../model/state.ts';
import {mergeConfig} from '../tools/config.ts';
import {renderJson, renderYaml, type Printable} from '../views/yaml.ts';
import type {GlobalOptions, Session} from './session.ts';
import {collect, createUsageError, type DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly file?: string;
  readonly format: string;
  readonly reset?: readonly string[];
}

type Settings = Record<string, ConfigValue | null>;

/** config APPLICATION [KEY] [KEY=VALUE...] */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<application>', 'the application')
    .argument('[words...]', 'an option to show, or key=value (key=@file) to set')
    .option('--file <file>', 'a YAML file of options by application')
    .option('--format <format>', 'yaml or json', 'yaml')
    .option('--reset <keys>', 'options to give their defaults again, separated by commas', collect)
    .action(async (name: string, words: readonly string[], options: Options) => {
      const pairs = words.filter((word) => word.includes('='));
      const keys = words.filter((word) => !word.includes('='));
      if (keys.length > 0 && pairs.length > 0) throw createUsageError('cannot set and retrieve values simultaneously');
      if (keys.length > 1) throw createUsageError('can only retrieve a single value, or all values');
      if (pairs.length === 0 && options.file === undefined && options.reset === undefined) {
        show(session, await session.readState(options), {name, key: keys[0], format: options.format});
        return;
      }
      await change(session, name, pairs, options);
    });
};

async function change(session: Session, name: string, pairs: readonly string[], options: Options): Promise<void> {
  const settings: Settings = {};
  for (const key of (options.reset ?? []).flatMap((text) => text.split(','))) settings[key] = null;
  for (const pair of pairs) {
    const place = pair.indexOf('=');
    settings[pair.slice(0, place)] = await readValue(session, pair.slice(place + 1));
  }
  await session.change(options, async (running) => {
    const {readConfigFiles} = await import('../deploy/charm.ts');
    const application = getApplication(running.state, name);
    const files = options.file === undefined ? [] : [options.file];
    const {config} = running.world.getCharm(application.charm);
    const fromFile = await readConfigFiles({from: session.input.cwd}, name, config, files);
    const {own, trust} = splitTrust(config, settings);
    running.config(name, {...fromFile, ...own});
    if (trust !== null) running.setTrust(name, trust);
  });
}

/** Juju's own option of every application, where the charm has none of that name. */
const TRUST: ConfigOption = {
  name: 'trust',
  type: 'boolean',
  default: false,
  description: 'Does this application have access to trusted credentials',
};

/** The charm's own settings, and what trust is to be; null when nothing is said of it. */
function splitTrust(
  config: CharmState['declared']['config'],
  settings: Settings,
): {own: Settings; trust: boolean | null} {
  const {trust, ...own} = settings;
  if (trust === undefined || config['trust'] !== undefined) return {own: settings, trust: null};
  return {own, trust: trust !== null && coerceText(TRUST, String(trust)) === true};
}

async function readValue({input}: Session, text: string): Promise<string> {
  if (!text.startsWith('@')) return text;
  const content = await readFile(resolve(input.cwd, text.slice(1)), 'utf8').catch(() => null);
  if (content === null) throw new LocalError(`cannot read option from file "${text.slice(1)}": no such file`);
  return content;
}

function show(
  session: Session,
  state: ModelState,
  {name, key, format}: {name: string; key: string | undefined; format: string},
): void {
  const data = describeConfig(state, name);
  if (key === undefined) {
    session.input.write(format === 'json' ? `${renderJson(data)}\n` : renderYaml(data));
    return;
  }
  const {declared, settings} = getCharmOf(state, name);
  if (declared.config[key] === undefined && key === TRUST.name) {
    session.print(String(getApplication(state, name).trust));
    return;
  }
  if (declared.config[key] === undefined) {
    throw new LocalError(`key "${key}" not found in "${name}" application config or charm settings.`);
  }
  const value = mergeConfig(declared.config, settings)[key];
  if (value !== undefined && value !== '') session.print(String(value));
}

function describeConfig(state: ModelState, name: string): Printable {
  const application = getApplication(state, name);
  const {config, metadata} = getCharmOf(state, name).declared;
  const settings: Record<string, Printable> = {};
  for (const [key, option] of Object.entries(config)) {
    const set = application.settings[key];
    const value = set ?? option.default;
    const source = set === undefined ? (option.default === undefined ? 'unset' : 'default') : 'user';
    settings[key] = {default: option.default, description: option.description, source, type: option.type, value};
  }
  const trust = {
    default: TRUST.default,
    description: TRUST.description,
    source: application.trust ? 'user' : 'default',
    type: 'bool',
    value: application.trust,
  };
  return {application: name, 'application-config': {trust}, charm: metadata.name, settings};
}

function getCharmOf(
  state: ModelState,
  name: string,
): {declared: CharmState['declared']; settings: Readonly<Record<string, ConfigValue>>} {
  const {charm, settings} = getApplication(state, name);
  const found = state.charms[charm];
  if (found === undefined) throw new LocalError(`charm ${charm} is not in the model`);
  return {declared: found.declared, settings};
}
