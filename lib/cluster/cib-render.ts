import type {
  Alert,
  AlertRecipient,
  AttributeSet,
  Cib,
  Clone,
  ClusterNode,
  Colocation,
  Constraint,
  FencingLevel,
  Group,
  Location,
  Order,
  Primitive,
  Resource,
  Tag,
  Template,
  XmlElement,
} from './cib.ts';
import {
  element,
  operationsElements,
  resourceSetElements,
  ruleElement,
  setElement,
  setElements,
} from './cib-render-parts.ts';
import {getChildIds} from './lookup.ts';
import {rememberElement} from './memo.ts';
import {renderXml} from './xml.ts';

/** Resources by id: a container's element holds the elements of its children. */
export type ResourceIndex = ReadonlyMap<string, Resource>;

const agentElement = rememberElement((resource: Primitive | Template): XmlElement => {
  const {id, class: agentClass, provider, type, description} = resource;
  const template = resource.kind === 'primitive' ? resource.template : undefined;
  return element(resource.kind, {id, class: agentClass, provider, type, template, description}, [
    ...setElements('instance_attributes', resource.params),
    ...setElements('meta_attributes', resource.meta),
    ...setElements('utilization', resource.utilization),
    ...operationsElements(resource.operations),
    ...resource.other,
  ]);
});

function containerElement(resource: Group | Clone, index: ResourceIndex): XmlElement {
  const children = getChildIds(resource).flatMap((id) => {
    const child = index.get(id);
    return child === undefined ? [] : [resourceElement(child, index)];
  });
  return element(resource.kind, {id: resource.id, description: resource.description}, [
    ...setElements('meta_attributes', resource.meta),
    ...setElements('instance_attributes', resource.params),
    ...children,
    ...resource.other,
  ]);
}

/** A resource with all that it holds as XML. */
export function resourceElement(resource: Resource, index: ResourceIndex): XmlElement {
  switch (resource.kind) {
    case 'primitive':
    case 'template':
      return agentElement(resource);
    case 'group':
    case 'clone':
    case 'master':
      return containerElement(resource, index);
    case 'other':
      return resource.xml;
  }
}

function locationElement(location: Location): XmlElement {
  const {id, resource, resourcePattern, role, resourceDiscovery, score, node} = location;
  return element(
    'rsc_location',
    {id, rsc: resource, 'rsc-pattern': resourcePattern, role, 'resource-discovery': resourceDiscovery, score, node},
    [...resourceSetElements(location.sets), ...location.rules.map(ruleElement), ...location.other],
  );
}

function colocationElement(colocation: Colocation): XmlElement {
  const {id, score, resource, resourceRole, withRole, nodeAttribute, influence} = colocation;
  return element(
    'rsc_colocation',
    {
      id,
      score,
      'node-attribute': nodeAttribute,
      rsc: resource,
      'rsc-role': resourceRole,
      'with-rsc': colocation.with,
      'with-rsc-role': withRole,
      influence,
    },
    [...resourceSetElements(colocation.sets), ...colocation.other],
  );
}

function orderElement(order: Order): XmlElement {
  const {id, orderKind, score, symmetrical, requireAll, first, firstAction, then, thenAction} = order;
  return element(
    'rsc_order',
    {
      id,
      kind: orderKind,
      score,
      symmetrical,
      'require-all': requireAll,
      first,
      'first-action': firstAction,
      then,
      'then-action': thenAction,
    },
    [...resourceSetElements(order.sets), ...order.other],
  );
}

/** A constraint as XML. */
export const constraintElement = rememberElement((constraint: Constraint): XmlElement => {
  switch (constraint.kind) {
    case 'location':
      return locationElement(constraint);
    case 'colocation':
      return colocationElement(constraint);
    case 'order':
      return orderElement(constraint);
    case 'other':
      return constraint.xml;
  }
});

/** A node as XML; `member` is Pacemaker's default and not written. */
export const nodeElement = rememberElement((node: ClusterNode): XmlElement => {
  const type = node.type === 'remote' ? 'remote' : undefined;
  return element('node', {id: node.id, uname: node.uname, type, description: node.description}, [
    ...setElements('instance_attributes', node.attributes),
    ...setElements('utilization', node.utilization),
    ...node.other,
  ]);
});

