import {cibElement} from './cib-render.ts';
import type {Change} from './change.ts';
import {applyChange, isEmptyChange} from './change.ts';
import {checkConstraint} from './check-constraints.ts';
import {checkValues} from './check-values.ts';
import type {AttributeSet, Cib, Operation, Primitive, Resource, Template, XmlElement} from './cib.ts';
import {isValidId} from './ids.ts';
import {getChildIds, getXmlIds} from './lookup.ts';
import {remember} from './memo.ts';
import {isXmlText} from './xml.ts';

/** Something in a CIB that Pacemaker would refuse or that can not be meant. No value is quoted. */
export interface Problem {
  /** The object it is about. */
  readonly id: string;
  readonly problem: string;
}

const references = new Set(['resource_ref', 'obj_ref', 'role', '#comment']);

/** Ids that must differ from each other: all but those of nodes, and of references to other objects. */
const getIds = remember((element: XmlElement): readonly string[] => {
  if (references.has(element.name)) return [];
  const id = element.attributes['id'];
  const own = id !== undefined && element.name !== 'node' ? [id] : [];
  return element.children.length === 0 ? own : [...own, ...element.children.flatMap(getIds)];
});

const hasInvalidId = remember((element: XmlElement): boolean => {
  if (references.has(element.name)) return false;
  const id = element.attributes['id'];
  return (id !== undefined && element.name !== 'node' && !isValidId(id)) || element.children.some(hasInvalidId);
});

function checkIds(root: XmlElement): readonly Problem[] {
  const ids = root.children.flatMap(getIds);
  if (new Set(ids).size === ids.length && !root.children.some(hasInvalidId)) return [];
  const seen = new Set<string>();
  return ids.flatMap((id) => {
    if (seen.has(id)) return [{id, problem: 'the id is there twice'}];
    seen.add(id);
    return isValidId(id) ? [] : [{id, problem: 'the id is no XML name (letters, digits, `.`, `-`, `_`)'}];
  });
}

function findUnprintable(element: XmlElement): string | null {
  for (const [name, value] of Object.entries(element.attributes)) {
    if (!isXmlText(value)) return name;
  }
  return null;
}

const isPrintable = remember(
  (element: XmlElement): boolean => findUnprintable(element) === null && element.children.every(isPrintable),
);

function checkTexts(element: XmlElement, owner: string): readonly Problem[] {
  if (isPrintable(element)) return [];
  const id = element.attributes['id'] ?? owner;
  const name = findUnprintable(element);
  const own = name === null ? [] : [{id, problem: `\`${name}\` holds a control character`}];
  return [...own, ...element.children.flatMap((child) => checkTexts(child, id))];
}

function checkSets(id: string, sets: readonly AttributeSet[]): readonly Problem[] {
  return sets.flatMap((set) => {
    const names = set.pairs.map((pair) => pair.name);
    if (names.includes('')) return [{id, problem: 'an attribute has no name'}];
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    return twice === undefined ? [] : [{id, problem: `the attribute ${twice} is there twice in one set`}];
  });
}

function checkOperations(id: string, operations: readonly Operation[]): readonly Problem[] {
  const seen = new Set<string>();
  return operations.flatMap((operation) => {
    const {name, attributes} = operation;
    const key = `${name} ${attributes['interval'] ?? ''} ${attributes['role'] ?? ''}`;
    if (name === '' || attributes['interval'] === undefined)
      return [{id, problem: 'an operation has no name or interval'}];
    if (seen.has(key)) return [{id, problem: `the operation ${name} is there twice with one interval`}];
    seen.add(key);
    return [];
  });
}

function checkAgent(resource: Primitive | Template, index: ReadonlyMap<string, Resource>): readonly Problem[] {
  const {id, type} = resource;
  const template = resource.kind === 'primitive' ? resource.template : undefined;
  if (template !== undefined) {
    return index.get(template)?.kind === 'template' ? [] : [{id, problem: `there is no template ${template}`}];
  }
  if ([resource.class, type].some((part) => part === undefined || part === '')) {
    return [{id, problem: 'neither an agent nor a template'}];
  }
  if (resource.class !== 'ocf') return resource.provider === undefined ? [] : [{id, problem: 'only OCF has providers'}];
  return resource.provider === undefined ? [{id, problem: 'an OCF agent needs a provider'}] : [];
}

function checkChild(resource: Resource, childId: string, index: ReadonlyMap<string, Resource>): readonly Problem[] {
  const child = index.get(childId);
  if (child === undefined) return [{id: resource.id, problem: `there is no resource ${childId}`}];
  const isFit = child.kind === 'primitive' || (resource.kind !== 'group' && child.kind === 'group');
  return isFit ? [] : [{id: resource.id, problem: `a ${resource.kind} can not hold ${childId}`}];
}

