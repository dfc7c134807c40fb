import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';

import {parseConfigFile} from '#juju';

import type {DeployOptions} from '../api.ts';
import type {CharmLibrary, LocatedCharm} from '../charms/library.ts';
import {LocalError} from '../errors.ts';
import type {ConfigValue} from '../model/state.ts';
import type {World} from '../uniter/world.ts';
import {addApplication, addCharm, checkNewApplication, coerceFor, type NewApplication} from './applications.ts';
import {chooseBase, describeOtherBase} from './bases.ts';
import {getApplicationStorage} from './storage.ts';
import {checkPlace, parsePlace, placeUnits, type Place} from './placement.ts';

/** What deploying needs besides the model. */
export interface Deployment {
  readonly world: World;
  readonly library: CharmLibrary;
  /** Loads the program of a charm, or is a LocalError that says why there is none. */
  readonly load: (charm: LocatedCharm) => Promise<unknown>;
  /** The folder that relative paths start from. */
  readonly from: string;
  /** Lines about what was found, for people. */
  readonly notify: (line: string) => void;
  /** Makes the steps of a change while no unit begins a hook; where none runs by itself they are simply made. */
  readonly hold?: Hold;
}

/** Makes steps that belong together. */
export type Hold = <T>(steps: () => Promise<T>) => Promise<T>;

/** Makes the steps of a change as the deployment has it. */
export function hold<T>(deployment: Deployment, steps: () => Promise<T>): Promise<T> {
  return deployment.hold === undefined ? steps() : deployment.hold(steps);
}

/**
 * Deploys one charm, and gives the line that says so. Everything is checked before the model is touched, and what takes long is
 * done before the steps that change it.
 */
export async function deployCharm(deployment: Deployment, text: string, options: DeployOptions): Promise<string[]> {
  const {world, notify, library, from} = deployment;
  if ((options.overlays ?? []).length > 0) {
    throw new LocalError('options provided but not supported when deploying a charm: --overlay');
  }
  const {channel = '', dryRun: isDry = false} = options;
  const located = await library.locate(text, {from, channel, isDry});
  const name = options.application ?? located.charm.metadata.name;
  const fromFiles = await readConfigFiles(deployment, name, located.charm.config, options.configFiles ?? []);
  const plan = (): CharmPlan => planCharm(world, located, {...options, config: {...fromFiles, ...options.config}});
  const {base} = plan();
  const otherBase = describeOtherBase(located.charm, base, world.cloud);
  await checkProgram(deployment, located);
  for (const note of [located.note, otherBase]) if (note !== '') notify(note);
  const line = describe(located, name, base);
  if (isDry) return [line.replace(/^Deploying (.*)$/, '$1 would be deployed')];
  return hold(deployment, async () => {
    const {units, places, ...wanted} = plan();
    addApplication(world, {...wanted, charm: addCharm(world.model, located)});
    await placeUnits(world, name, units, places);
    return [line];
  });
}

type CharmPlan = Omit<NewApplication, 'charm'> & {
  readonly base: string;
  readonly units: number;
  readonly places: readonly Place[];
};

/** What is to be done, with the model as it is now; a LocalError when that cannot be. */
function planCharm(
  world: World,
  located: LocatedCharm,
  options: Omit<DeployOptions, 'config'> & {readonly config: Readonly<Record<string, ConfigValue | null>>},
): CharmPlan {
  const {channel = '', bindings = {}, constraints = '', trust = false, storage = {}} = options;
  const name = options.application ?? located.charm.metadata.name;
  const {base} = chooseBase(located.charm, name, {base: options.base ?? '', series: ''});
  const settings = getSettings(located.charm.config, options.config);
  const units = getUnitCount(located, options);
  const places = getPlaces(world, name, units, options.to ?? []);
  checkNewApplication(world.model, name, located.charm, bindings);
  getApplicationStorage(world.cloud, name, located.charm.metadata, storage);
  return {name, base, channel, settings, bindings, constraints, trust, storage, units, places};
}

/** A charm whose program cannot be loaded is refused: none of its hooks could ever run. */
export async function checkProgram({load}: Pick<Deployment, 'load'>, located: LocatedCharm): Promise<void> {
  try {
    await load(located);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new LocalError(`cannot deploy charm "${located.charm.metadata.name}": ${message}`, {cause: error});
  }
}

function getPlaces(world: World, name: string, units: number, to: readonly string[]): Place[] {
  const places = to.map(parsePlace);
  for (const place of places) checkPlace(world, place);
  if (places.length > units) throw new LocalError(`more placement directives than units for application "${name}"`);
  return places;
}

function describe({charm, isLocal}: LocatedCharm, name: string, base: string): string {
  const source = isLocal ? 'local charm' : 'local charm library charm';
  return `Deploying "${name}" from ${source} "${charm.metadata.name}", revision ${String(charm.revision)} on ${base}`;
}

function getUnitCount({charm}: LocatedCharm, {units, to = []}: Pick<DeployOptions, 'units' | 'to'>): number {
  if (!charm.metadata.subordinate) return units ?? Math.max(1, to.length);
  if (units !== undefined && units > 0) throw new LocalError('cannot use --num-units with a subordinate application');
  return 0;
}

/** Settings from `--config FILE`, checked against the charm's options. */
export async function readConfigFiles(
  {from}: Pick<Deployment, 'from'>,
  name: string,
  config: LocatedCharm['charm']['config'],
  files: readonly string[],
): Promise<Record<string, ConfigValue | null>> {
  const settings: Record<string, ConfigValue | null> = {};
  for (const file of files) {
    const text = await readFile(resolve(from, file), 'utf8').catch(() => null);
    if (text === null) throw new LocalError(`cannot read settings file ${file}`);
    Object.assign(settings, parseConfigFile(text, name, config, file));
  }
  return settings;
}

function getSettings(
  config: LocatedCharm['charm']['config'],
  wanted: Readonly<Record<string, ConfigValue | null>>,
): Record<string, ConfigValue> {
  const settings: Record<string, ConfigValue> = {};
  for (const [key, value] of Object.entries(coerceFor(config, wanted))) {
    if (value !== null) settings[key] = value;
  }
  return settings;
}
