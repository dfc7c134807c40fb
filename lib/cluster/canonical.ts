import type {AttributeSet, Cib, Constraint, Operation, Resource, Tag, XmlElement} from './cib.ts';
import {compareText, freezeDeep, isRecord} from './values.ts';

function byId<T extends {readonly id: string}>(list: readonly T[]): readonly T[] {
  return list.toSorted((left, right) => compareText(left.id, right.id));
}

/** A set with its pairs by name; the order of sets counts in Pacemaker, that of pairs does not. */
function canonicalSet(set: AttributeSet): AttributeSet {
  return {
    ...set,
    pairs: set.pairs.toSorted((left, right) => compareText(left.name, right.name) || compareText(left.id, right.id)),
  };
}

function canonicalOperation(operation: Operation): Operation {
  return {...operation, meta: operation.meta.map(canonicalSet), params: operation.params.map(canonicalSet)};
}

/** A resource in the form in which equal ones are equal: pairs and operations in order of name. */
export function canonicalResource(resource: Resource): Resource {
  if (resource.kind === 'other') return resource;
  const base = {meta: resource.meta.map(canonicalSet), params: resource.params.map(canonicalSet)};
  if (resource.kind !== 'primitive' && resource.kind !== 'template') return {...resource, ...base};
  return {
    ...resource,
    ...base,
    utilization: resource.utilization.map(canonicalSet),
    operations: byId(resource.operations.map(canonicalOperation)),
  };
}

/** A tag with its members sorted: it is a set of ids. */
export function canonicalTag(tag: Tag): Tag {
  return {...tag, members: tag.members.toSorted(compareText)};
}

/** Whether two objects mean the same; the ids of their parts count, the order of pairs and operations does not. */
export function canonicalValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonicalValue);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, canonicalField(key, inner)]));
}

function sortKey(value: unknown): string {
  if (!isRecord(value)) return '';
  const {name, id} = value;
  return `${typeof name === 'string' ? name : ''}\u0000${typeof id === 'string' ? id : ''}\u0000${JSON.stringify(value)}`;
}

function canonicalField(key: string, value: unknown): unknown {
  const inner = canonicalValue(value);
  if (!Array.isArray(inner) || (key !== 'pairs' && key !== 'operations')) return inner;
  return inner.toSorted((left, right) => compareText(sortKey(left), sortKey(right)));
}

/** Whether a section holds anything: an empty one means the same as none. */
export function hasContent(section: XmlElement): boolean {
  return section.children.length > 0 || Object.keys(section.attributes).length > 0;
}

/** Lists whose order Pacemaker gives no meaning are sorted by id: two texts of one configuration become equal. */
export function canonicalCib(cib: Cib): Cib {
  const constraints: readonly Constraint[] = byId(cib.constraints);
  return freezeDeep({
    ...cib,
    properties: byId(cib.properties.map(canonicalSet)),
    rscDefaults: byId(cib.rscDefaults.map(canonicalSet)),
    opDefaults: byId(cib.opDefaults.map(canonicalSet)),
    nodes: byId(cib.nodes.map((node) => ({...node, attributes: node.attributes.map(canonicalSet)}))),
    resources: byId(cib.resources.map(canonicalResource)),
    constraints,
    tags: byId(cib.tags.map(canonicalTag)),
    alerts: byId(cib.alerts),
    fencingLevels: byId(cib.fencingLevels),
    other: cib.other.filter(hasContent).toSorted((left, right) => compareText(left.name, right.name)),
  });
}

/**
 * An object without the ids of its parts, its pairs and operations sorted: what two writers that name parts differently
 * (crmsh, pcs, a charm) still agree on.
 */
export function withoutPartIds(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutPartIds(item, depth + 1));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([key]) => depth === 0 || key !== 'id');
  const plain = Object.fromEntries(entries.map(([key, inner]) => [key, withoutPartIds(inner, depth + 1)]));
  return canonicalValue(plain);
}
