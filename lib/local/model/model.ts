import {LocalError, NotFoundError} from '../errors.ts';
import {deriveUuid} from '../random.ts';
import {DEFAULT_SPACES} from './spaces.ts';
import type {
  ApplicationState,
  MachineState,
  ModelState,
  RelationState,
  SpaceState,
  StatusState,
  UnitState,
} from './state.ts';

/** Juju's version whose behaviour and texts this room follows. */
export const JUJU_VERSION = '3.6.4';

/** The version as Juju's own program gives it: with its system, which on Linux is this one unless it is Ubuntu, and its processors. */
export function getBinaryVersion(architecture: string): string {
  return `${JUJU_VERSION}-genericlinux-${architecture === 'x64' ? 'amd64' : architecture}`;
}

export interface NewModel {
  readonly name: string;
  readonly controller: string;
  readonly seed: number;
  readonly secret: string;
  readonly now: number;
  readonly spaces?: readonly SpaceState[];
}

/** A model with nothing in it. */
export function createModelState({name, controller, seed, secret, now, spaces = DEFAULT_SPACES}: NewModel): ModelState {
  return {
    name,
    uuid: deriveUuid(secret, ['model', name]),
    controller,
    owner: 'admin',
    created: now,
    seed,
    order: {state: seed >>> 0},
    secret,
    defaultSpace: spaces[0]?.name ?? 'alpha',
    spaces: Object.fromEntries(spaces.map((space) => [space.name, {...space}])),
    charms: {},
    machines: {},
    applications: {},
    units: {},
    relations: {},
    tasks: {},
    secrets: {},
    storage: {},
    sequences: {},
    log: [],
    isSettled: true,
    writes: {relationData: 0, state: 0, files: 0, services: 0, packages: 0, status: 0, cluster: 0},
  };
}

/** The next number of a sequence; no number comes twice, whatever was removed meanwhile. */
export function takeNumber(model: ModelState, sequence: string): number {
  const number = model.sequences[sequence] ?? 0;
  model.sequences[sequence] = number + 1;
  return number;
}

/** The application of that name, or a NotFoundError as Juju words it. */
export function getApplication(model: ModelState, name: string): ApplicationState {
  return getOwn(model.applications, 'application', name);
}

/** The unit of that name, or a NotFoundError. */
export function getUnit(model: ModelState, name: string): UnitState {
  return getOwn(model.units, 'unit', name);
}

/** The unit of that name when it can be removed by itself, which a subordinate can not; a LocalError otherwise. */
export function getPrincipalUnit(model: ModelState, name: string): UnitState {
  const unit = getUnit(model, name);
  if (unit.principal !== null) throw new LocalError(`unit "${name}" is a subordinate, to remove use remove-relation`);
  return unit;
}

/** The machine or container of that id, or a NotFoundError. */
export function getMachine(model: ModelState, id: string): MachineState {
  return getOwn(model.machines, 'machine', id);
}

/** The relation of that id, or a NotFoundError. */
export function getRelation(model: ModelState, id: number | string): RelationState {
  return getOwn(model.relations, 'relation', String(id));
}

function getOwn<T>(from: Readonly<Record<string, T>>, kind: string, id: string): T {
  const found = Object.hasOwn(from, id) ? from[id] : undefined;
  if (found === undefined) throw new NotFoundError(kind, id);
  return found;
}

/** A status set now. */
export function createStatus(status: string, message: string, since: number): StatusState {
  return {status, message, data: {}, since};
}

/** The cloud a model is on. */
export function getCloudName({cloud = 'memory'}: ModelState): string {
  return cloud;
}
