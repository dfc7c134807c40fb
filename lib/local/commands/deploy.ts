import {resolve} from 'node:path';

import {isBundlePath, isCharmPath} from '#juju';

import type {DeployOptions} from '../api.ts';
import {LocalError} from '../errors.ts';
import {parseStorageOptions} from '../deploy/storage.ts';
import type {RunningModel} from '../local-model.ts';
import type {GlobalOptions, Session} from './session.ts';
import {collect, createUsageError, type DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly base?: string;
  readonly bind?: string;
  readonly channel?: string;
  readonly config?: readonly string[];
  readonly constraints?: string;
  readonly dryRun?: boolean;
  readonly mapMachines?: string;
  readonly numUnits?: string;
  readonly overlay?: readonly string[];
  readonly storage?: readonly string[];
  readonly to?: string;
  readonly trust?: boolean;
}

/** deploy CHARM|BUNDLE [APPLICATION] */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<charm-or-bundle>', 'a path (./ or absolute), or a name in the charm library')
    .argument('[application]', "the application's name; the charm's unless given")
    .option('--base <base>', 'the base to deploy on: ubuntu@22.04')
    .option('--bind <bindings>', 'endpoint=space pairs, and a space for all others')
    .option('--channel <channel>', 'shown as the channel; the library has one charm of each name')
    .option('--config <file-or-pair>', 'a YAML file of options, or key=value; may be given again', collect)
    .option('--constraints <constraints>', 'kept with the application')
    .option('--dry-run', 'only say what would be done')
    .option('--force', 'accepted')
    .option('--map-machines <map>', 'existing and pairs of bundle machine=machine')
    .option('-n, --num-units <count>', 'number of units')
    .option('--overlay <file>', 'bundles to put on top, in this order; may be given again', collect)
    .option('--storage <storage>', 'store=constraints, as data=rootfs,10G; may be given again', collect)
    .option('--to <placement>', 'machines, lxd:machine or new, separated by commas')
    .option('--trust', 'let the application see the credentials of the cloud')
    .action((what: string, application: string | undefined, options: Options) =>
      deploy(session, what, {...options, ...(application === undefined ? {} : {application})}),
    );
};

async function deploy(session: Session, what: string, options: Options & {application?: string}): Promise<void> {
  const path = resolve(session.input.cwd, what);
  const isBundle = await isBundlePath(path);
  if (!isBundle && /\.ya?ml$/.test(what)) throw new LocalError(`cannot deploy bundle: "${what}" not found`);
  const wanted = createDeployOptions(session, options);
  const target = isBundle || isCharmPath(what) ? path : what;
  if (options.dryRun === true) {
    const running = await session.readModel(options);
    show(session, await running.deploy(target, wanted), {isBundle, isDry: true});
    return;
  }
  await session.change(options, async (running: RunningModel) => {
    show(session, await running.deploy(target, wanted), {isBundle, isDry: false});
  });
}

function show(
  session: Session,
  lines: readonly string[],
  {isBundle, isDry}: {isBundle: boolean; isDry: boolean},
): void {
  if (!isBundle) {
    for (const line of lines) session.tell(line);
    return;
  }
  if (lines.length === 0) {
    session.tell('No changes to apply.');
    return;
  }
  session.tell(isDry ? 'Changes to deploy bundle:' : 'Executing changes:');
  for (const line of lines) session.print(`- ${line}`);
  if (!isDry) session.tell('Deploy of bundle completed.');
}

function createDeployOptions({input}: Session, options: Options & {application?: string}): DeployOptions {
  return {
    ...pickSet(options, ['application', 'base', 'constraints', 'mapMachines', 'dryRun', 'trust', 'channel']),
    ...(options.numUnits === undefined ? {} : {units: parseCount(options.numUnits)}),
    ...(options.to === undefined ? {} : {to: options.to.split(',')}),
    ...(options.bind === undefined ? {} : {bindings: parseBindings(options.bind)}),
    ...(options.overlay === undefined ? {} : {overlays: options.overlay.map((file) => resolve(input.cwd, file))}),
    ...(options.storage === undefined ? {} : {storage: parseStorageOptions(options.storage)}),
    ...createConfigOptions(options.config ?? []),
  };
}

/** `--config` takes pairs and files alike. */
function createConfigOptions(words: readonly string[]): Pick<DeployOptions, 'config' | 'configFiles'> {
  const pairs = words.filter((word) => word.includes('='));
  const files = words.filter((word) => !word.includes('='));
  return {
    ...(pairs.length === 0 ? {} : {config: Object.fromEntries(pairs.map(splitPair))}),
    ...(files.length === 0 ? {} : {configFiles: files}),
  };
}

function pickSet<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key];
  return picked;
}

function splitPair(text: string): [string, string] {
  const place = text.indexOf('=');
  return [text.slice(0, place), text.slice(place + 1)];
}

/** A number of units from the command line. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw createUsageError(`invalid value "${text}" for option -n: must be a number from 1 to 9999`);
  return Number(text);
}

function parseBindings(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word): [string, string] => (word.includes('=') ? splitPair(word) : ['', word])),
  );
}
