import type {Cib} from '../cib.ts';
import {compareText, freezeDeep, isEqual} from '../values.ts';
import {getCib, getPartitionCib, keepCib} from './cibs.ts';
import type {Partition} from './membership.ts';
import {getPartitions} from './membership.ts';
import {createRemoteFinder, getLostNodes, getNodes, getRemoteConnections} from './nodes.ts';
import type {ModelledNode} from './nodes.ts';
import type {Placement} from './placement.ts';
import {getPlacement} from './placement.ts';
import type {ClusterHost, ClusterState} from './world.ts';

type Running = ClusterState['running'];

/** A partition at rest: its configuration, its nodes and what runs where. */
export interface SettledPartition {
  readonly partition: Partition;
  readonly cib: Cib;
  /** The same as the text that its members keep. */
  readonly text: string;
  readonly nodes: readonly ModelledNode[];
  /** The nodes of each active primitive, by its id. */
  readonly placement: Placement;
  /** Connections that nobody answers. */
  readonly unreachable: ReadonlySet<string>;
}

/** What settling gives: the next state and what each partition looks like. */
export interface Settled {
  readonly state: ClusterState;
  readonly partitions: readonly SettledPartition[];
}

function getUnreachable(cib: Cib, partition: Partition, hosts: readonly ClusterHost[]): ReadonlySet<string> {
  const find = createRemoteFinder(hosts, partition.dc.host.pacemakerKey);
  const lost = getRemoteConnections(cib).filter((connection) => find(connection) === null);
  return new Set(lost.map(({id}) => id));
}

function getRunningOn(running: Running, nodes: readonly ModelledNode[]): ReadonlyMap<string, readonly string[]> {
  const byResource = new Map<string, string[]>();
  for (const {name} of nodes.filter((node) => node.online || node.unclean)) {
    for (const id of running[name] ?? []) byResource.set(id, [...(byResource.get(id) ?? []), name]);
  }
  return byResource;
}

function toRunning(placement: Placement): Running {
  const running: Record<string, string[]> = {};
  for (const [id, names] of placement) for (const name of names) (running[name] ??= []).push(id);
  return Object.fromEntries(
    Object.entries(running)
      .sort(([left], [right]) => compareText(left, right))
      .map(([name, ids]) => [name, ids.toSorted(compareText)]),
  );
}

/** Members start connections, connections bring remote nodes, remote nodes may take resources: a few rounds until still. */
const maxRounds = 5;

function settlePartition(
  partition: Partition,
  cib: Cib,
  hosts: readonly ClusterHost[],
  before: Running,
): Omit<SettledPartition, 'text'> {
  const unreachable = getUnreachable(cib, partition, hosts);
  const lost = getLostNodes(cib, hosts);
  let running = before;
  let nodes = getNodes(cib, partition, running, lost);
  let placement: Placement = new Map();
  for (let round = 0; round < maxRounds; round += 1) {
    placement = getPlacement({
      cib,
      nodes,
      quorate: partition.quorate,
      running: getRunningOn(running, nodes),
      unreachable,
      awaitsFencing: true,
    });
    const next = toRunning(placement);
    const isStill = isEqual(next, running);
    running = next;
    nodes = getNodes(cib, partition, running, lost);
    if (isStill) break;
  }
  return {partition, cib, nodes, placement, unreachable};
}

/** The hosts with the key that their Corosync holds in place of the one in the file. */
function withHeldKeys(hosts: readonly ClusterHost[], keys: ClusterState['keys'] = {}): readonly ClusterHost[] {
  return hosts.map((host) => {
    const held = host.isClusterRunning ? keys[host.name] : undefined;
    return held === undefined || held === host.corosyncKey ? host : {...host, corosyncKey: held};
  });
}

function getHeldKeys(hosts: readonly ClusterHost[]): NonNullable<ClusterState['keys']> {
  return Object.fromEntries(
    hosts.flatMap(({name, isClusterRunning, corosyncConf, corosyncKey}) =>
      isClusterRunning && corosyncConf !== null && corosyncKey !== null ? [[name, corosyncKey]] : [],
    ),
  );
}

function settle(found: readonly ClusterHost[], state: ClusterState, now: string): Settled {
  const hosts = withHeldKeys(found, state.keys);
  const cibs: Record<string, string> = {...state.cibs};
  const partitions = getPartitions(hosts).map((partition) => {
    const cib = getPartitionCib(partition, state.cibs, now);
    const text = keepText(partition, cib, state.cibs);
    for (const {host} of partition.members) cibs[host.name] = text;
    return {...settlePartition(partition, getCib(text), hosts, state.running), text};
  });
  const running: Running = Object.fromEntries(
    partitions.flatMap(({placement}) => Object.entries(toRunning(placement))),
  );
  const next = {cibs, running, keys: getHeldKeys(hosts)};
  return {state: isEqual(next, state) ? state : freezeDeep(next), partitions};
}

/** The text that a member has already, when it says the same: texts stay the same reference then. */
function keepText(partition: Partition, cib: Cib, cibs: ClusterState['cibs']): string {
  const same = partition.members
    .map(({host}) => cibs[host.name])
    .find((text) => text !== undefined && getCib(text) === cib);
  return same ?? keepCib(cib);
}

let last: {readonly hosts: readonly ClusterHost[]; readonly state: ClusterState; readonly settled: Settled} | null =
  null;

/**
 * Lets the modelled clusters come to rest: partitions form, the newest CIB wins in each, first joins make one, resources
 * start, move and stop. The same hosts and state as last time, or the state that came of it, cost a comparison.
 */
export function settleHosts(hosts: readonly ClusterHost[], state: ClusterState, now: string): Settled {
  if (last !== null && isEqual(last.hosts, hosts) && (last.state === state || last.settled.state === state)) {
    return last.settled;
  }
  const settled = settle(hosts, state, now);
  last = {hosts, state, settled};
  return settled;
}
