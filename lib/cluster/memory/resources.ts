import type {AttributeSet, Cib, Clone, Group, Primitive, Resource, Template} from '../cib.ts';
import {getChildIds, getProperty, getRscDefault, getValue} from '../lookup.ts';
import {getScoreValue} from './scores.ts';

/** A primitive with what it inherits, as placement needs it. */
export interface PlacedPrimitive {
  readonly primitive: Primitive;
  /** `class` and the rest with the template's filled in. */
  readonly agentClass: string;
  readonly provider: string;
  readonly type: string;
  readonly stickiness: number;
  readonly isStopped: boolean;
  readonly isUnmanaged: boolean;
}

/** A resource that stands by itself: a primitive, a group, or a clone of either. */
export interface Root {
  readonly id: string;
  readonly kind: 'primitive' | 'group' | 'clone';
  readonly clone: Clone | null;
  readonly group: Group | null;
  /** The primitive, or the members of the group in their order. */
  readonly members: readonly PlacedPrimitive[];
  readonly priority: number;
}

/** What placement asks of the configuration besides constraints. */
export interface Configuration {
  readonly roots: readonly Root[];
  /** The root that each resource belongs to, by resource id. */
  readonly rootOf: ReadonlyMap<string, Root>;
  readonly isSymmetric: boolean;
  readonly isStonithEnabled: boolean;
  readonly hasStonithDevice: boolean;
  readonly quorumPolicy: string;
}

function isTrue(value: string | null, otherwise: boolean): boolean {
  return value === null ? otherwise : ['true', 'on', 'yes', 'y', '1'].includes(value.toLowerCase());
}

type Chain = readonly (readonly AttributeSet[])[];

function findMeta(cib: Cib, chain: Chain, name: string): string | null {
  for (const sets of chain) {
    const value = getValue(sets, name);
    if (value !== null) return value;
  }
  return getRscDefault(cib, name);
}

function isUnmanaged(cib: Cib, chain: Chain): boolean {
  const isManaged = isTrue(findMeta(cib, chain, 'is-managed'), true);
  const inMaintenance = isTrue(findMeta(cib, chain, 'maintenance'), false);
  return !isManaged || inMaintenance || isTrue(getProperty(cib, 'maintenance-mode'), false);
}

function getStickiness(cib: Cib, chain: Chain, holders: readonly Resource[]): number {
  const isCloned = holders.some((holder) => holder.kind === 'clone' || holder.kind === 'master');
  const written = findMeta(cib, chain, 'resource-stickiness');
  return written === null ? Number(isCloned) : getScoreValue(written);
}

function getTemplate(primitive: Primitive, index: ResourceIndex): Template | null {
  const template = primitive.template === undefined ? undefined : index.get(primitive.template);
  return template?.kind === 'template' ? template : null;
}

function placePrimitive(
  cib: Cib,
  primitive: Primitive,
  holders: readonly Resource[],
  index: ResourceIndex,
): PlacedPrimitive {
  const template = getTemplate(primitive, index);
  const above = holders.flatMap((holder) => (holder.kind === 'other' ? [] : [holder.meta]));
  const chain = [primitive.meta, ...(template === null ? [] : [template.meta]), ...above];
  const {class: agentClass = '', provider = '', type = ''} = template ?? primitive;
  return {
    primitive,
    agentClass,
    provider,
    type,
    stickiness: getStickiness(cib, chain, holders),
    isStopped: findMeta(cib, chain, 'target-role')?.toLowerCase() === 'stopped',
    isUnmanaged: isUnmanaged(cib, chain),
  };
}

type ResourceIndex = ReadonlyMap<string, Resource>;

function getMembers(cib: Cib, resource: Resource, holders: readonly Resource[], index: ResourceIndex) {
  if (resource.kind === 'primitive') return [placePrimitive(cib, resource, holders, index)];
  return getChildIds(resource).flatMap((id): readonly PlacedPrimitive[] => {
    const child = index.get(id);
    return child?.kind === 'primitive' ? [placePrimitive(cib, child, [resource, ...holders], index)] : [];
  });
}

function getKind(resource: Resource): Root['kind'] {
  if (resource.kind === 'primitive' || resource.kind === 'group') return resource.kind;
  return 'clone';
}

function toRoot(cib: Cib, resource: Resource, index: ResourceIndex): readonly Root[] {
  if (resource.kind === 'template' || resource.kind === 'other') return [];
  const clone = resource.kind === 'clone' || resource.kind === 'master' ? resource : null;
  const inner = clone === null ? resource : index.get(clone.child);
  if (inner === undefined) return [];
  const members = getMembers(cib, inner, clone === null ? [] : [clone], index);
  const priority = getScoreValue(findMeta(cib, [resource.meta], 'priority') ?? undefined);
  const group = inner.kind === 'group' ? inner : null;
  return [{id: resource.id, kind: getKind(resource), clone, group, members, priority}];
}

function readConfiguration(cib: Cib): Configuration {
  const index = new Map(cib.resources.map((resource) => [resource.id, resource]));
  const held = new Set(cib.resources.flatMap(getChildIds));
  const roots = cib.resources.filter(({id}) => !held.has(id)).flatMap((resource) => toRoot(cib, resource, index));
  const rootOf = new Map<string, Root>();
  for (const root of roots) {
    const ids = [root.id, root.group?.id ?? root.id, ...root.members.map(({primitive}) => primitive.id)];
    for (const id of ids) rootOf.set(id, root);
  }
  const devices = roots.flatMap((root) => root.members).filter((member) => member.agentClass === 'stonith');
  return {
    roots: roots.toSorted((a, b) => b.priority - a.priority),
    rootOf,
    isSymmetric: isTrue(getProperty(cib, 'symmetric-cluster'), true),
    isStonithEnabled: isTrue(getProperty(cib, 'stonith-enabled'), true),
    hasStonithDevice: devices.length > 0,
    quorumPolicy: getProperty(cib, 'no-quorum-policy')?.toLowerCase() ?? 'stop',
  };
}

const known = new WeakMap<Cib, Configuration>();

/** What placement asks of a CIB; worked out once for each CIB value. */
export function getConfiguration(cib: Cib): Configuration {
  const before = known.get(cib);
  if (before !== undefined) return before;
  const configuration = readConfiguration(cib);
  known.set(cib, configuration);
  return configuration;
}