/** A tag as XML. */
export function tagElement(tag: Tag): XmlElement {
  return element(
    'tag',
    {id: tag.id},
    tag.members.map((id) => element('obj_ref', {id})),
  );
}

function recipientElement(recipient: AlertRecipient): XmlElement {
  return element('recipient', {id: recipient.id, value: recipient.value}, [
    ...setElements('meta_attributes', recipient.meta),
    ...setElements('instance_attributes', recipient.params),
  ]);
}

/** An alert as XML. `crm` prints the sets in the order in which they stand there, and itself writes the attributes first. */
export function alertElement(alert: Alert): XmlElement {
  return element('alert', {id: alert.id, path: alert.path, description: alert.description}, [
    ...setElements('instance_attributes', alert.params),
    ...setElements('meta_attributes', alert.meta),
    ...alert.other,
    ...alert.recipients.map(recipientElement),
  ]);
}

/** A fencing level as XML. */
export function fencingLevelElement(level: FencingLevel): XmlElement {
  const {id, index, target, targetPattern, targetAttribute, targetValue, devices} = level;
  return element('fencing-level', {
    id,
    target,
    'target-pattern': targetPattern,
    'target-attribute': targetAttribute,
    'target-value': targetValue,
    index,
    devices: devices.join(','),
  });
}

function optional(name: string, children: readonly XmlElement[]): readonly XmlElement[] {
  return children.length === 0 ? [] : [element(name, {}, children)];
}

function sets(name: string, list: readonly AttributeSet[]): readonly XmlElement[] {
  return list.map((set) => setElement(name, set));
}

/** The resources that no other holds, which stand in `<resources>` themselves. */
export function getRoots(resources: Cib['resources']): readonly Resource[] {
  const held = new Set(resources.flatMap(getChildIds));
  return resources.filter((resource) => !held.has(resource.id));
}

const resourcesElement = rememberElement((resources: Cib['resources']): XmlElement => {
  const index = new Map(resources.map((resource) => [resource.id, resource]));
  return element(
    'resources',
    {},
    getRoots(resources).map((resource) => resourceElement(resource, index)),
  );
});

const constraintsElement = rememberElement((constraints: Cib['constraints']): XmlElement =>
  element('constraints', {}, constraints.map(constraintElement)),
);

/** The `<configuration>` of a CIB as an XML element. */
export function configurationElement(cib: Cib): XmlElement {
  const sections = [
    element('crm_config', {}, sets('cluster_property_set', cib.properties)),
    element('nodes', {}, cib.nodes.map(nodeElement)),
    resourcesElement(cib.resources),
    constraintsElement(cib.constraints),
    ...optional('tags', cib.tags.map(tagElement)),
    ...optional('fencing-topology', cib.fencingLevels.map(fencingLevelElement)),
    ...optional('rsc_defaults', sets('meta_attributes', cib.rscDefaults)),
    ...optional('op_defaults', sets('meta_attributes', cib.opDefaults)),
    ...optional('alerts', cib.alerts.map(alertElement)),
  ];
  const written = new Set(sections.map((section) => section.name));
  return element('configuration', {}, [...sections, ...cib.other.filter((section) => !written.has(section.name))]);
}

/** A CIB as an XML element. */
export function cibElement(cib: Cib): XmlElement {
  const {adminEpoch, epoch, numUpdates} = cib.version;
  const attributes = {
    ...cib.attributes,
    'validate-with': cib.validateWith,
    epoch,
    num_updates: numUpdates,
    admin_epoch: adminEpoch,
  };
  const status = cib.status ?? element('status', {});
  return element('cib', attributes, [configurationElement(cib), status]);
}

/**
 * A CIB as XML text, as Pacemaker writes one. Reading it gives an equal value.
 *
 * @throws UnprintableValueError when a value holds a control character.
 */
export function renderCibXml(cib: Cib): string {
  return renderXml(cibElement(cib));
}
