import {getApplication, type HookContext} from './context.ts';
import {HookToolError, type Databag, type HookTools} from './hook-tools/index.ts';
import type {RelationView} from './view.ts';

/** Reads relations once a hook, as Juju itself shows remote data unchanged for as long as a hook runs. */
export interface RelationReader {
  /** Every relation of the endpoints, in the order of their ids, without one that is broken or went away meanwhile. */
  read(): Promise<readonly RelationView[]>;
  /** An own bag, with what this hook has already written to it. Throws a HookToolError for a relation that is gone. */
  readOwn(relationId: string, scope: 'unit' | 'application'): Promise<Databag>;
  /** Tells the reader what was just written to an own bag. */
  noteOwn(relationId: string, scope: 'unit' | 'application', change: Databag): void;
}

/** What of an endpoint's relations is to be read. */
export interface ReadEndpoint {
  readonly name: string;
  readonly isPeer: boolean;
  readonly readsApplicationData: boolean;
  readonly readsUnits: boolean;
}

/** What relations are read with. */
export interface RelationReaderOptions {
  readonly tools: HookTools;
  readonly context: HookContext;
  readonly endpoints: readonly ReadEndpoint[];
  readonly isLeader: () => Promise<boolean>;
}

/** A reader for one hook: each bag is read once, and own writes are added to what was read. */
export function createRelationReader(options: RelationReaderOptions): RelationReader {
  let views: Promise<RelationView[]> | null = null;
  const own = new Map<string, Databag>();
  const {tools, context} = options;
  const getKey = (relationId: string, scope: string): string => `${scope} ${relationId}`;
  const readOwn: RelationReader['readOwn'] = async (relationId, scope) => {
    const key = getKey(relationId, scope);
    const isApp = scope === 'application';
    const bag =
      own.get(key) ??
      (await tools.relationGet({relationId, of: isApp ? context.application : context.unit, app: isApp}));
    own.set(key, bag);
    return bag;
  };
  return {
    read: async () => {
      views ??= readViews(options, readOwn);
      const relations = await views;
      return relations.map((relation) => ({
        ...relation,
        unitData: own.get(getKey(relation.id, 'unit')) ?? relation.unitData,
        applicationData: own.get(getKey(relation.id, 'application')) ?? relation.applicationData,
      }));
    },
    readOwn,
    noteOwn: (relationId, scope, change) => {
      const key = getKey(relationId, scope);
      const merged = Object.entries({...own.get(key), ...change}).filter(([, value]) => value !== '');
      own.set(key, Object.fromEntries(merged));
    },
  };
}

async function readViews(options: RelationReaderOptions, readOwn: RelationReader['readOwn']): Promise<RelationView[]> {
  const {tools, context, endpoints} = options;
  const {event} = context;
  const broken = event.kind === 'relation' && event.step === 'broken' ? event.relationId : null;
  const perEndpoint = await Promise.all(
    endpoints.map(async (endpoint) => {
      const ids = (await tools.relationIds(endpoint.name)).filter((id) => id !== broken);
      const sorted = [...ids].sort((a, b) => getNumber(a) - getNumber(b));
      return Promise.all(sorted.map((id) => unlessGone(readView(id, endpoint, {...options, readOwn}))));
    }),
  );
  return perEndpoint.flat().filter((view) => view !== null);
}

/** Null when Juju says that there is no such relation (any more): it went away while the hook ran. */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof HookToolError && error.isRelationNotFound) {
      return null;
    }
    throw error;
  }
}

type ViewPorts = RelationReaderOptions & Pick<RelationReader, 'readOwn'>;

async function readView(id: string, endpoint: ReadEndpoint, ports: ViewPorts): Promise<RelationView> {
  const {tools, readOwn} = ports;
  const [names, unitData] = await Promise.all([tools.relationList(id), readOwn(id, 'unit')]);
  const remoteApplication = await readRemoteApplication(id, names, endpoint, ports);
  const [units, bags] = await Promise.all([
    Promise.all(names.map(async (name) => ({name, data: await readUnit(id, name, endpoint, tools)}))),
    readApplications(id, remoteApplication, endpoint, ports),
  ]);
  return {endpoint: endpoint.name, id, remoteApplication, units, unitData, ...bags};
}

const EMPTY: Databag = Object.freeze({});

async function readUnit(
  relationId: string,
  name: string,
  {readsUnits}: ReadEndpoint,
  tools: HookTools,
): Promise<Databag> {
  return readsUnits ? tools.relationGet({relationId, of: name}) : EMPTY;
}

/** Asked of Juju, which costs a process, only when nothing else tells. */
function readRemoteApplication(
  id: string,
  [firstUnit]: readonly string[],
  {isPeer}: ReadEndpoint,
  {tools, context}: ViewPorts,
): string | Promise<string> {
  if (isPeer) {
    return context.application;
  }
  if (firstUnit !== undefined) {
    return getApplication(firstUnit);
  }
  const {event} = context;
  return event.kind === 'relation' && event.relationId === id && event.remoteApplication !== ''
    ? event.remoteApplication
    : tools.relationListApp(id);
}

type ApplicationBags = Pick<RelationView, 'applicationData' | 'remoteApplicationData'>;

async function readApplications(
  id: string,
  remoteApplication: string,
  {isPeer, readsApplicationData}: ReadEndpoint,
  {tools, isLeader, readOwn}: ViewPorts,
): Promise<ApplicationBags> {
  if (!readsApplicationData) {
    return {applicationData: {}, remoteApplicationData: {}};
  }
  const applicationData = isPeer || (await isLeader()) ? await readOwn(id, 'application') : {};
  const remoteApplicationData = isPeer
    ? applicationData
    : await tools.relationGet({relationId: id, of: remoteApplication, app: true});
  return {applicationData, remoteApplicationData};
}

/** The number of a relation id: 7 of `ha:7`. */
function getNumber(relationId: string): number {
  return Number(relationId.slice(relationId.lastIndexOf(':') + 1));
}
