import {
  checkBundle,
  parseMachineMap,
  planBundle,
  readBundle,
  type Bundle,
  type BundleApplication,
  type BundleSource,
  type Change,
  type MachineMap,
  type ResolvedCharm,
} from '#juju';

import type {DeployOptions} from '../api.ts';
import type {LocatedCharm} from '../charms/library.ts';
import {LocalError} from '../errors.ts';
import {getCharmUrl} from './applications.ts';
import {chooseBase, describeOtherBase} from './bases.ts';
import {applyChanges} from './changes.ts';
import {checkProgram, hold, type Deployment} from './charm.ts';
import {createPlanModel} from './plan-model.ts';
import type {World} from '../uniter/world.ts';
import {getApplicationStorage} from './storage.ts';

const CHARM_ONLY = [
  'application',
  'units',
  'to',
  'config',
  'configFiles',
  'bindings',
  'base',
  'constraints',
  'storage',
] as const;
const FLAGS: Readonly<Record<(typeof CHARM_ONLY)[number], string>> = {
  application: '',
  units: '-n',
  to: '--to',
  config: '--config',
  configFiles: '--config',
  bindings: '--bind',
  base: '--base',
  constraints: '--constraints',
  storage: '--storage',
};
const NOT_MODELLED: ReadonlySet<Change['method']> = new Set([
  'createOffer',
  'grantOfferAccess',
  'consumeOffer',
  'scale',
]);

/**
 * Deploys a bundle with its overlays, and gives the plan's lines. The plan stands before the model is touched, and what takes
 * long is done before the steps that change it.
 */
export async function deployBundle(deployment: Deployment, path: string, options: DeployOptions): Promise<string[]> {
  checkOptions(options);
  const {world, notify} = deployment;
  const source = await readBundle(path, options.overlays ?? []);
  const wrong = checkBundle(source);
  if (wrong !== null) {
    const hint = getOverlayHint(world, path, source, options);
    throw new LocalError(`cannot deploy bundle: ${wrong.message}${hint}`, {cause: wrong});
  }
  const located = await locateCharms(deployment, source.bundle, options.dryRun === true);
  const makePlan = (): BundlePlan => planOnModel(deployment, source, located, options.mapMachines);
  const first = makePlan();
  for (const found of new Set(located.values())) await checkProgram(deployment, found);
  for (const note of first.notes) notify(note);
  if (options.dryRun === true) return describeChanges(first);
  return hold(deployment, async () => {
    const plan = makePlan();
    await applyChanges(world, plan.changes, located);
    return describeChanges(plan);
  });
}

interface BundlePlan {
  readonly changes: readonly Change[];
  readonly notes: ReadonlySet<string>;
}

function describeChanges({changes}: BundlePlan): string[] {
  return changes.flatMap(({description}) => description);
}

/** What is to be done, with the model as it is now; a LocalError when that cannot be. */
function planOnModel(
  deployment: Deployment,
  source: BundleSource,
  located: ReadonlyMap<string, LocatedCharm>,
  machines: string | undefined,
): BundlePlan {
  const {bundle} = source;
  const charms = resolveCharms(deployment, bundle, located);
  const misfit = checkBundle(source, {charms: charms.resolved});
  if (misfit !== null) throw new LocalError(`cannot deploy bundle: ${misfit.message}`, {cause: misfit});
  checkSpaces(deployment, bundle);
  checkStorage(deployment, bundle, located);
  checkSize(bundle);
  const mapMachines = getMachineMap(deployment, machines);
  const changes = planBundle({
    bundle,
    model: createPlanModel(deployment.world.model),
    charms: charms.resolved,
    ...(mapMachines === null ? {} : {mapMachines}),
    defaultArchitecture: 'amd64',
  });
  checkChanges(changes);
  return {changes, notes: charms.notes};
}

function checkOptions(options: DeployOptions): void {
  const wrong = CHARM_ONLY.filter((name) => options[name] !== undefined).map((name) => FLAGS[name]);
  if (wrong.length === 0) return;
  throw new LocalError(
    `options provided but not supported when deploying a bundle: ${[...new Set(wrong)].sort().join(', ')}`,
  );
}

function getApplications(bundle: Bundle): [string, BundleApplication][] {
  return Object.entries(bundle.applications).flatMap(([name, application]): [string, BundleApplication][] =>
    application === null ? [] : [[name, application]],
  );
}

/**
 * A further line of the errors of a bundle that relates applications which it has not: it may be an overlay that was taken for a bundle.
 * Empty for any other.
 */
