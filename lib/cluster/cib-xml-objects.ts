import type {Alert, AlertRecipient, ClusterNode, Constraint, FencingLevel, Resource, Tag, XmlElement} from './cib.ts';
import {
  getAttribute,
  hasOnly,
  isAttributeSet,
  isOperations,
  isResourceSet,
  isRule,
  readAttributeSets,
  readOperations,
  readResourceSets,
  readRule,
} from './cib-xml-parts.ts';
import {rememberReading} from './memo.ts';
import {compact} from './values.ts';
import {getChildren} from './xml.ts';

const resourceTags = new Set(['primitive', 'group', 'clone', 'master', 'bundle', 'template']);
const agentNames = new Set(['id', 'class', 'provider', 'type', 'template', 'description']);
const containerNames = new Set(['id', 'description']);
const locationNames = new Set(['id', 'rsc', 'rsc-pattern', 'node', 'score', 'role', 'resource-discovery']);
const colocationNames = new Set([
  'id',
  'score',
  'rsc',
  'rsc-role',
  'with-rsc',
  'with-rsc-role',
  'node-attribute',
  'influence',
]);
const orderNames = new Set([
  'id',
  'first',
  'first-action',
  'then',
  'then-action',
  'kind',
  'score',
  'symmetrical',
  'require-all',
]);

function isOwnSet(element: XmlElement): boolean {
  return ['meta_attributes', 'instance_attributes', 'utilization'].some((name) => isAttributeSet(element, name));
}

function readBase(element: XmlElement, isKnown: (child: XmlElement) => boolean) {
  return {
    id: getAttribute(element, 'id'),
    description: element.attributes['description'],
    meta: readAttributeSets(element, 'meta_attributes'),
    params: readAttributeSets(element, 'instance_attributes'),
    other: element.children.filter((child) => !isOwnSet(child) && !isKnown(child)),
  };
}

const readAgent = rememberReading((element: XmlElement): Resource => {
  const {attributes} = element;
  const agent = {
    ...readBase(element, isOperations),
    class: attributes['class'],
    provider: attributes['provider'],
    type: attributes['type'],
    utilization: readAttributeSets(element, 'utilization'),
    operations: readOperations(element),
  };
  return element.name === 'template'
    ? compact({kind: 'template' as const, ...agent})
    : compact({kind: 'primitive' as const, ...agent, template: attributes['template']});
});

function isResource(element: XmlElement): boolean {
  return resourceTags.has(element.name);
}

function readContainer(element: XmlElement): readonly Resource[] | null {
  const children = element.children.filter(isResource);
  const members = children.map((child) => getAttribute(child, 'id'));
  const inner = children.flatMap(readResource);
  const base = readBase(element, isResource);
  if (element.name === 'group') return [compact({kind: 'group' as const, ...base, members}), ...inner];
  const child = members[0];
  if (child === undefined || members.length > 1) return null;
  const kind = element.name === 'master' ? ('master' as const) : ('clone' as const);
  return [compact({kind, ...base, child}), ...inner];
}

function readKnownResource(element: XmlElement): readonly Resource[] | null {
  switch (element.name) {
    case 'primitive':
    case 'template':
      return hasOnly(element, agentNames) ? [readAgent(element)] : null;
    case 'group':
    case 'clone':
    case 'master':
      return hasOnly(element, containerNames) ? readContainer(element) : null;
    default:
      return null;
  }
}

/** A resource and what it holds: a group is followed by its members. What the model can not express stays XML. */
export function readResource(element: XmlElement): readonly Resource[] {
  return readKnownResource(element) ?? [{kind: 'other', id: getAttribute(element, 'id'), xml: element}];
}

function readLocation(element: XmlElement): Constraint {
  const {attributes} = element;
  return compact({
    kind: 'location' as const,
    id: getAttribute(element, 'id'),
    resource: attributes['rsc'],
    resourcePattern: attributes['rsc-pattern'],
    sets: readResourceSets(element),
    node: attributes['node'],
    score: attributes['score'],
    role: attributes['role'],
    resourceDiscovery: attributes['resource-discovery'],
    rules: element.children.filter(isRule).map(readRule),
    other: element.children.filter((child) => !isRule(child) && !isResourceSet(child)),
  });
}

