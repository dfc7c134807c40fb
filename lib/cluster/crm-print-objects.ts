import type {
  Alert,
  AttributeSet,
  Cib,
  Clone,
  ClusterNode,
  Colocation,
  FencingLevel,
  Group,
  Location,
  Order,
  Primitive,
  ResourceSet,
  Tag,
  Template,
} from './cib.ts';
import {
  printDescription,
  printOperation,
  printPair,
  printRule,
  printScore,
  printSet,
  printSets,
  quote,
} from './crm-print-parts.ts';
import {getChildIds} from './lookup.ts';

/** The lines of an object: the head, then what stands behind a tab. */
export type Lines = readonly string[];

/** class:provider:type; OCF agents of the provider heartbeat are printed by their type, as the `crm` shell does. */
export function printAgent(resource: Primitive | Template): string {
  const {class: agentClass, provider, type = ''} = resource;
  if (provider === 'heartbeat') return type;
  return [agentClass, provider, type].filter((part) => part !== undefined).join(':');
}

/** A primitive or a template. */
export function printPrimitive(resource: Primitive | Template): Lines {
  const template = resource.kind === 'primitive' ? resource.template : undefined;
  const agent = template === undefined ? printAgent(resource) : `@${template}`;
  const keyword = resource.kind === 'primitive' ? 'primitive' : 'rsc_template';
  return [
    `${keyword} ${resource.id} ${agent}`,
    ...printDescription(resource.description),
    ...printSets('params', resource.params),
    ...printSets('meta', resource.meta),
    ...printSets('utilization', resource.utilization),
    ...resource.operations.flatMap(printOperation),
  ];
}

const containerKeywords = {group: 'group', clone: 'clone', master: 'ms'} as const;

/** A group, a clone or a master. */
export function printContainer(resource: Group | Clone): Lines {
  return [
    [containerKeywords[resource.kind], resource.id, ...getChildIds(resource)].join(' '),
    ...printDescription(resource.description),
    ...printSets('params', resource.params),
    ...printSets('meta', resource.meta),
  ];
}

function isFalse(value: string | undefined): boolean {
  return value !== undefined && ['false', 'off', 'no', 'n', '0'].includes(value.toLowerCase());
}

function printResourceSet(set: ResourceSet, qualifier: string | undefined): readonly string[] {
  const members = set.members.map((member) => (qualifier === undefined ? member : `${member}:${qualifier}`));
  if (isFalse(set.requireAll)) {
    return ['[', ...members, ...(isFalse(set.sequential) ? [] : ['sequential=true']), ']'];
  }
  return isFalse(set.sequential) ? ['(', ...members, ')'] : members;
}

function printResourceSets(sets: readonly ResourceSet[], kind: 'location' | 'colocation' | 'order'): readonly string[] {
  const words = sets.flatMap((set) => printResourceSet(set, (kind === 'order' ? set.action : undefined) ?? set.role));
  const count = sets.flatMap((set) => set.members).length;
  const last = sets.at(-1);
  const isPlain = !isFalse(last?.sequential) && !isFalse(last?.requireAll);
  return kind !== 'location' && isPlain && count <= 2 ? ['_rsc_set_', ...words] : words;
}

/** A location constraint. */
export function printLocation(location: Location): Lines {
  const {id, resource, resourcePattern, sets, role, resourceDiscovery, node, score} = location;
  const byPattern = resourcePattern === undefined ? undefined : `/${resourcePattern}/`;
  const target = resource ?? byPattern ?? ['{', ...printResourceSets(sets, 'location'), '}'].join(' ');
  const head = [
    'location',
    id,
    target,
    ...(role === undefined ? [] : [`role=${role}`]),
    ...(resourceDiscovery === undefined ? [] : [`resource-discovery=${resourceDiscovery}`]),
    ...(node === undefined ? [] : [`${printScore(score ?? '')}: ${node}`]),
  ];
  return [head.join(' '), ...location.rules.map((rule) => `rule ${printRule(rule)}`)];
}

function withQualifier(id: string | undefined, qualifier: string | undefined): string {
  return qualifier === undefined ? (id ?? '') : `${id ?? ''}:${qualifier}`;
}

