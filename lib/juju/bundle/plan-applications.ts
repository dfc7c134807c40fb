import {coerceYamlValues} from '../charm/config-values.ts';
import type {ConfigValue} from '../charm/types.ts';
import {PlanError} from '../errors.ts';
import {isSameConstraints, parseConstraints} from '../names/constraints.ts';
import {quote} from '../names/go-format.ts';
import {getOwn, toRecord} from '../record.ts';
import {renderDeploy, renderExpose, renderUpgrade, renderUpload} from './plan-text.ts';
import type {CharmArgs, DeployArgs, ResolvedCharm, SnapshotApplication} from './plan-types.ts';
import {addChange, getIds, getNextId} from './planning.ts';
import type {Planning} from './planning.ts';
import type {BundleApplication} from './types.ts';

/** An application being planned. */
interface Planned {
  readonly planning: Planning;
  readonly name: string;
  readonly spec: BundleApplication;
  readonly charm: ResolvedCharm;
  /** As it is in the model; undefined when it is new. */
  readonly existing: SnapshotApplication | undefined;
}

/** Plans charms, applications and what belongs to an application alone. */
export function planApplications(planning: Planning): void {
  const uploads = new Map<string, string>();
  for (const [name, spec] of planning.applications) {
    const charm = getOwn(planning.input.charms, name);
    if (charm === undefined) throw new PlanError(`no charm found for application ${quote(name)}`);
    const existing = getOwn(planning.input.model.applications, name);
    const planned: Planned = {planning, name, spec, charm, existing};
    if (existing === undefined) planDeploy(planned, planUpload(planned, uploads));
    else planUpdate(planned, existing, uploads);
    planAnnotations(planned);
  }
}

function getArchitecture({spec, planning}: Planned): string | undefined {
  const {arch} = parseConstraints(spec.constraints);
  return typeof arch === 'string' && arch !== '' ? arch : planning.input.defaultArchitecture;
}

function getCharmArgs(planned: Planned): CharmArgs {
  const {name, spec, charm} = planned;
  const architecture = getArchitecture(planned);
  const channel = charm.channel ?? spec.channel;
  return {
    application: name,
    charm: charm.url,
    ...(charm.base === '' ? {} : {base: charm.base}),
    ...(channel === '' ? {} : {channel}),
    ...(spec.revision === undefined ? {} : {revision: spec.revision}),
    ...(architecture === undefined ? {} : {architecture}),
  };
}

/** Charms are uploaded once for each base, channel, revision and architecture, and not at all if an application of the model
 * has the same. */
function planUpload(planned: Planned, uploads: Map<string, string>): string | null {
  const {planning, charm} = planned;
  const args = getCharmArgs(planned);
  const {charm: url, base = '', channel = '', revision = '', architecture = ''} = args;
  const key = JSON.stringify([url, base, channel, revision, architecture]);
  const known = uploads.get(key);
  if (known !== undefined) return known;
  const isThere = Object.values(planning.input.model.applications).some(
    (other) => other.charm === url && other.base === base && (other.channel ?? '') === channel,
  );
  if (isThere) return null;
  const id = addChange(planning, {
    method: 'addCharm',
    id: getNextId(planning, 'addCharm'),
    requires: [],
    args,
    description: [renderUpload(charm, args)],
  });
  uploads.set(key, id);
  return id;
}

function getOptions({spec, charm}: Planned): Record<string, ConfigValue> {
  return coerceYamlValues(charm.charm.config, spec.options);
}

function planDeploy(planned: Planned, upload: string | null): void {
  const {planning, name, spec, charm} = planned;
  const {base, channel} = getCharmArgs(planned);
  const args: DeployArgs = {
    application: name,
    charm: charm.url,
    ...(base === undefined ? {} : {base}),
    ...(channel === undefined ? {} : {channel}),
    ...(planning.input.bundle.type === 'kubernetes' ? {numUnits: spec.numUnits} : {}),
    options: getOptions(planned),
    constraints: spec.constraints,
    storage: spec.storage,
    devices: spec.devices,
    bindings: spec.bindings,
    resources: spec.resources,
    trust: spec.trust,
  };
  const id = addChange(planning, {
    method: 'deploy',
    id: getNextId(planning, 'deploy'),
    requires: getIds(upload),
    args,
    description: [renderDeploy(charm, args)],
  });
  planning.deploys.set(name, id);
  planExpose(planned);
}

function planUpdate(planned: Planned, existing: SnapshotApplication, uploads: Map<string, string>): void {
  if (isUpgrade(planned, existing)) planUpgrade(planned, existing, uploads);
  planOptions(planned, existing);
  planConstraints(planned, existing);
  planExpose(planned);
  planScale(planned, existing);
}

