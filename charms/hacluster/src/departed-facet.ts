import type {CharmPorts, Facet} from '#charm';
import type {Cib} from '#cluster';

import type {Member} from './members.ts';
import type {HaclusterView, LiveCluster} from './plan.ts';

/**
 * Nodes of members that are no more: Pacemaker still lists them as offline, but the ring has neither their id nor their name, and no
 * unit goes by it. Also the "node1" that the packages' own configuration makes (LP 1874719), and what the status section still has of
 * remote nodes whose resource is gone. Only of a cluster that has quorum
 * and a controller, and never a node that is online or on its way: `crm_node` would take even one that works.
 */
export function getDepartedNodes(
  {isLeader, facts: {ring}}: HaclusterView,
  {quorate, dc, nodes, cib}: LiveCluster,
  members: readonly Member[],
): readonly string[] {
  if (!isLeader || !quorate || dc === null || ring.length === 0) {
    return [];
  }
  const ids = new Set(ring.map(({nodeId}) => String(nodeId)));
  const names = new Set([...ring.map(({name}) => name), ...members.map(({hostname}) => hostname)]);
  const departed = nodes
    .filter(({type, online, pending}) => type === 'member' && !online && !pending)
    .filter(({id, name}) => !ids.has(id) && !names.has(name))
    .map(({name}) => name);
  const listed = new Set(nodes.map(({name}) => name));
  return [...departed, ...getRemoteStates(cib).filter((name) => !listed.has(name) && !names.has(name))].sort();
}

/** Remote nodes of which the status section tells, though their resource may be gone and `crm_mon` list them no more. */
function getRemoteStates({status}: Cib): readonly string[] {
  const states = status?.children ?? [];
  return states.flatMap(({name, attributes}) =>
    name === 'node_state' && attributes['remote_node'] === 'true' ? (attributes['uname'] ?? []) : [],
  );
}

/**
 * Has the whole cluster forget nodes: a `<node>` that is only deleted from the CIB comes back with the next controller, which
 * remembers it (seen with Pacemaker 2.1.5).
 */
export function createDepartedFacet({host, tools}: CharmPorts): Facet<{readonly departed?: readonly string[]}> {
  const asked = new Set<string>();
  const forget = async (name: string): Promise<void> => {
    asked.add(name);
    const {exitCode} = await host.processes.run('crm_node', ['--force', '--remove', name]);
    if (exitCode !== 0) {
      await tools.jujuLog('WARNING', `crm_node cannot remove node ${name} (status ${exitCode}); trying again later`);
    }
  };
  return {
    name: 'departed',
    plan: ({departed = []}) =>
      Promise.resolve(
        departed
          .filter((name) => !asked.has(name))
          .map((name) => ({summary: `remove node ${name}`, apply: () => forget(name)})),
      ),
  };
}
