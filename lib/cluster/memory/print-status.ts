import type {Instance, ShownRoot, Snapshot} from './snapshot.ts';
import type {ModelledNode} from './nodes.ts';
import {compareText} from '../values.ts';

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function printLastChange({attributes}: Snapshot['cib']): string {
  const {
    'cib-last-written': time = '',
    'update-user': user,
    'update-client': client,
    'update-origin': origin,
  } = attributes;
  const by = user === undefined ? '' : ` by ${user}`;
  const via = client === undefined ? '' : ` via ${client}`;
  const on = origin === undefined ? '' : ` on ${origin}`;
  return `${time}${by}${via}${on}`;
}

function printSummary(snapshot: Snapshot): readonly string[] {
  const {dc, version, quorate, now, nodes, instanceCount, disabledCount, cib} = snapshot;
  const disabled = disabledCount === 0 ? '' : ` (${disabledCount} DISABLED)`;
  return [
    'Cluster Summary:',
    '  * Stack: corosync',
    `  * Current DC: ${dc.name} (version ${version}) - partition ${quorate ? 'with' : 'WITHOUT'} quorum`,
    `  * Last updated: ${now}`,
    `  * Last change:  ${printLastChange(cib)}`,
    `  * ${plural(nodes.length, 'node')} configured`,
    `  * ${plural(instanceCount, 'resource instance')} configured${disabled}`,
  ];
}

function getOddState(node: ModelledNode): string | null {
  if (node.unclean) return 'UNCLEAN (offline)';
  if (node.standby) return node.online ? 'standby' : 'OFFLINE (standby)';
  if (node.maintenance) return node.online ? 'maintenance' : 'OFFLINE (maintenance)';
  return null;
}

const nodeLists = [
  {title: 'Online', type: 'member', online: true},
  {title: 'OFFLINE', type: 'member', online: false},
  {title: 'RemoteOnline', type: 'remote', online: true},
  {title: 'RemoteOFFLINE', type: 'remote', online: false},
] as const;

function printNodes(nodes: readonly ModelledNode[]): readonly string[] {
  const odd = nodes.filter((node) => getOddState(node) !== null);
  const plain = nodes.filter((node) => getOddState(node) === null);
  const lists = nodeLists.flatMap(({title, type, online}) => {
    const names = plain.filter((node) => node.type === type && node.online === online).map((node) => node.name);
    return names.length === 0 ? [] : [`  * ${title}: [ ${names.join(' ')} ]`];
  });
  const singles = odd.map(
    (node) => `  * ${node.type === 'remote' ? 'RemoteNode' : 'Node'} ${node.name}: ${getOddState(node) ?? ''}`,
  );
  return [...singles, ...lists];
}

function printInstance(instance: Instance, indent: string): string {
  const {id, agent, node, isUnclean, isStopped, isUnmanaged} = instance;
  const state = node === null ? 'Stopped' : `Started ${node}`;
  const flags = [
    ...(isUnclean ? ['UNCLEAN'] : []),
    ...(isStopped ? ['disabled'] : []),
    ...(isUnmanaged ? ['unmanaged'] : []),
  ];
  const notes = flags.length === 0 ? '' : ` (${flags.join(', ')})`;
  return `${indent}* ${id}\t(${agent}):\t ${state}${notes}`;
}

function printGroup(id: string, members: readonly Instance[], indent: string): readonly string[] {
  const isDisabled = members.every((member) => member.isStopped);
  const notes = isDisabled ? ' (disabled)' : '';
  return [
    `${indent}* Resource Group: ${id}${notes}:`,
    ...members.map((member) => printInstance(member, `${indent}  `)),
  ];
}

/** A copy on a lost node has lines of its own. */
function printCopy({group}: ShownRoot['root'], copy: readonly Instance[], index: number): readonly string[] {
  if (group !== null) return printGroup(`${group.id}:${index}`, copy, '    ');
  return copy.map((instance) => printInstance(instance, '    '));
}

function printClone({root, copies}: ShownRoot, snapshot: Snapshot, showAll: boolean): readonly string[] {
  const inner = root.group?.id ?? root.members[0]?.primitive.id ?? '';
  const active = copies.filter((copy) => copy.some((instance) => instance.node !== null));
  const lost = active.filter((copy) => copy.some((instance) => instance.isUnclean));
  const started = active.flatMap((copy) => (lost.includes(copy) ? [] : (copy[0]?.node ?? []))).sort(compareText);
  const idle = copies.length - active.length;
  const free = snapshot.nodes.filter((node) => node.online && !started.includes(node.name)).map((node) => node.name);
  const isUnmanaged = root.members.some((member) => member.isUnmanaged);
  const notes = isUnmanaged ? ' (unmanaged)' : '';
  return [
    `  * Clone Set: ${root.id} [${inner}]${notes}:`,
    ...lost.flatMap((copy) => printCopy(root, copy, copies.indexOf(copy))),
    ...(started.length === 0 ? [] : [`    * Started: [ ${started.join(' ')} ]`]),
    ...(idle > 0 && showAll && free.length > 0 ? [`    * Stopped: [ ${free.slice(0, idle).join(' ')} ]`] : []),
  ];
}

function printRoot(shown: ShownRoot, snapshot: Snapshot, showAll: boolean): readonly string[] {
  const {root, copies} = shown;
  const instances = copies.flat();
  if (!showAll && instances.every((instance) => instance.node === null)) return [];
  if (root.clone !== null) return printClone(shown, snapshot, showAll);
  if (root.group !== null) return printGroup(root.group.id, instances, '  ');
  return instances.map((instance) => printInstance(instance, '  '));
}

function printFailures(snapshot: Snapshot): readonly string[] {
  const failed = snapshot.roots
    .flatMap(({copies}) => copies.flat())
    .filter((instance) => instance.isFailed && !instance.isStopped);
  if (failed.length === 0) return [];
  const lines = failed.map(
    ({id}) => `  * ${id} start on ${snapshot.dc.name} returned 'error' (No executor connection)`,
  );
  return ['', 'Failed Resource Actions:', ...lines];
}

/** The text of `crm_mon -1`, or with `showAll` of `crm_mon -1 -r`, as Pacemaker 2.1 prints it. */
export function printMonitor(snapshot: Snapshot, showAll: boolean): string {
  const resources = snapshot.roots.flatMap((shown) => printRoot(shown, snapshot, showAll));
  const none = `  * No ${showAll ? '' : 'active '}resources`;
  return [
    ...printSummary(snapshot),
    '',
    'Node List:',
    ...printNodes(snapshot.nodes),
    '',
    showAll ? 'Full List of Resources:' : 'Active Resources:',
    ...(resources.length === 0 ? [none] : resources),
    ...printFailures(snapshot),
    '',
  ].join('\n');
}
