import type {CharmPorts, Facet} from '#charm';
import type {Cib} from '#cluster';

import type {Member} from './members.ts';
import type {HaclusterView, LiveCluster} from './plan.ts';

/** Nodes that the cluster is to forget. */
export interface Departed {
  readonly members: readonly string[];
  readonly remotes: readonly string[];
  /** How many members the ring has without them. */
  readonly votes: number;
}

/**
 * Nodes of members that are no more: Pacemaker still lists them as offline, but the ring has neither their id nor their name, and no
 * unit goes by it. Also the "node1" that the packages' own configuration makes (LP 1874719), and what the status section still has of
 * remote nodes whose resource is gone. Only of a cluster that has quorum and a controller, and never a node that is online or on its
 * way: `crm_node` would take even one that works.
 */
export function getDeparted(
  {isLeader, facts: {ring}}: HaclusterView,
  {quorate, dc, nodes, resources, cib}: LiveCluster,
  members: readonly Member[],
): Departed {
  const votes = ring.length;
  if (!isLeader || !quorate || dc === null || votes === 0) {
    return {members: [], remotes: [], votes};
  }
  const ids = new Set(ring.map(({nodeId}) => String(nodeId)));
  const names = new Set([...ring.map(({name}) => name), ...members.map(({hostname}) => hostname)]);
  const departed = nodes
    .filter(({type, online, pending}) => type === 'member' && !online && !pending)
    .filter(({id, name}) => !ids.has(id) && !names.has(name))
    .map(({name}) => name);
  // Its resource has the node's name; while that is being stopped, the state that is taken away comes back.
  const listed = new Set([...nodes.map(({name}) => name), ...resources.map(({id}) => id)]);
  const remotes = getRemoteStates(cib).filter((name) => !listed.has(name) && !names.has(name));
  return {members: departed.sort(), remotes: remotes.sort(), votes};
}

/** Remote nodes of which the status section tells, though their resource may be gone and `crm_mon` list them no more. */
function getRemoteStates({status}: Cib): readonly string[] {
  const states = status?.children ?? [];
  return states.flatMap(({name, attributes}) =>
    name === 'node_state' && attributes['remote_node'] === 'true' ? (attributes['uname'] ?? []) : [],
  );
}

/** What of a unit's effects this needs. */
export interface DepartedPorts {
  readonly host: Pick<CharmPorts['host'], 'processes'>;
  readonly tools: Pick<CharmPorts['tools'], 'jujuLog'>;
}

/**
 * Has the whole cluster forget nodes: a `<node>` that is only deleted from the CIB comes back with the next controller, which
 * remembers it (seen with Pacemaker 2.1.5).
 *
 * Corosync never expects fewer votes by itself when the ring is read again before a member has stopped (votequorum(5)): with three
 * members of four left it would go on wanting three for quorum. So it is told before the node is forgotten, which comes only once.
 */
export function createDepartedFacet({host, tools}: DepartedPorts): Facet<{readonly departed?: Departed}> {
  const asked = new Set<string>();
  const run = async (name: string, program: string, ...args: readonly string[]): Promise<boolean> => {
    const {exitCode} = await host.processes.run(program, args);
    if (exitCode !== 0) {
      await tools.jujuLog('WARNING', `${program} failed (status ${exitCode}): removing node ${name} again later`);
    }
    return exitCode === 0;
  };
  const forget = async (name: string, votes: number | null): Promise<void> => {
    asked.add(name);
    if (votes === null || (await run(name, 'corosync-quorumtool', '-e', String(votes)))) {
      await run(name, 'crm_node', '--force', '--remove', name);
    }
  };
  return {
    name: 'departed',
    plan: ({departed: {members, remotes, votes} = NOBODY}) => {
      const steps = [...members.map((name) => ({name, votes})), ...remotes.map((name) => ({name, votes: null}))];
      return Promise.resolve(
        steps
          .filter(({name}) => !asked.has(name))
          .map((step) => ({summary: `remove node ${step.name}`, apply: () => forget(step.name, step.votes)})),
      );
    },
  };
}

const NOBODY: Departed = {members: [], remotes: [], votes: 0};
