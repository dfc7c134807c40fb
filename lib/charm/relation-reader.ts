import type {HookContext} from './context.ts';
import type {Databag, HookTools} from './hook-tools/index.ts';
import type {RelationView} from './view.ts';

/** Reads relations once a hook, as Juju itself shows remote data unchanged for as long as a hook runs. */
export interface RelationReader {
  /** Every relation of the endpoints, without one that this hook says is broken, in the order of their ids. */
  read(): Promise<readonly RelationView[]>;
  readOwn(relationId: string, scope: 'unit' | 'application'): Promise<Databag>;
  /** Tells the reader what was just written to an own bag. */
  noteOwn(relationId: string, scope: 'unit' | 'application', change: Databag): void;
}

/** What of an endpoint's relations is to be read. */
export interface ReadEndpoint {
  readonly name: string;
  readonly isPeer: boolean;
  readonly readsApplicationData: boolean;
}

export interface RelationReaderOptions {
  readonly tools: HookTools;
  readonly context: HookContext;
  readonly endpoints: readonly ReadEndpoint[];
  readonly isLeader: () => Promise<boolean>;
}

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
      return Promise.all(sorted.map((id) => readView(id, endpoint, {...options, readOwn})));
    }),
  );
  return perEndpoint.flat();
}

type ViewPorts = RelationReaderOptions & Pick<RelationReader, 'readOwn'>;

async function readView(id: string, endpoint: ReadEndpoint, ports: ViewPorts): Promise<RelationView> {
  const {tools, context, readOwn} = ports;
  const [remoteApplication, names, unitData, applications] = await Promise.all([
    endpoint.isPeer ? context.application : tools.relationListApp(id),
    tools.relationList(id),
    readOwn(id, 'unit'),
    readApplications(id, endpoint, ports),
  ]);
  const units = await Promise.all(
    names.map(async (unit) => ({name: unit, data: await tools.relationGet({relationId: id, of: unit})})),
  );
  return {endpoint: endpoint.name, id, remoteApplication, units, unitData, ...applications};
}

type ApplicationBags = Pick<RelationView, 'applicationData' | 'remoteApplicationData'>;

async function readApplications(
  id: string,
  {isPeer, readsApplicationData}: ReadEndpoint,
  {tools, isLeader, readOwn}: ViewPorts,
): Promise<ApplicationBags> {
  if (!readsApplicationData) {
    return {applicationData: {}, remoteApplicationData: {}};
  }
  const applicationData = isPeer || (await isLeader()) ? await readOwn(id, 'application') : {};
  if (isPeer) {
    return {applicationData, remoteApplicationData: applicationData};
  }
  const remote = await tools.relationListApp(id);
  const remoteApplicationData = await tools.relationGet({relationId: id, of: remote, app: true});
  return {applicationData, remoteApplicationData};
}

/** The number of a relation id: 7 of `ha:7`. */
function getNumber(relationId: string): number {
  return Number(relationId.slice(relationId.lastIndexOf(':') + 1));
}
