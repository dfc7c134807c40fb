import {withoutPartIds} from './canonical.ts';
import type {Cib, Constraint, Resource, XmlElement} from './cib.ts';
import {
  alertElement,
  constraintElement,
  fencingLevelElement,
  nodeElement,
  resourceElement,
  tagElement,
} from './cib-render.ts';
import {element, setElement} from './cib-render-parts.ts';
import {parseCrm} from './crm-parse.ts';
import {
  printAlert,
  printColocation,
  printContainer,
  printLocation,
  printNode,
  printOrder,
  printPrimitive,
  printPropertySet,
  printTag,
  printTopology,
} from './crm-print-objects.ts';
import type {Lines} from './crm-print-objects.ts';
import {ClusterSyntaxError} from './errors.ts';
import {compareText, isEqual, isRecord} from './values.ts';
import {renderXml} from './xml.ts';

/** One object on its way to text: its rank among the others, its names, and its two forms. */
interface Printable {
  readonly rank: number;
  readonly id: string;
  /** Other names it answers to: the name of a node. */
  readonly alias: string;
  readonly value: unknown;
  readonly lines: Lines | null;
  readonly xml: () => XmlElement;
  /** Where the object comes out when its text is read again. */
  readonly find: (cib: Cib) => unknown;
}

const ranks = {
  node: 0,
  template: 1,
  primitive: 2,
  other: 3,
  group: 4,
  master: 5,
  clone: 6,
  tag: 7,
  constraint: 8,
  topology: 9,
  property: 10,
  rscDefaults: 11,
  opDefaults: 12,
  alert: 13,
} as const;

function linesOfResource(resource: Resource): Lines | null {
  switch (resource.kind) {
    case 'primitive':
    case 'template':
      return printPrimitive(resource);
    case 'group':
    case 'clone':
    case 'master':
      return printContainer(resource);
    case 'other':
      return null;
  }
}

function linesOfConstraint(constraint: Constraint): Lines | null {
  switch (constraint.kind) {
    case 'location':
      return printLocation(constraint);
    case 'colocation':
      return printColocation(constraint);
    case 'order':
      return printOrder(constraint);
    case 'other':
      return null;
  }
}

function printableResources(cib: Cib): readonly Printable[] {
  const index = new Map(cib.resources.map((resource) => [resource.id, resource]));
  return cib.resources.map((value) => ({
    rank: ranks[value.kind],
    id: value.id,
    alias: value.id,
    value,
    lines: linesOfResource(value),
    xml: () => resourceElement(value, index),
    find: (read) => read.resources.find((resource) => resource.id === value.id),
  }));
}

function printableConstraints(cib: Cib): readonly Printable[] {
  return cib.constraints.map((value) => ({
    rank: value.kind === 'other' ? ranks.topology : ranks.constraint,
    id: value.id,
    alias: value.id,
    value,
    lines: linesOfConstraint(value),
    xml: () => constraintElement(value),
    find: (read) => read.constraints.find((constraint) => constraint.id === value.id),
  }));
}

const setKinds = [
  {list: 'properties', keyword: 'property', rank: ranks.property, tag: 'cluster_property_set'},
  {list: 'rscDefaults', keyword: 'rsc_defaults', rank: ranks.rscDefaults, tag: 'meta_attributes'},
  {list: 'opDefaults', keyword: 'op_defaults', rank: ranks.opDefaults, tag: 'meta_attributes'},
] as const;

function printableSets(cib: Cib): readonly Printable[] {
  return setKinds.flatMap(({list, keyword, rank, tag}) =>
    cib[list].map((value) => ({
      rank,
      id: value.id,
      alias: value.id,
      value,
      lines: printPropertySet(keyword, value),
      xml: () => {
        const own = setElement(tag, value);
        return list === 'properties' ? own : element(keyword, {}, [own]);
      },
      find: (read: Cib) => read[list].find((set) => set.id === value.id),
    })),
  );
}

function printableTopology(cib: Cib): readonly Printable[] {
  if (cib.fencingLevels.length === 0) return [];
  const id = 'fencing_topology';
  return [
    {
      rank: ranks.topology,
      id,
      alias: id,
      value: cib.fencingLevels,
      lines: printTopology(cib),
      xml: () => element('fencing-topology', {}, cib.fencingLevels.map(fencingLevelElement)),
      find: (read) => read.fencingLevels,
    },
  ];
}

function printableRest(cib: Cib): readonly Printable[] {
  const nodes = cib.nodes.map((value) => ({
    rank: ranks.node,
    id: value.id,
    alias: value.uname,
    value,
    lines: printNode(value),
    xml: () => nodeElement(value),
    find: (read: Cib) => read.nodes.find((node) => node.id === value.id),
  }));
  const tags = cib.tags.map((value) => ({
    rank: ranks.tag,
    id: value.id,
    alias: value.id,
    value,
    lines: printTag(value),
    xml: () => tagElement(value),
    find: (read: Cib) => read.tags.find((tag) => tag.id === value.id),
  }));
  const alerts = cib.alerts.map((value) => ({
    rank: ranks.alert,
    id: value.id,
    alias: value.id,
    value,
    lines: printAlert(value),
    xml: () => alertElement(value),
    find: (read: Cib) => read.alerts.find((alert) => alert.id === value.id),
  }));
  return [...nodes, ...tags, ...alerts];
}

/** Comments in the XML are not shown in crm syntax, and no reason to fall back to XML. */
function withoutComments(value: unknown): unknown {
  if (!isRecord(value) || !Array.isArray(value['other'])) return value;
  return {...value, other: value['other'].filter((item) => !isRecord(item) || item['name'] !== '#comment')};
}

function readBack(text: string, nodes: string): Cib | null {
  try {
    return parseCrm(nodes + text);
  } catch (error) {
    if (error instanceof ClusterSyntaxError) return null;
    throw error;
  }
}

/** Whether reading the text gives the object again; if not, only XML can say what it is. */
function isFaithful(printable: Printable, text: string, nodes: string): boolean {
  const read = readBack(text, printable.rank === ranks.topology ? nodes : '');
  return (
    read !== null && isEqual(withoutPartIds(printable.find(read)), withoutPartIds(withoutComments(printable.value)))
  );
}

function printObject(printable: Printable, nodes: string): string {
  const text = printable.lines?.join(' \\\n\t');
  if (text !== undefined && isFaithful(printable, text, nodes)) return text;
  return `xml ${renderXml(printable.xml()).trimEnd().split('\n').join(' \\\n')}`;
}

/**
 * The objects of a CIB as `crm configure show` of crmsh 4.4 prints them: nodes, templates, primitives, groups, masters,
 * clones, tags, constraints, fencing topology, properties, defaults, alerts, each kind by id. With `ids`, only those
 * objects (nodes also by name). What crm syntax can not express is printed as `xml`, as the `crm` shell does.
 */
export function printCrm(cib: Cib, ids?: readonly string[]): string {
  const wanted = ids === undefined ? null : new Set(ids);
  const nodes = cib.nodes.map((node) => `node ${node.uname}\n`).join('');
  return [
    ...printableRest(cib),
    ...printableResources(cib),
    ...printableConstraints(cib),
    ...printableTopology(cib),
    ...printableSets(cib),
  ]
    .filter(({id, alias}) => wanted === null || wanted.has(id) || wanted.has(alias))
    .sort((left, right) => left.rank - right.rank || compareText(left.id, right.id))
    .map((printable) => `${printObject(printable, nodes)}\n`)
    .join('');
}
