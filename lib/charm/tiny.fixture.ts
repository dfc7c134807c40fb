import * as z from 'zod/mini';

import type {ActionHandler} from './action.ts';
import {defineCharm, type Charm, type CharmPorts} from './charm.ts';
import type {Desired} from './desired.ts';
import type {Facet} from './facet.ts';
import {parseNothing, parseWith} from './parsed.ts';
import {createUnitState, runHook} from './testing/index.ts';
import type {
  CharmMeta,
  PackageCatalog,
  RelationState,
  RunHookOptions,
  RunHookResult,
  UnitState,
} from './testing/index.ts';
import {defineEndpoint, type View} from './view.ts';

/** What the tests' charm says of itself. */
export const META: CharmMeta = {
  name: 'tiny',
  subordinate: false,
  endpoints: {
    db: {role: 'requirer', scope: 'global'},
    web: {role: 'provider', scope: 'global'},
    peers: {role: 'peer', scope: 'global'},
    host: {role: 'requirer', scope: 'container'},
  },
  config: {
    port: {type: 'int', default: 80},
    ratio: {type: 'float'},
    debug: {type: 'boolean', default: false},
    key: {type: 'string', default: ''},
  },
  actions: ['ping'],
  bindings: ['admin'],
  storage: ['data'],
};

const Options = z.object({port: z.number().check(z.minimum(1)), key: z.string().check(z.regex(/^[^!]*$/))});

/** The options of the tests' charm, as its decision sees them. */
export type TinyOptions = z.infer<typeof Options>;
/** Its view. */
export type TinyView = View<TinyOptions, unknown>;

/** Its endpoint of databases: a host that must be there. */
export const db = defineEndpoint({name: 'db', unit: parseWith(z.object({host: z.string()}))});
/** Its endpoint of users, whose application data it reads. */
export const web = defineEndpoint({name: 'web', unit: parseNothing, readsApplicationData: true});
/** Its peers. */
export const peers = defineEndpoint({name: 'peers', unit: parseNothing, isPeer: true});

/** Parts of the tests' charm beside its decision. */
export interface TinyParts {
  readonly networks?: readonly string[];
  readonly storage?: readonly string[];
  readonly actions?: Readonly<Record<string, ActionHandler>>;
  readFacts?(ports: CharmPorts): Promise<unknown>;
  facets?(ports: CharmPorts): readonly Facet<Desired>[];
}

/** A charm with this decision. */
export function createTiny(desire: (view: TinyView) => Desired, parts: TinyParts = {}): Charm {
  return defineCharm<TinyOptions, unknown>({
    config: parseWith(Options),
    endpoints: [db, web, peers],
    readFacts: () => Promise.resolve(null),
    desire,
    ...parts,
  });
}

/** Packages of the tests' machine: one with a service, one with a service that waits, and one with neither. */
export const CATALOG: PackageCatalog = {
  web: {version: '1.0', services: ['web'], users: ['web'], groups: ['web']},
  idle: {version: '2.0', idleServices: ['idle']},
  tool: {version: '3.0'},
};

/** The unit tiny/0 with what a test gives. */
export function createTinyState(given: Partial<UnitState> = {}): UnitState {
  return createUnitState({unit: 'tiny/0', ...given});
}

/** A relation of the tests' charm with database units. */
export function createDb(units: RelationState['units'] = {}, given: Partial<RelationState> = {}): RelationState {
  return {endpoint: 'db', id: 1, remoteApplication: 'mysql', units, ...given};
}

/** Runs `update-status`, or another event, of a charm with this decision. */
export function runTiny(
  desire: (view: TinyView) => Desired,
  state: UnitState = createTinyState(),
  options: Partial<RunHookOptions> & TinyParts = {},
): Promise<RunHookResult> {
  return runHook({
    charm: createTiny(desire, options),
    meta: META,
    state,
    event: {hook: 'update-status'},
    catalog: CATALOG,
    ...options,
  });
}

/** A result as a test compares it: what lasts. */
export function getLasting({state}: RunHookResult): unknown {
  const {host, relations, openedPorts, status, workloadVersion} = state;
  return {host: {...host, services: getServices(host.services)}, relations, openedPorts, status, workloadVersion};
}

function getServices(services: UnitState['host']['services']): unknown {
  return Object.entries(services)
    .map(([name, {isEnabled, isRunning}]) => ({name, isEnabled, isRunning}))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
