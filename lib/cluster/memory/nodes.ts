import type {Cib, Primitive} from '../cib.ts';
import {getValue} from '../lookup.ts';
import {remember} from '../memo.ts';
import type {Partition} from './membership.ts';
import type {NodeAttributes} from './rules.ts';
import type {ClusterHost, ClusterState} from './world.ts';

/** A node as placement and the status programs see it. */
export interface ModelledNode {
  readonly name: string;
  readonly id: string;
  readonly type: 'member' | 'remote';
  readonly online: boolean;
  readonly standby: boolean;
  readonly maintenance: boolean;
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

function describeNode(
  base: Pick<ModelledNode, 'name' | 'id' | 'type' | 'online'>,
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
    attributes,
  };
}

/** A remote node of which the configuration knows nothing but its connection. */
const describeConnection = remember(({id}: Primitive) => {
  const base = {name: id, id, type: 'remote'} as const;
  const unknown: Configured = new Map();
  return {
    online: describeNode({...base, online: true}, unknown),
    offline: describeNode({...base, online: false}, unknown),
  };
});

/** Members of the configuration and of the partition, then remote nodes: those whose connection runs are online. */
export function getNodes(cib: Cib, partition: Partition, running: ClusterState['running']): readonly ModelledNode[] {
  const configured = new Map(cib.nodes.map((node) => [node.uname, node]));
  const up = new Map(partition.members.map((member) => [member.name, member]));
  const names = new Set([
    ...cib.nodes.filter((node) => node.type === 'member').map((node) => node.uname),
    ...up.keys(),
  ]);
  const members = [...names].map((name) => {
    const id = configured.get(name)?.id ?? String(up.get(name)?.nodeId ?? 0);
    return describeNode({name, id, type: 'member', online: up.has(name)}, configured);
  });
  const active = new Set([...up.keys()].flatMap((name) => running[name] ?? []));
  const connections = new Map(getRemoteConnections(cib).map((connection) => [connection.id, connection]));
  const remoteNames = new Set([
    ...connections.keys(),
    ...cib.nodes.filter(({type}) => type === 'remote').map(({uname}) => uname),
  ]);
  const remotes = [...remoteNames].map((name) => {
    const connection = configured.has(name) ? undefined : connections.get(name);
    const online = active.has(name);
    if (connection !== undefined) return describeConnection(connection)[online ? 'online' : 'offline'];
    return describeNode({name, id: configured.get(name)?.id ?? name, type: 'remote', online}, configured);
  });
  return [...members, ...remotes];
}
