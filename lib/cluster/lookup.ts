import type {AttributeSet, Cib, Constraint, Resource, ResourceSet, XmlElement} from './cib.ts';
import {propertiesId, rscDefaultsId} from './cib.ts';
import type {NodeState, ResourceState} from './port.ts';

/** The ids of the resources that a group or a clone holds, in order; none for other resources. */
export function getChildIds(resource: Resource): readonly string[] {
  switch (resource.kind) {
    case 'group':
      return resource.members;
    case 'clone':
    case 'master':
      return [resource.child];
    case 'primitive':
    case 'template':
    case 'other':
      return [];
  }
}

/** The resource of that id, or null. */
export function getResource(cib: Cib, id: string): Resource | null {
  return cib.resources.find((resource) => resource.id === id) ?? null;
}

/** The value of a pair in the first set that has it, as Pacemaker takes it when no set has a rule or score; or null. */
export function getValue(sets: readonly AttributeSet[], name: string): string | null {
  for (const set of sets) {
    const pair = set.pairs.find((candidate) => candidate.name === name);
    if (pair?.value !== undefined) return pair.value;
  }
  return null;
}

/** A cluster property, or null when it is not set. `cib-bootstrap-options` wins over other sets, as in Pacemaker. */
export function getProperty(cib: Cib, name: string): string | null {
  const own = cib.properties.filter((set) => set.id === propertiesId);
  return getValue([...own, ...cib.properties.filter((set) => set.id !== propertiesId)], name);
}

/** A default of all resources, or null. */
export function getRscDefault(cib: Cib, name: string): string | null {
  const own = cib.rscDefaults.filter((set) => set.id === rscDefaultsId);
  return getValue([...own, ...cib.rscDefaults.filter((set) => set.id !== rscDefaultsId)], name);
}

/** All ids inside an XML element, itself included. */
export function getXmlIds(element: XmlElement): readonly string[] {
  const own = element.attributes['id'];
  return [...(own === undefined ? [] : [own]), ...element.children.flatMap(getXmlIds)];
}

function getReferences(element: XmlElement): readonly string[] {
  const {rsc, 'with-rsc': withResource, first, then, id} = element.attributes;
  const own = [rsc, withResource, first, then, element.name === 'resource_ref' ? id : undefined];
  return [...own.filter((name) => name !== undefined), ...element.children.flatMap(getReferences)];
}

function getSetMembers(sets: readonly ResourceSet[]): readonly string[] {
  return sets.flatMap((set) => set.members);
}

/** The ids of the resources (or tags) that a constraint names; a pattern names none. */
export function getConstraintTargets(constraint: Constraint): readonly string[] {
  switch (constraint.kind) {
    case 'location':
      return [...(constraint.resource === undefined ? [] : [constraint.resource]), ...getSetMembers(constraint.sets)];
    case 'colocation':
      return [
        ...[constraint.resource, constraint.with].filter((id) => id !== undefined),
        ...getSetMembers(constraint.sets),
      ];
    case 'order':
      return [
        ...[constraint.first, constraint.then].filter((id) => id !== undefined),
        ...getSetMembers(constraint.sets),
      ];
    case 'other':
      return getReferences(constraint.xml);
  }
}

/**
 * Remotes that a member is connected to. `crm_mon` calls one online from the moment its connection is being started, also when
 * that is about to fail: only a connection that stands counts.
 */
export function getConnectedRemotes(
  nodes: readonly NodeState[],
  resources: readonly ResourceState[],
): ReadonlySet<string> {
  const standing = resources.filter(({role, failed, orphaned}) => role === 'Started' && !failed && !orphaned);
  const names = new Set(standing.map(({id}) => id));
  const online = nodes.filter(({type, online: isOnline, unclean}) => type === 'remote' && isOnline && !unclean);
  return new Set(online.map(({name}) => name).filter((name) => names.has(name)));
}