function checkAgentResource(resource: Primitive | Template, index: ReadonlyMap<string, Resource>): readonly Problem[] {
  const {id, meta, params, operations} = resource;
  return [
    ...checkSets(id, meta),
    ...checkSets(id, params),
    ...checkAgent(resource, index),
    ...checkOperations(id, operations),
  ];
}

/** A resource that names no other is as right or wrong in one CIB as in the next. */
const checkAlone = remember((resource: Primitive | Template) => checkAgentResource(resource, new Map()));

function checkResource(resource: Resource, index: ReadonlyMap<string, Resource>): readonly Problem[] {
  if (resource.kind === 'other') return [];
  const {id} = resource;
  if (resource.kind === 'primitive' || resource.kind === 'template') {
    return resource.kind === 'primitive' && resource.template !== undefined
      ? checkAgentResource(resource, index)
      : checkAlone(resource);
  }
  const own = [...checkSets(id, resource.meta), ...checkSets(id, resource.params)];
  const children = getChildIds(resource);
  const empty = children.length === 0 ? [{id, problem: 'the group is empty'}] : [];
  return [...own, ...empty, ...children.flatMap((child) => checkChild(resource, child, index))];
}

function checkHolders(resources: readonly Resource[]): readonly Problem[] {
  const holders = new Map<string, string>();
  return resources.flatMap((resource) =>
    getChildIds(resource).flatMap((child) => {
      const other = holders.get(child);
      holders.set(child, resource.id);
      return other === undefined ? [] : [{id: child, problem: `is in ${other} and in ${resource.id}`}];
    }),
  );
}

function checkResources(cib: Cib): readonly Problem[] {
  const index = new Map(cib.resources.map((resource) => [resource.id, resource]));
  const twice = cib.resources.filter((resource) => index.get(resource.id) !== resource);
  return [
    ...twice.map(({id}) => ({id, problem: 'the id is there twice'})),
    ...checkHolders(cib.resources),
    ...cib.resources.flatMap((resource) => checkResource(resource, index)),
  ];
}

function checkRest(cib: Cib, targets: ReadonlySet<string>): readonly Problem[] {
  const levels = cib.fencingLevels.flatMap(({id, devices, index}) => {
    const missing = devices.filter((device) => !targets.has(device));
    const problems = missing.map((device) => ({id, problem: `there is no fencing device ${device}`}));
    return /^[1-9]$/.test(index) ? problems : [...problems, {id, problem: 'the index of a level is 1 to 9'}];
  });
  const tags = cib.tags.filter((tag) => tag.members.length === 0).map(({id}) => ({id, problem: 'the tag is empty'}));
  const alerts = cib.alerts
    .filter((alert) => alert.path === '')
    .map(({id}) => ({id, problem: 'the alert has no path'}));
  const sets = [...cib.properties, ...cib.rscDefaults, ...cib.opDefaults].flatMap((set) => checkSets(set.id, [set]));
  return [...levels, ...tags, ...alerts, ...sets];
}

function checkNodes(cib: Cib): readonly Problem[] {
  const names = new Set<string>();
  return cib.nodes.flatMap(({id, uname, attributes}) => {
    const isTwice = names.has(uname);
    names.add(uname);
    const own = isTwice ? [{id, problem: `the node ${uname} is there twice`}] : [];
    const empty = id === '' || uname === '' ? [{id, problem: 'a node without id or name'}] : [];
    return [...own, ...empty, ...checkSets(id, attributes)];
  });
}

/**
 * What is wrong with a CIB: objects that are named and do not exist, a resource in two places, ids that are there twice or
 * are no ids, scores that are none, values that the schema does not have, empty groups ... An empty list says that Pacemaker would take it.
 */
export const checkCib = remember((cib: Cib): readonly Problem[] => {
  const bundled = cib.resources.flatMap((resource) => (resource.kind === 'other' ? getXmlIds(resource.xml) : []));
  const targets = new Set([...cib.resources.map(({id}) => id), ...cib.tags.map(({id}) => id), ...bundled]);
  const root = cibElement({...cib, status: null});
  return [
    ...checkIds(root),
    ...checkResources(cib),
    ...cib.constraints.flatMap((constraint) => checkConstraint(constraint, targets)),
    ...checkRest(cib, targets),
    ...checkNodes(cib),
    ...root.children.flatMap((child) => [...checkTexts(child, child.name), ...checkValues(child, child.name)]),
  ];
});

/** The problems that a change would bring into a CIB: what was wrong before it does not stand in its way. */
export function checkChange(change: Change, have: Cib): readonly Problem[] {
  if (isEmptyChange(change)) return [];
  const known = new Set(checkCib(have).map(({id, problem}) => `${id} ${problem}`));
  return checkCib(applyChange(change, have)).filter(({id, problem}) => !known.has(`${id} ${problem}`));
}