function getOverlayHint({model}: World, path: string, {base}: BundleSource, {overlays = []}: DeployOptions): string {
  const related = base.relations.flat().map((end) => end.split(':')[0] ?? '');
  const isMissing = (name: string): boolean =>
    !Object.hasOwn(base.applications, name) && !Object.hasOwn(base.saas, name);
  const missing = [...new Set(related.filter(isMissing))].sort();
  if (missing.length === 0 || overlays.length > 0) return '';
  const unknown = missing.filter((name) => model.applications[name] === undefined);
  const more = unknown.length === 0 ? '' : `; the model has no ${unknown.join(', ')} either`;
  return `\nif this is an overlay, give it with the bundle that it is for: deploy BUNDLE --overlay ${path}${more}`;
}

/** The charm of every application. */
async function locateCharms(
  {library, from}: Deployment,
  bundle: Bundle,
  isDry: boolean,
): Promise<Map<string, LocatedCharm>> {
  const located = new Map<string, LocatedCharm>();
  const known = new Map<string, LocatedCharm>();
  for (const [name, {charm, channel}] of getApplications(bundle)) {
    const found = known.get(`${charm} ${channel}`) ?? (await library.locate(charm, {from, channel, isDry}));
    known.set(`${charm} ${channel}`, found);
    located.set(name, found);
  }
  return located;
}

interface ResolvedCharms {
  readonly resolved: Readonly<Record<string, ResolvedCharm>>;
  /** Lines for people: where charms were found, and what stands in for an old series. */
  readonly notes: ReadonlySet<string>;
}

function resolveCharms(
  {world}: Deployment,
  bundle: Bundle,
  located: ReadonlyMap<string, LocatedCharm>,
): ResolvedCharms {
  const notes = new Set<string>();
  const baseNotes = new Set<string>();
  const resolved: Record<string, ResolvedCharm> = {};
  for (const [name, application] of getApplications(bundle)) {
    const found = located.get(name);
    if (found === undefined) continue;
    notes.add(found.note);
    const existing = world.model.applications[name];
    const chosen = chooseBase(found.charm, name, getWantedBase(bundle, application));
    if (existing === undefined) {
      baseNotes.add(chosen.note);
      baseNotes.add(describeOtherBase(found.charm, chosen.base, world.cloud));
    }
    const {channel} = application;
    resolved[name] = {
      name: found.charm.metadata.name,
      source: found.isLocal ? 'local' : 'charm-hub',
      url: getCharmUrl(world.model, found),
      revision: found.charm.revision,
      base: existing?.base ?? chosen.base,
      charm: found.charm,
      ...(channel === '' ? {} : {channel}),
      ...(found.isLocal ? {shownAs: application.charm} : {}),
    };
  }
  return {resolved, notes: new Set([...notes, ...baseNotes].filter((note) => note !== ''))};
}

/** What is nearest to the application wins. */
function getWantedBase(bundle: Bundle, {base, series}: BundleApplication): {base: string; series: string} {
  if (base !== '' || series !== '') return {base, series: base === '' ? series : ''};
  return {base: bundle.defaultBase, series: bundle.defaultBase === '' ? bundle.series : ''};
}

function checkSpaces({world}: Deployment, bundle: Bundle): void {
  for (const [name, {bindings}] of getApplications(bundle)) {
    for (const space of Object.values(bindings)) {
      if (world.model.spaces[space] !== undefined) continue;
      throw new LocalError(`cannot deploy bundle: cannot deploy application "${name}": space not found: "${space}"`);
    }
  }
}

/** What an application has already stays as it is. */
function checkStorage({world}: Deployment, bundle: Bundle, located: ReadonlyMap<string, LocatedCharm>): void {
  for (const [name, {storage}] of getApplications(bundle)) {
    const found = located.get(name);
    if (found === undefined || world.model.applications[name] !== undefined) continue;
    getApplicationStorage(world.cloud, name, found.charm.metadata, storage);
  }
}

/** Far more than a data centre has; a slip of the finger is not to fill the memory. */
const UNITS_AT_MOST = 10_000;

function checkSize(bundle: Bundle): void {
  for (const [name, {numUnits}] of getApplications(bundle)) {
    if (numUnits <= UNITS_AT_MOST) continue;
    throw new LocalError(
      `cannot deploy bundle: application "${name}" asks for ${String(numUnits)} units, more than can be modelled`,
    );
  }
}

function getMachineMap({world}: Deployment, text: string | undefined): MachineMap | null {
  if (text === undefined || text === '') return null;
  const map = parseMachineMap(text);
  const missing = Object.values(map.machines).find((id) => world.model.machines[id] === undefined);
  if (missing !== undefined)
    throw new LocalError(`error in --map-machines: machine "${missing}" not found in the model`);
  return map;
}

function checkChanges(changes: readonly Change[]): void {
  const unknown = changes.find(({method}) => NOT_MODELLED.has(method));
  if (unknown === undefined) return;
  throw new LocalError(`cannot deploy bundle: not modelled: ${unknown.description.join('; ')}`);
}