function readColocation(element: XmlElement): Constraint {
  const {attributes} = element;
  return compact({
    kind: 'colocation' as const,
    id: getAttribute(element, 'id'),
    score: attributes['score'],
    resource: attributes['rsc'],
    resourceRole: attributes['rsc-role'],
    with: attributes['with-rsc'],
    withRole: attributes['with-rsc-role'],
    nodeAttribute: attributes['node-attribute'],
    influence: attributes['influence'],
    sets: readResourceSets(element),
    other: element.children.filter((child) => !isResourceSet(child)),
  });
}

function readOrder(element: XmlElement): Constraint {
  const {attributes} = element;
  return compact({
    kind: 'order' as const,
    id: getAttribute(element, 'id'),
    first: attributes['first'],
    firstAction: attributes['first-action'],
    then: attributes['then'],
    thenAction: attributes['then-action'],
    orderKind: attributes['kind'],
    score: attributes['score'],
    symmetrical: attributes['symmetrical'],
    requireAll: attributes['require-all'],
    sets: readResourceSets(element),
    other: element.children.filter((child) => !isResourceSet(child)),
  });
}

/** A constraint; one that the model can not express stays XML. */
export const readConstraint = rememberReading((element: XmlElement): Constraint => {
  if (element.name === 'rsc_location' && hasOnly(element, locationNames)) return readLocation(element);
  if (element.name === 'rsc_colocation' && hasOnly(element, colocationNames)) return readColocation(element);
  if (element.name === 'rsc_order' && hasOnly(element, orderNames)) return readOrder(element);
  return {kind: 'other', id: getAttribute(element, 'id'), xml: element};
});

/** A `<node>`; every type but `remote` is a member. */
export const readNode = rememberReading((element: XmlElement): ClusterNode => {
  const {attributes, children} = element;
  return compact({
    id: getAttribute(element, 'id'),
    uname: getAttribute(element, 'uname'),
    type: attributes['type'] === 'remote' ? ('remote' as const) : ('member' as const),
    description: attributes['description'],
    attributes: readAttributeSets(element, 'instance_attributes'),
    utilization: readAttributeSets(element, 'utilization'),
    other: children.filter(
      (child) => !isAttributeSet(child, 'instance_attributes') && !isAttributeSet(child, 'utilization'),
    ),
  });
});

/** A `<tag>`. */
export function readTag(element: XmlElement): Tag {
  return {
    id: getAttribute(element, 'id'),
    members: getChildren(element, 'obj_ref').map((child) => getAttribute(child, 'id')),
  };
}

function readRecipient(element: XmlElement): AlertRecipient {
  return {
    id: getAttribute(element, 'id'),
    value: getAttribute(element, 'value'),
    params: readAttributeSets(element, 'instance_attributes'),
    meta: readAttributeSets(element, 'meta_attributes'),
  };
}

/** An `<alert>`. */
export function readAlert(element: XmlElement): Alert {
  return compact({
    id: getAttribute(element, 'id'),
    path: getAttribute(element, 'path'),
    description: element.attributes['description'],
    params: readAttributeSets(element, 'instance_attributes'),
    meta: readAttributeSets(element, 'meta_attributes'),
    recipients: getChildren(element, 'recipient').map(readRecipient),
    other: element.children.filter((child) => child.name !== 'recipient' && !isOwnSet(child)),
  });
}

/** A `<fencing-level>`. */
export function readFencingLevel(element: XmlElement): FencingLevel {
  const {attributes} = element;
  return compact({
    id: getAttribute(element, 'id'),
    index: getAttribute(element, 'index'),
    target: attributes['target'],
    targetPattern: attributes['target-pattern'],
    targetAttribute: attributes['target-attribute'],
    targetValue: attributes['target-value'],
    devices: getAttribute(element, 'devices')
      .split(',')
      .map((device) => device.trim())
      .filter((device) => device !== ''),
  });
}
