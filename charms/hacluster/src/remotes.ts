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
  /** Sorted by name. */
  readonly remotes: readonly Remote[];
  /** Why they cannot all be taken as they are. What the cluster has of them then stays as it is. */
  readonly problems: readonly Status[];
}

interface Offer {
  readonly relation: RelationView;
  readonly unit: string;
  readonly remote: Remote;
}

/**
 * Every remote that has said all of its four keys; one that has said less is still on its way. `taken` are names that are
 * used otherwise, each with what for.
 */
export function getRemotes(view: View<unknown, unknown>, taken: ReadonlyMap<string, string>): Remotes {
  const relations = pacemakerRemote.relations(view);
  const bad = relations.flatMap((relation) =>
    relation.remoteUnits.flatMap(({name, problems = []}) =>
      problems.map((problem) => blocked(describeRelationProblem(relation, name, problem))),
    ),
  );
  const offers = relations.flatMap((relation) =>
    relation.remoteUnits.flatMap(({name, data = {}}): Offer[] => {
      const remote = toRemote(name, data);
      return remote === null ? [] : [{relation, unit: name, remote}];
    }),
  );
  const remotes = offers.map(({remote}) => remote).sort((a, b) => (a.hostname < b.hostname ? -1 : 1));
  return {
    remotes,
    problems: [...bad, ...checkNames(offers, taken), ...checkStonithNames(offers), ...checkEnableResources(offers)],
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
function checkNames(offers: readonly Offer[], taken: ReadonlyMap<string, string>): Status[] {
  const holders = new Map(taken);
  return offers.flatMap(({relation, unit, remote}) => {
    const holder = holders.get(remote.hostname) ?? getOwnHolder(remote.hostname);
    holders.set(remote.hostname, unit);
    return holder === undefined
      ? []
      : [
          blocked(
            describeRelationProblem(relation, unit, {
              key: 'remote-hostname',
              message: `is also the name of ${holder}`,
            }),
          ),
        ];
  });
}

/** The names of the charm's own resources. */
function getOwnHolder(name: string): string | undefined {
  return /^(?:st-null$|st-maas-|loc-)/.test(name) ? 'a resource or rule of this charm' : undefined;
}

/** One name stands for one machine everywhere: who is fenced is who is lost. */
function checkStonithNames(offers: readonly Offer[]): Status[] {
  return offers.flatMap(({relation, unit, remote}) =>
    remote.stonithHostname === null || remote.stonithHostname === remote.hostname
      ? []
      : [
          blocked(
            describeRelationProblem(relation, unit, {
              key: 'stonith-hostname',
              message: 'must be the same as remote-hostname, or null',
            }),
          ),
        ],
  );
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
