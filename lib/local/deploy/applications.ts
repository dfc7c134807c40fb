import {coerceText, getBindableNames, getOption, isApplicationName, type Charm} from '#juju';

import {LocalError} from '../errors.ts';
import type {LocatedCharm} from '../charms/library.ts';
import {getApplication, takeNumber} from '../model/model.ts';
import type {ApplicationState, CharmState, ConfigValue, ModelState} from '../model/state.ts';
import {addPeerRelations} from '../uniter/relations.ts';
import type {World} from '../uniter/world.ts';
import {getApplicationStorage} from './storage.ts';

export interface NewApplication {
  readonly name: string;
  readonly charm: CharmState;
  readonly base: string;
  readonly channel?: string;
  readonly settings?: Readonly<Record<string, ConfigValue>>;
  readonly bindings?: Readonly<Record<string, string>>;
  readonly constraints?: string;
  readonly trust?: boolean;
  /** By store of the charm, as users write it: `rootfs,10G`. */
  readonly storage?: Readonly<Record<string, string>>;
}

/** The model's record of a charm: the one it has already when nothing changed since, or a new revision. */
export function addCharm(model: ModelState, located: LocatedCharm): CharmState {
  const {folder, program, stamp, charm} = located;
  const {name} = charm.metadata;
  const url = getCharmUrl(model, located);
  const known = model.charms[url];
  if (known !== undefined) return known;
  const revision = takeNumber(model, `charm-${name}`);
  const added: CharmState = {url, name, revision, folder, program, stamp, declared: charm};
  model.charms[url] = added;
  return added;
}

/** The URL a charm has in the model, or would get there. */
export function getCharmUrl(model: ModelState, {folder, stamp, isLocal, charm}: LocatedCharm): string {
  const {name} = charm.metadata;
  const known = Object.values(model.charms).find(
    (candidate) => candidate.name === name && candidate.folder === folder && candidate.stamp === stamp,
  );
  if (known !== undefined) return known.url;
  return `${isLocal ? 'local' : 'ch'}:${name}-${String(model.sequences[`charm-${name}`] ?? 0)}`;
}

/** Checks what can be wrong with a new application, before anything is changed. */
export function checkNewApplication(
  model: ModelState,
  name: string,
  charm: Charm,
  bindings: Readonly<Record<string, string>>,
): void {
  if (!isApplicationName(name)) throw new LocalError(`invalid application name "${name}"`);
  if (model.applications[name] !== undefined) {
    throw new LocalError(`cannot add application "${name}": application already exists`);
  }
  checkBindings(model, charm, name, bindings);
}

/** Checks that bindings name endpoints of the charm and spaces of the model. */
function checkBindings(
  model: ModelState,
  charm: Charm,
  name: string,
  bindings: Readonly<Record<string, string>>,
): void {
  const bindable = getBindableNames(charm.metadata);
  for (const [endpoint, space] of Object.entries(bindings)) {
    if (endpoint !== '' && endpoint !== 'juju-info' && !bindable.includes(endpoint)) {
      throw new LocalError(`cannot add application "${name}": binding "${endpoint}" is not an endpoint of the charm`);
    }
    if (model.spaces[space] === undefined)
      throw new LocalError(`cannot add application "${name}": space not found: "${space}"`);
  }
}

/** A new application without units; its peer relations are there from the start. */
export function addApplication(world: World, wanted: NewApplication): ApplicationState {
  const {name, charm, base, channel = '', settings = {}, bindings = {}, constraints = '', trust = false} = wanted;
  const storage = getApplicationStorage(world.cloud, name, charm.declared.metadata, wanted.storage ?? {});
  checkNewApplication(world.model, name, charm.declared, bindings);
  const application: ApplicationState = {
    name,
    charm: charm.url,
    life: 'alive',
    base,
    channel,
    exposed: false,
    subordinate: charm.declared.metadata.subordinate,
    constraints,
    storage,
    settings: {...settings},
    configVersion: 0,
    trust,
    bindings: {...bindings},
    units: [],
    relations: [],
    leader: null,
    leaderSettings: {},
    leaderSettingsVersion: 0,
    status: null,
    version: '',
    annotations: {},
  };
  world.model.applications[name] = application;
  addPeerRelations(world, application);
  return application;
}

/** Typed values from what a command line or a caller gives; null resets an option. Throws before anything changed. */
export function coerceSettings(
  world: World,
  name: string,
  settings: Readonly<Record<string, ConfigValue | null>>,
): Record<string, ConfigValue | null> {
  const {config} = world.getCharm(getApplication(world.model, name).charm);
  return coerceFor(config, settings);
}

/** The same for a charm that no application uses yet. */
export function coerceFor(
  config: Charm['config'],
  settings: Readonly<Record<string, ConfigValue | null>>,
): Record<string, ConfigValue | null> {
  const coerced: Record<string, ConfigValue | null> = {};
  for (const [key, value] of Object.entries(settings)) {
    const option = getOption(config, key);
    coerced[key] = value === null ? null : coerceText(option, String(value));
  }
  return coerced;
}

/** Sets typed options; config-changed follows on every unit only when something is different now. */
export function applySettings(
  world: World,
  name: string,
  settings: Readonly<Record<string, ConfigValue | null>>,
): void {
  const application = getApplication(world.model, name);
  const {config} = world.getCharm(application.charm);
  const before = application.settings;
  const entries = Object.entries({...before, ...settings}).filter(
    (entry): entry is [string, ConfigValue] => entry[1] !== null,
  );
  application.settings = Object.fromEntries(entries);
  const isSame = Object.keys(config).every(
    (key) => (before[key] ?? config[key]?.default) === (application.settings[key] ?? config[key]?.default),
  );
  if (isSame) return;
  application.configVersion += 1;
  for (const unit of application.units) world.runnable.add(unit);
}