/** A colocation constraint. */
export function printColocation(colocation: Colocation): Lines {
  const {id, score, sets, nodeAttribute, resource, resourceRole, withRole} = colocation;
  const simple = [withQualifier(resource, resourceRole), withQualifier(colocation.with, withRole)];
  const words = [
    'colocation',
    id,
    ...(score === undefined ? [] : [`${printScore(score)}:`]),
    ...(sets.length === 0 ? simple : printResourceSets(sets, 'colocation')),
    ...(nodeAttribute === undefined ? [] : [`node-attribute=${nodeAttribute}`]),
  ];
  return [words.join(' ')];
}

/** An order constraint. */
export function printOrder(order: Order): Lines {
  const {id, orderKind, score, sets, symmetrical, first, firstAction, then, thenAction} = order;
  const kind = score === undefined ? orderKind : printScore(score);
  const simple = [withQualifier(first, firstAction), withQualifier(then, thenAction)];
  const words = [
    'order',
    id,
    ...(kind === undefined ? [] : [`${kind}:`]),
    ...(sets.length === 0 ? simple : printResourceSets(sets, 'order')),
    ...(symmetrical === undefined ? [] : [`symmetrical=${symmetrical}`]),
  ];
  return [words.join(' ')];
}

/** A node. */
export function printNode(node: ClusterNode): Lines {
  const isSame = node.id === node.uname;
  const id = /^[\w.-]+$/.test(node.id) ? `${node.id}: ` : `$id="${node.id}" `;
  return [
    `node ${isSame ? '' : id}${node.uname}${node.type === 'remote' ? ':remote' : ''}`,
    ...printDescription(node.description),
    ...printSets('attributes', node.attributes),
    ...printSets('utilization', node.utilization),
  ];
}

/** A tag. */
export function printTag(tag: Tag): Lines {
  return [['tag', tag.id, ...tag.members].join(' ')];
}

/** A property set or a set of defaults: one pair a line. */
export function printPropertySet(keyword: string, set: AttributeSet): Lines {
  const id = /^[\w.-]+$/.test(set.id) ? `${set.id}:` : `$id="${set.id}"`;
  return [`${keyword} ${id}`, ...set.rules.map((rule) => `rule ${printRule(rule)}`), ...set.pairs.map(printPair)];
}

function printTarget(level: FencingLevel): string {
  if (level.targetPattern !== undefined) return `pattern:${level.targetPattern}`;
  if (level.targetAttribute !== undefined) return `attr:${level.targetAttribute}=${level.targetValue ?? ''}`;
  return `${level.target ?? ''}:`;
}

/** The fencing topology: a line for each target, or one line when all nodes use the same devices. */
export function printTopology(cib: Pick<Cib, 'fencingLevels' | 'nodes'>): Lines {
  const byTarget = new Map<string, FencingLevel[]>();
  for (const level of cib.fencingLevels) {
    const target = printTarget(level);
    byTarget.set(target, [...(byTarget.get(target) ?? []), level]);
  }
  const lines = [...byTarget].map(([target, levels]) => {
    const sorted = levels.toSorted((a, b) => Number(a.index) - Number(b.index));
    return {target, devices: sorted.map((level) => level.devices.join(',')).join(' ')};
  });
  const isSame = new Set(lines.map((line) => line.devices)).size === 1 && lines.length === cib.nodes.length;
  if (isSame) return [`fencing_topology ${lines[0]?.devices ?? ''}`];
  return ['fencing_topology', ...lines.map(({target, devices}) => `${target} ${devices}`)];
}

function printSelect(alert: Alert): readonly string[] {
  return alert.other
    .filter((child) => child.name === 'select')
    .map((select) => {
      const words = select.children.flatMap((child) => {
        const name = child.name.replace(/^select_/, '');
        if (child.name !== 'select_attributes') return [name];
        return [name, '{', ...child.children.map((attribute) => attribute.attributes['name'] ?? ''), '}'];
      });
      return ['select', ...words].join(' ');
    });
}

/** An alert. */
export function printAlert(alert: Alert): Lines {
  return [
    `alert ${alert.id} ${quote(alert.path)}`,
    ...printDescription(alert.description),
    ...printSets('attributes', alert.params),
    ...printSets('meta', alert.meta),
    ...printSelect(alert),
    ...alert.recipients.map((recipient) =>
      [
        'to',
        quote(recipient.value),
        ...recipient.meta.map((set) => printSet('meta', set)),
        ...recipient.params.map((set) => printSet('attributes', set)),
      ].join(' '),
    ),
  ];
}
