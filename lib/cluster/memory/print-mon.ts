import type {XmlElement} from '../cib.ts';
import {element} from '../cib-render-parts.ts';
import {getProperty} from '../lookup.ts';
import {freezeDeep} from '../values.ts';
import {keepText, renderDocument, renderXml} from '../xml.ts';
import type {ModelledNode} from './nodes.ts';
import type {Instance, ShownRoot, Snapshot} from './snapshot.ts';

function text(value: boolean): string {
  return value ? 'true' : 'false';
}

function summaryElement(snapshot: Snapshot): XmlElement {
  const {dc, version, quorate, now, nodes, instanceCount, disabledCount, cib} = snapshot;
  const {'cib-last-written': time = '', 'update-user': user = '', 'update-client': client = ''} = cib.attributes;
  const property = (name: string, otherwise: string): string => getProperty(cib, name) ?? otherwise;
  return element('summary', {}, [
    element('stack', {type: 'corosync'}),
    element('current_dc', {present: 'true', version, ...dc, with_quorum: text(quorate), mixed_version: 'false'}),
    element('last_update', {time: now}),
    element('last_change', {time, user, client, origin: cib.attributes['update-origin'] ?? ''}),
    element('nodes_configured', {number: String(nodes.length)}),
    element('resources_configured', {number: String(instanceCount), disabled: String(disabledCount), blocked: '0'}),
    element('cluster_options', {
      'stonith-enabled': property('stonith-enabled', 'true'),
      'symmetric-cluster': property('symmetric-cluster', 'true'),
      'no-quorum-policy': property('no-quorum-policy', 'stop'),
      'maintenance-mode': property('maintenance-mode', 'false'),
      'stop-all-resources': 'false',
      'stonith-timeout-ms': '60000',
      'priority-fencing-delay-ms': '0',
    }),
  ]);
}

function nodeElement(node: ModelledNode, snapshot: Snapshot, count: number): XmlElement {
  return element('node', {
    name: node.name,
    id: node.id,
    online: text(node.online),
    standby: text(node.standby),
    standby_onfail: 'false',
    maintenance: text(node.maintenance),
    pending: 'false',
    unclean: text(node.unclean),
    health: 'green',
    shutdown: 'false',
    expected_up: text((node.online || node.unclean) && node.type === 'member'),
    is_dc: text(node.name === snapshot.dc.name),
    resources_running: String(count),
    type: node.type,
  });
}

function resourceElement(instance: Instance, ids: ReadonlyMap<string, string>): XmlElement {
  const {id, agent, node} = instance;
  const attributes = {
    id,
    resource_agent: agent,
    role: node === null ? 'Stopped' : 'Started',
    ...(instance.isStopped ? {target_role: 'Stopped'} : {}),
    active: text(node !== null),
    orphaned: 'false',
    blocked: 'false',
    managed: text(!instance.isUnmanaged),
    failed: 'false',
    failure_ignored: 'false',
    nodes_running_on: node === null ? '0' : '1',
  };
  const where = node === null ? [] : [element('node', {name: node, id: ids.get(node) ?? node, cached: 'true'})];
  return element('resource', attributes, where);
}

function groupElement(id: string, members: readonly Instance[], ids: ReadonlyMap<string, string>): XmlElement {
  const attributes = {
    id,
    number_resources: String(members.length),
    managed: text(members.every((member) => !member.isUnmanaged)),
    disabled: text(members.every((member) => member.isStopped)),
  };
  return element(
    'group',
    attributes,
    members.map((member) => resourceElement(member, ids)),
  );
}

function rootElements({root, copies}: ShownRoot, ids: ReadonlyMap<string, string>): readonly XmlElement[] {
  const {group} = root;
  const inner = copies.flatMap((copy, i) => {
    if (group === null) return copy.map((instance) => resourceElement(instance, ids));
    return [groupElement(root.clone === null ? group.id : `${group.id}:${i}`, copy, ids)];
  });
  if (root.clone === null) return inner;
  const promotable = root.clone.meta
    .flatMap((set) => set.pairs)
    .some((pair) => pair.name === 'promotable' && pair.value === 'true');
  const attributes = {
    id: root.id,
    multi_state: text(root.clone.kind === 'master' || promotable),
    unique: 'false',
    managed: text(root.members.every((member) => !member.isUnmanaged)),
    disabled: text(root.members.every((member) => member.isStopped)),
    failed: 'false',
    failure_ignored: 'false',
  };
  return [element('clone', attributes, inner)];
}

function getSections(snapshot: Snapshot): readonly XmlElement[] {
  return [summaryElement(snapshot), ...getStillSections(snapshot)];
}

const known = new WeakMap<Snapshot['roots'], readonly XmlElement[]>();

/** Nodes and resources, which say the same until the cluster moves: worked out and written once. */
function getStillSections(snapshot: Snapshot): readonly XmlElement[] {
  const sections = known.get(snapshot.roots) ?? freezeDeep(describeSections(snapshot));
  known.set(snapshot.roots, sections);
  sections.forEach(keepText);
  return sections;
}

function describeSections(snapshot: Snapshot): readonly XmlElement[] {
  const ids = new Map(snapshot.nodes.map((node) => [node.name, node.id]));
  const counts = new Map<string, number>();
  for (const {node} of snapshot.roots.flatMap(({copies}) => copies.flat())) {
    if (node !== null) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  const nodes = snapshot.nodes.map((node) => nodeElement(node, snapshot, counts.get(node.name) ?? 0));
  return [
    element('nodes', {}, nodes),
    element(
      'resources',
      {},
      snapshot.roots.flatMap((shown) => rootElements(shown, ids)),
    ),
  ];
}

/** The XML of `crm_mon --output-as=xml`. */
export function printMonitorXml(snapshot: Snapshot): string {
  const attributes = {'api-version': '2.25', request: 'crm_mon --output-as=xml'};
  const status = element('status', {code: '0', message: 'OK'});
  return renderDocument(element('pacemaker-result', attributes, [...getSections(snapshot), status]));
}

/** The XML of `crm_mon -X`, the older form. */
export function printMonitorLegacyXml(snapshot: Snapshot): string {
  const version = snapshot.version.replace(/-.*$/, '');
  return renderXml(element('crm_mon', {version}, getSections(snapshot)));
}