function isUpgrade({charm}: Planned, existing: SnapshotApplication): boolean {
  return charm.url !== existing.charm || (charm.source === 'charm-hub' && charm.revision !== existing.revision);
}

function planUpgrade(planned: Planned, existing: SnapshotApplication, uploads: Map<string, string>): void {
  const {planning, charm} = planned;
  const reason = checkUpgrade(planned, existing);
  if (reason !== null) throw new PlanError(reason);
  const upload = planUpload(planned, uploads);
  const args = getCharmArgs(planned);
  addChange(planning, {
    method: 'upgradeCharm',
    id: getNextId(planning, 'upgradeCharm'),
    requires: getIds(upload),
    args,
    description: [renderUpgrade(charm, args)],
  });
}

function checkUpgrade({planning, charm, spec}: Planned, existing: SnapshotApplication): string | null {
  if (charm.source !== 'charm-hub' || planning.input.force === true || spec.channel === '') return null;
  const channel = existing.channel ?? '';
  if (channel === '') {
    return 'upgrades not supported when the channel for the deployed application is unknown; use --force to override';
  }
  if (channel !== spec.channel) {
    return `upgrades not supported across channels (existing: ${quote(channel)}, requested: ${quote(spec.channel)}); use --force to override`;
  }
  return charm.url === existing.charm && charm.revision < existing.revision
    ? 'downgrades are not currently supported'
    : null;
}

/** Options that the model has beside the bundle's stay as they are. */
function planOptions(planned: Planned, existing: SnapshotApplication): void {
  const {planning, name} = planned;
  const changed = Object.entries(getOptions(planned)).filter(
    ([option, value]) => getOwn(existing.options, option) !== value,
  );
  if (changed.length === 0) return;
  addChange(planning, {
    method: 'setOptions',
    id: getNextId(planning, 'setOptions'),
    requires: [],
    args: {application: name, options: toRecord(changed)},
    description: [`set application options for ${name}`],
  });
}

function planConstraints({planning, name, spec}: Planned, existing: SnapshotApplication): void {
  const {constraints} = spec;
  if (constraints === '' || isSameConstraints(constraints, existing.constraints)) return;
  addChange(planning, {
    method: 'setConstraints',
    id: getNextId(planning, 'setConstraints'),
    requires: [],
    args: {application: name, constraints},
    description: [`set constraints for ${name} to ${quote(constraints)}`],
  });
}

/** Applications are exposed, never unexposed. */
function planExpose({planning, name, spec, existing}: Planned): void {
  const endpoints = spec.exposedEndpoints;
  const hasEndpoints = Object.keys(endpoints).length > 0;
  const isSame = JSON.stringify(sortKeys(endpoints)) === JSON.stringify(sortKeys(existing?.exposedEndpoints ?? {}));
  const isDone = existing?.exposed === true && (!hasEndpoints || isSame);
  if ((!spec.expose && !hasEndpoints) || isDone) return;
  addChange(planning, {
    method: 'expose',
    id: getNextId(planning, 'expose'),
    requires: getIds(planning.deploys.get(name)),
    args: {application: name, endpoints},
    description: renderExpose(name, endpoints),
  });
}

function sortKeys<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function planScale({planning, name, spec}: Planned, existing: SnapshotApplication): void {
  const isKubernetes = planning.input.bundle.type === 'kubernetes';
  if (!isKubernetes || spec.numUnits === 0 || spec.numUnits === existing.units.length) return;
  addChange(planning, {
    method: 'scale',
    id: getNextId(planning, 'scale'),
    requires: [],
    args: {application: name, scale: spec.numUnits},
    description: [`scale ${name} to ${spec.numUnits} units`],
  });
}

/** The annotations that differ from those there. */
export function getChangedAnnotations(
  wanted: Readonly<Record<string, string>>,
  existing: Readonly<Record<string, string>>,
): Record<string, string> {
  return toRecord(Object.entries(wanted).filter(([key, value]) => getOwn(existing, key) !== value));
}

function planAnnotations({planning, name, spec, existing}: Planned): void {
  const annotations = getChangedAnnotations(spec.annotations, existing?.annotations ?? {});
  if (Object.keys(annotations).length === 0) return;
  addChange(planning, {
    method: 'setAnnotations',
    id: getNextId(planning, 'setAnnotations'),
    requires: getIds(planning.deploys.get(name)),
    args: {entity: 'application', id: name, annotations},
    description: [`set annotations for ${name}`],
  });
}
