import type {HookContext} from './context.ts';
import type {Databag, Network} from './hook-tools/index.ts';
import type {HostFacts} from './host.ts';
import type {Parse, Parsed, Problem} from './parsed.ts';
import type {StorageView} from './storage.ts';

/** One relation as this unit sees it now, as Juju gives it: bags of strings. */
export interface RelationView {
  readonly endpoint: string;
  /** As hook tools name it: `ha:7`. */
  readonly id: string;
  readonly remoteApplication: string;
  /**
   * Remote units in the order of their names, with what each has written (nothing, where the endpoint does not read it).
   * For a peer relation the other units.
   */
  readonly units: readonly {readonly name: string; readonly data: Databag}[];
  readonly remoteApplicationData: Databag;
  /** This unit's own bag, with what this hook has already written to it. */
  readonly unitData: Databag;
  /** The own application's bag. Only the leader may read it, but for a peer relation; empty where it was not read. */
  readonly applicationData: Databag;
}

/** Everything a charm decides from. A plain value: the same view gives the same decision. */
export interface View<Config, Facts> {
  readonly context: HookContext;
  readonly isLeader: boolean;
  /** The unit is being removed, or leaves the relation of this event: nothing shared may shrink on its account. */
  readonly isLeaving: boolean;
  readonly config: Config;
  readonly relations: readonly RelationView[];
  /** By binding, for those the charm asked for. A binding with no address is missing. */
  readonly networks: Readonly<Record<string, Network>>;
  /** For the stores the charm asked for. */
  readonly storage: StorageView;
  readonly host: HostFacts;
  /** What the charm's own reader found out, for example the state of the cluster. */
  readonly facts: Facts;
}

/** A remote unit whose data passed the endpoint's schema, or what is wrong with it. */
export type RemoteUnit<T> =
  | {readonly name: string; readonly data: T; readonly problems?: undefined}
  | {readonly name: string; readonly data?: undefined; readonly problems: readonly Problem[]};

/** A relation with its remote units' data read by the endpoint's schema. */
export interface TypedRelation<T> extends RelationView {
  readonly remoteUnits: readonly RemoteUnit<T>[];
}

/** One endpoint of the charm's metadata, and the typed way to what others say on it. */
export interface Endpoint<T> {
  readonly name: string;
  readonly isPeer: boolean;
  readonly readsApplicationData: boolean;
  readonly readsUnits: boolean;
  /** The endpoint's relations in the view, in the order of their ids, each remote unit's bag parsed. */
  relations(view: {readonly relations: readonly RelationView[]}): readonly TypedRelation<T>[];
}

/** How an endpoint is read. */
export interface EndpointOptions<T> {
  readonly name: string;
  /** How a remote unit's bag is read. */
  readonly unit: Parse<T>;
  readonly isPeer?: boolean;
  /** Whether the view holds application data too; it costs one or two more hook tool calls. Peer relations have it. */
  readonly readsApplicationData?: boolean;
  /**
   * Whether the view holds what remote units have written. With `false` they are listed, each with an empty bag: for an
   * endpoint that hundreds of units join to be told something, since reading costs a process for each of them.
   */
  readonly readsUnits?: boolean;
}

/** Names an endpoint of the charm's metadata and how the other side's data on it is read. */
export function defineEndpoint<T>(options: EndpointOptions<T>): Endpoint<T> {
  const {name, unit, isPeer = false, readsApplicationData = isPeer, readsUnits = true} = options;
  const parseUnits = createUnitsParser(unit);
  return {
    name,
    isPeer,
    readsApplicationData,
    readsUnits,
    relations: (view) =>
      view.relations
        .filter((relation) => relation.endpoint === name)
        .map((relation) => ({...relation, remoteUnits: parseUnits(relation.units)})),
  };
}

type Units = RelationView['units'];

/** Parses each list of units once: a charm asks for it in many places, and what others wrote stays while a hook runs. */
function createUnitsParser<T>(parse: Parse<T>): (units: Units) => readonly RemoteUnit<T>[] {
  const parsed = new WeakMap<Units, readonly RemoteUnit<T>[]>();
  const parseBag = createBagParser(parse);
  return (units) => {
    const known = parsed.get(units) ?? units.map(({name, data}) => getRemoteUnit(name, parseBag(data)));
    parsed.set(units, known);
    return known;
  };
}

/** Parses each frozen bag once: `relation-get` gives the very same one for as long as nobody writes to it. */
function createBagParser<T>(parse: Parse<T>): (bag: Databag) => Parsed<T> {
  const parsed = new WeakMap<Databag, Parsed<T>>();
  return (bag) => {
    const known = parsed.get(bag) ?? parse(bag);
    if (Object.isFrozen(bag)) {
      parsed.set(bag, known);
    }
    return known;
  };
}

function getRemoteUnit<T>(name: string, parsed: Parsed<T>): RemoteUnit<T> {
  return parsed.ok ? {name, data: parsed.value} : {name, problems: parsed.problems};
}

/** A problem in relation data as a status says it: relation, unit and key. */
export function describeRelationProblem(relation: RelationView, unit: string, {key, message}: Problem): string {
  return `relation ${relation.id}, unit ${unit}: ${key === '' ? 'data' : key} ${message}`;
}
