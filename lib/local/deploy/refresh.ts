import type {Charm} from '#juju';

import {LocalError} from '../errors.ts';
import type {LocatedCharm} from '../charms/library.ts';
import {getApplication, getUnit, takeNumber} from '../model/model.ts';
import type {ApplicationState, CharmState, ModelState} from '../model/state.ts';
import {addPeerRelations} from '../uniter/relations.ts';
import {getLocalEndpoint, type World} from '../uniter/world.ts';
import {addCharm, getCharmUrl} from './applications.ts';
import {chooseBase, describeOtherBase} from './bases.ts';
import {checkProgram, hold, type Deployment} from './charm.ts';
import {checkStorageOfUpgrade} from './storage.ts';

export interface RefreshOptions {
  /** The charm's folder or archive; the one of that name in the charm library unless told. */
  readonly path?: string;
  readonly channel?: string;
}

/**
 * Gives an application another charm. One from a path is always a new revision, as on Juju; one of the library only when it changed.
 * Gives the line that says so.
 */
export async function refresh(deployment: Deployment, name: string, options: RefreshOptions): Promise<string> {
  const {world, library, from} = deployment;
  const {path, channel = ''} = options;
  const current = getCharm(world.model, getApplication(world.model, name));
  const located = await library.locate(path ?? current.name, {from, channel});
  const check = (): void => {
    checkFit(world, getApplication(world.model, name), located);
  };
  check();
  await checkProgram(deployment, located);
  return hold(deployment, () => {
    check();
    const isKnown = path === undefined && getCharmUrl(world.model, located) === getApplication(world.model, name).charm;
    if (isKnown) return Promise.resolve(`charm "${current.name}": already up-to-date`);
    const charm = path === undefined ? addCharm(world.model, located) : addRevision(world.model, located);
    upgradeCharm(world, name, charm);
    const source = path === undefined ? 'local charm library' : 'local';
    return Promise.resolve(`Added ${source} charm "${charm.name}", revision ${String(charm.revision)}, to the model`);
  });
}

/** Gives an application a charm that the model has; its units run upgrade-charm and config-changed next. */
export function upgradeCharm(world: World, name: string, charm: CharmState): void {
  const application = getApplication(world.model, name);
  application.charm = charm.url;
  const {config} = charm.declared;
  const kept = Object.entries(application.settings).filter(([key]) => config[key] !== undefined);
  application.settings = Object.fromEntries(kept);
  addPeerRelations(world, application);
  for (const unit of application.units) {
    getUnit(world.model, unit).upgradePending = true;
    world.runnable.add(unit);
  }
}

function getCharm(model: ModelState, application: ApplicationState): CharmState {
  const charm = model.charms[application.charm];
  if (charm === undefined) throw new LocalError(`charm ${application.charm} is not in the model`);
  return charm;
}

function addRevision(model: ModelState, located: LocatedCharm): CharmState {
  const {folder, program, stamp, charm: declared} = located;
  const {name} = declared.metadata;
  const revision = takeNumber(model, `charm-${name}`);
  const charm = {url: `local:${name}-${String(revision)}`, name, revision, folder, program, stamp, declared};
  model.charms[charm.url] = charm;
  return charm;
}

/** What Juju refuses: another charm, another kind of charm, and one that lacks an endpoint that is in use. */
function checkFit(world: World, application: ApplicationState, {charm}: LocatedCharm): void {
  const {name} = application;
  describeOtherBase(charm, chooseBase(charm, name, {base: '', series: ''}).base, world.cloud);
  const {metadata} = charm;
  const current = getCharm(world.model, application);
  if (metadata.name !== current.name) {
    throw new LocalError(`cannot upgrade application "${name}" to charm "${metadata.name}": it runs "${current.name}"`);
  }
  if (metadata.subordinate !== application.subordinate) {
    throw new LocalError(`cannot upgrade application "${name}": cannot change an application's subordinacy`);
  }
  checkStores(world, application, metadata);
  for (const id of application.relations) {
    const relation = world.model.relations[String(id)];
    if (relation === undefined) continue;
    const used = getLocalEndpoint(relation, name);
    const next = metadata.endpoints[used.name];
    const isImplicit = used.interface === 'juju-info' && used.role === 'provider';
    if (isImplicit || (next?.interface === used.interface && next.role === used.role)) continue;
    throw new LocalError(`cannot upgrade application "${name}": would break relation "${relation.key}"`);
  }
}

function checkStores({model}: World, application: ApplicationState, after: Charm['metadata']): void {
  const used = Object.values(model.storage).filter(({attachments}) =>
    application.units.some((unit) => Object.hasOwn(attachments, unit)),
  );
  try {
    const {metadata} = getCharm(model, application).declared;
    checkStorageOfUpgrade(metadata, after, new Set(used.map(({store}) => store)));
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
    throw new LocalError(`cannot upgrade application "${application.name}": ${error.message}`, {cause: error});
  }
}
