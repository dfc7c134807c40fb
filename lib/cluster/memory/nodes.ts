import type {Cib, Primitive} from '../cib.ts';
import {getValue} from '../lookup.ts';
import {remember} from '../memo.ts';
import type {Partition} from './membership.ts';
import {getConfiguration} from './resources.ts';
import type {NodeAttributes} from './rules.ts';
import type {ClusterHost, ClusterState} from './world.ts';

/** A node as placement and the status programs see it. */
export interface ModelledNode {
  readonly name: string;
  readonly id: string;
  readonly type: 'member' | 'remote';
  readonly online: boolean;
  /** It went without a word, and nobody has seen it off yet. */
  readonly unclean: boolean;
  readonly standby: boolean;
  readonly maintenance: boolean;
  /** The configuration has an entry for it among the nodes; a remote node can do without. */
  readonly isListed: boolean;
  readonly attributes: NodeAttributes;
}

/** Whether a resource is the connection to a remote node. */
export function isRemoteConnection(resource: Pick<Primitive, 'class' | 'provider' | 'type'>): boolean {
  return resource.class === 'ocf' && resource.provider === 'pacemaker' && resource.type === 'remote';
}

const findConnections = remember((resources: Cib['resources']): readonly Primitive[] =>
  resources.filter((resource) => resource.kind === 'primitive').filter(isRemoteConnection),
);

/** The connections to remote nodes that a CIB configures. */
export function getRemoteConnections(cib: Cib): readonly Primitive[] {
  return findConnections(cib.resources);
}

function isOn(value: string | null): boolean {
  return value !== null && ['true', 'on', 'yes', 'y', '1'].includes(value.toLowerCase());
}

/** Finds the host that answers where a connection points to: pacemaker_remote runs there, with the cluster's key. */
export function createRemoteFinder(
  hosts: readonly ClusterHost[],
  key: string | null,
): (connection: Primitive) => ClusterHost | null {
  const byServer = new Map<string, ClusterHost>();
  for (const host of hosts.filter((one) => one.isRemoteRunning)) {
    for (const server of [host.name, ...host.addresses]) if (!byServer.has(server)) byServer.set(server, host);
  }
  return (connection) => {
    const host = byServer.get(getValue(connection.params, 'server') ?? connection.id);
    return host === undefined || host.pacemakerKey !== key ? null : host;
  };
}

type Configured = ReadonlyMap<string, Cib['nodes'][number]>;

/** A node with what the configuration says of it. */
export function describeNode(
  base: Pick<ModelledNode, 'name' | 'id' | 'type' | 'online' | 'unclean'>,
  configured: Configured,
): ModelledNode {
  const sets = configured.get(base.name)?.attributes ?? [];
  const attributes = new Map<string, string>([
    ['#uname', base.name],
    ['#id', base.id],
    ['#kind', base.type === 'remote' ? 'remote' : 'cluster'],
  ]);
  for (const pair of sets.flatMap((set) => set.pairs)) attributes.set(pair.name, pair.value ?? '');
  return {
    ...base,
    standby: isOn(getValue(sets, 'standby')),
    maintenance: isOn(getValue(sets, 'maintenance')),
    isListed: configured.has(base.name),
    attributes,
  };
}

/** A remote node of which the configuration knows nothing but its connection. */
const describeConnection = remember(({id}: Primitive) => {
  const base = {name: id, id, type: 'remote', online: false, unclean: false} as const;
  const unknown: Configured = new Map();
  return {
    online: describeNode({...base, online: true}, unknown),
    offline: describeNode(base, unknown),
    unclean: describeNode({...base, unclean: true}, unknown),
  };
});

function getStateName(online: boolean, unclean: boolean): 'online' | 'offline' | 'unclean' {
  if (online) return 'online';
  return unclean ? 'unclean' : 'offline';
}

/** The names of the nodes whose hosts went without a word and were not seen off; none where nobody fences. */
export function getLostNodes(cib: Cib, hosts: readonly ClusterHost[]): ReadonlySet<string> {
  const lost = hosts.filter(({failure}) => failure === 'lost');
  if (lost.length === 0 || !getConfiguration(cib).isStonithEnabled) return new Set();
  const servers = new Set(lost.flatMap(({name, addresses}) => [name, ...addresses]));
  const remotes = getRemoteConnections(cib).filter((one) => servers.has(getValue(one.params, 'server') ?? one.id));
  return new Set([...lost.map(({name}) => name), ...remotes.map(({id}) => id)]);
}

/** Members of the configuration and of the partition, then remote nodes: those whose connection runs are online. */
export function getNodes(
  cib: Cib,
  partition: Partition,
  running: ClusterState['running'],
  lost: ReadonlySet<string>,
): readonly ModelledNode[] {
  const configured = new Map(cib.nodes.map((node) => [node.uname, node]));
  const up = new Map(partition.members.map((member) => [member.name, member]));
  const names = new Set([
    ...cib.nodes.filter((node) => node.type === 'member').map((node) => node.uname),
    ...up.keys(),
  ]);
  const members = [...names].map((name) => {
    const id = configured.get(name)?.id ?? String(up.get(name)?.nodeId ?? 0);
    const online = up.has(name);
    return describeNode({name, id, type: 'member', online, unclean: !online && lost.has(name)}, configured);
  });
  const active = new Set([...up.keys()].flatMap((name) => running[name] ?? []));
  const connections = new Map(getRemoteConnections(cib).map((connection) => [connection.id, connection]));
  const remoteNames = new Set([
    ...connections.keys(),
    ...cib.nodes.filter(({type}) => type === 'remote').map(({uname}) => uname),
  ]);
  const remotes = [...remoteNames].map((name) => {
    const connection = configured.has(name) ? undefined : connections.get(name);
    const unclean = lost.has(name);
    const online = active.has(name) && !unclean;
    if (connection !== undefined) return describeConnection(connection)[getStateName(online, unclean)];
    return describeNode({name, id: configured.get(name)?.id ?? name, type: 'remote', online, unclean}, configured);
  });
  return [...members, ...remotes];
}
