import {blocked, describeRelationProblem, type RelationView, type Status, type View} from '#charm';

import {pacemakerRemote} from './endpoints.ts';

/** A machine that Pacemaker Remote makes a node, under the machine's own name. */
export interface Remote {
  /** The pacemaker-remote unit that offers it. */
  readonly unit: string;
  readonly hostname: string;
  readonly address: string;
  readonly enableResources: boolean;
  /** Under which name it is fenced; null when it is not to be. */
  readonly stonithHostname: string | null;
  /** The session that its daemon is in; null from a charm that does not say so. */
  readonly session: string | null;
}

export interface Remotes {
  /** Those that can be taken as they are, sorted by name. */
  readonly remotes: readonly Remote[];
  /** The others: by the names that they give, and units that give none. What the cluster has of them stays as it is. */
  readonly unusable: {readonly names: ReadonlySet<string>; readonly units: ReadonlySet<string>};
  /** What they say contradicts one another, so that everything the cluster has of remotes stays as it is. */
  readonly isMixed: boolean;
  /** Why they cannot all be taken. */
  readonly problems: readonly Status[];
}

interface Offer {
  readonly relation: RelationView;
  readonly unit: string;
  readonly remote: Remote;
}

/** What is wrong with one name. */
interface Trouble {
  readonly hostname: string;
  readonly status: Status;
}

/**
 * Every remote that has said all of its four keys; one that has said less is still on its way. `taken` are names that are
 * used otherwise, each with what for.
 */
export function getRemotes(view: View<unknown, unknown>, taken: ReadonlyMap<string, string>): Remotes {
  const relations = pacemakerRemote.relations(view);
  const bad = relations.flatMap((relation) =>
    relation.remoteUnits.flatMap(({name, problems = []}) =>
      problems.map((problem) => ({unit: name, status: blocked(describeRelationProblem(relation, name, problem))})),
    ),
  );
  const offers = relations.flatMap((relation) =>
    relation.remoteUnits.flatMap(({name, data = {}}): Offer[] => {
      const remote = toRemote(name, data);
      return remote === null ? [] : [{relation, unit: name, remote}];
    }),
  );
  const troubles = [...checkNames(offers, taken), ...checkStonithNames(offers)];
  const names = new Set(troubles.map(({hostname}) => hostname));
  const mixed = checkEnableResources(offers);
  return {
    remotes: offers
      .map(({remote}) => remote)
      .filter(({hostname}) => !names.has(hostname))
      .sort((a, b) => (a.hostname < b.hostname ? -1 : 1)),
    unusable: {names, units: new Set(bad.map(({unit}) => unit))},
    isMixed: mixed.length > 0,
    problems: [...[...bad, ...troubles].map(({status}) => status), ...mixed],
  };
}

type RemoteFields = NonNullable<ReturnType<typeof pacemakerRemote.relations>[number]['remoteUnits'][number]['data']>;

function toRemote(unit: string, data: RemoteFields): Remote | null {
  const hostname = data['remote-hostname'];
  const address = data['remote-ip'];
  const enableResources = data['enable-resources'];
  if (hostname === undefined || address === undefined || enableResources === undefined) {
    return null;
  }
  const {'stonith-hostname': stonithHostname = null, 'remote-session': session = null} = data;
  return {unit, hostname, address, enableResources, stonithHostname, session};
}

/** A node's name stands for one machine: in Pacemaker, in Nova and in Masakari. */
function checkNames(offers: readonly Offer[], taken: ReadonlyMap<string, string>): Trouble[] {
  const holders = new Map(taken);
  return offers.flatMap((offer) => {
    const {hostname} = offer.remote;
    const holder = holders.get(hostname) ?? getOwnHolder(hostname);
    holders.set(hostname, offer.unit);
    return holder === undefined ? [] : [describeTrouble(offer, 'remote-hostname', `is also the name of ${holder}`)];
  });
}

function describeTrouble({relation, unit, remote}: Offer, key: string, message: string): Trouble {
  return {hostname: remote.hostname, status: blocked(describeRelationProblem(relation, unit, {key, message}))};
}

/** The names of the charm's own resources. */
function getOwnHolder(name: string): string | undefined {
  return /^(?:st-null$|st-maas-|loc-)/.test(name) ? 'a resource or rule of this charm' : undefined;
}

/** One name stands for one machine everywhere: who is fenced is who is lost. */
function checkStonithNames(offers: readonly Offer[]): Trouble[] {
  return offers
    .filter(({remote: {stonithHostname, hostname}}) => stonithHostname !== null && stonithHostname !== hostname)
    .map((offer) => describeTrouble(offer, 'stonith-hostname', 'must be the same as remote-hostname, or null'));
}

/** One cluster is opt-in or it is not: with mixed answers some node would run what it must not. */
function checkEnableResources(offers: readonly Offer[]): Status[] {
  const [first] = offers;
  const other = offers.find(({remote}) => remote.enableResources !== first?.remote.enableResources);
  if (first === undefined || other === undefined) {
    return [];
  }
  const message = `differs from that of ${first.unit}; set enable-resources alike on every pacemaker-remote application`;
  return [blocked(describeRelationProblem(other.relation, other.unit, {key: 'enable-resources', message}))];
}
