import type {Change} from './change.ts';
import {applyChange} from './change.ts';
import type {Cib, Resource, XmlElement} from './cib.ts';
import {element} from './cib-render-parts.ts';
import type {ResourceIndex} from './cib-render.ts';
import {configurationElement, constraintElement, getRoots, resourceElement} from './cib-render.ts';
import {getChildIds} from './lookup.ts';
import {isEqual} from './values.ts';
import {getChild, renderXml} from './xml.ts';

const configurationPath = '/cib/configuration';

/** One object of a section. Hardly any of them changes, so its element is made only when it is asked for. */
interface Item {
  readonly id: string;
  /** The values that it is made of: where they are the very same, so is the element. */
  readonly parts: readonly object[];
  readonly render: () => XmlElement;
}

function getParts(resource: Resource, index: ResourceIndex): readonly object[] {
  const children = getChildIds(resource).map((id) => index.get(id));
  return [resource, ...children.flatMap((child) => (child === undefined ? [] : getParts(child, index)))];
}

/** The objects of a section of the configuration; null for a section that is not modelled, or has objects without an id. */
function getItems(cib: Cib, section: XmlElement): readonly Item[] | null {
  const items = getSectionItems(cib, section);
  return items.every(({id}) => id !== '') ? items : null;
}

function getSectionItems({resources, constraints}: Cib, section: XmlElement): readonly Item[] {
  if (section.name === 'resources') {
    const index = new Map(resources.map((resource) => [resource.id, resource]));
    return getRoots(resources).map((resource) => ({
      id: resource.id,
      parts: getParts(resource, index),
      render: () => resourceElement(resource, index),
    }));
  }
  if (section.name === 'constraints') {
    return constraints.map((one) => ({id: one.id, parts: [one], render: () => constraintElement(one)}));
  }
  return section.children.map((child) => ({
    id: child.attributes['id'] ?? '',
    parts: [child],
    render: () => child,
  }));
}

function isSameItem(left: Item | undefined, right: Item): boolean {
  if (left === undefined) return false;
  const isSame = left.parts.length === right.parts.length && left.parts.every((part, i) => part === right.parts[i]);
  return isSame || isEqual(left.render(), right.render());
}

function pathOf(section: string, item: XmlElement): string {
  return `${configurationPath}/${section}/${item.name}[@id='${item.attributes['id'] ?? ''}']`;
}

interface Steps {
  readonly deletes: readonly XmlElement[];
  readonly creates: readonly XmlElement[];
}

function create(path: string, position: number, content: XmlElement): XmlElement {
  return element('change', {operation: 'create', path, position: String(position)}, [content]);
}

/** An object that differs is taken out and put in again whole, at the place where it should stand. */
function getSteps(section: string, before: readonly Item[], after: readonly Item[]): Steps {
  const old = new Map(before.map((item) => [item.id, item]));
  const current = new Map(after.map((item) => [item.id, item]));
  const gone = before.filter((item) => !isSameItem(current.get(item.id), item));
  const path = `${configurationPath}/${section}`;
  return {
    deletes: gone.map((item) => element('change', {operation: 'delete', path: pathOf(section, item.render())})),
    creates: after.flatMap((item, position) =>
      isSameItem(old.get(item.id), item) ? [] : [create(path, position, item.render())],
    ),
  };
}

/**
 * Pacemaker looks for the place of each step anew, so its time grows with the square of their number: 3,200 objects took
 * 19.5 s one by one and 1.2 s as two sections, and 400 about as long either way (Pacemaker 2.1.5 on a CIB file).
 */
const maxSteps = 200;

/** A configuration, and its sections: what stands in `<resources>` and `<constraints>` is left out of them. */
interface Outline {
  readonly cib: Cib;
  readonly sections: readonly XmlElement[];
}

function getOutline(cib: Cib): Outline {
  return {cib, sections: configurationElement({...cib, resources: [], constraints: []}).children};
}

function getSection({sections}: Outline, name: string): XmlElement | null {
  return sections.find((section) => section.name === name) ?? null;
}

function getOutlineItems(outline: Outline, name: string): readonly Item[] | null {
  const section = getSection(outline, name);
  return section === null ? null : getItems(outline.cib, section);
}

/** The steps object by object; null for a section that is not modelled, not there yet, or changed in very many places. */
function getSmallSteps(name: string, before: Outline, after: Outline): Steps | null {
  const from = getOutlineItems(before, name);
  const to = getOutlineItems(after, name);
  if (from === null || to === null) return null;
  const steps = getSteps(name, from, to);
  return steps.deletes.length + steps.creates.length <= maxSteps ? steps : null;
}

/** Where there are no small steps the section is one object. */
function getSectionSteps(name: string, before: Outline, after: Outline, position: number): Steps {
  const small = getSmallSteps(name, before, after);
  if (small !== null) return small;
  const from = getChild(configurationElement(before.cib), name);
  const to = getChild(configurationElement(after.cib), name);
  if (isEqual(from, to)) return {deletes: [], creates: []};
  return {
    deletes: from === null ? [] : [element('change', {operation: 'delete', path: `${configurationPath}/${name}`})],
    creates: to === null ? [] : [create(configurationPath, position, to)],
  };
}

interface Step {
  readonly section: string;
  readonly steps: Steps;
}

function getAllSteps(change: Change, base: Cib): readonly Step[] {
  const before = getOutline(base);
  const after = getOutline(applyChange(change, base));
  const names = [...new Set([...after.sections, ...before.sections].map(({name}) => name))];
  return names.map((section, position) => ({section, steps: getSectionSteps(section, before, after, position)}));
}

/** What `cibadmin` is to be called with, and its standard input. */
export interface Update {
  readonly args: readonly string[];
  readonly stdin: string;
}

/**
 * A change as one call of `cibadmin` and so one transaction, which Pacemaker refuses when the configuration was changed since
 * `base`. `num_updates` is not asked for: it counts what resources report, which is no reason to plan again (seen with Pacemaker
 * 2.1.5: an attribute that the input does not name is not compared).
 */
export function renderUpdate(change: Change, base: Cib): Update {
  const steps = getAllSteps(change, base);
  return renderAddition(steps, base) ?? {args: ['--patch', '--xml-pipe'], stdin: renderPatch(steps, base)};
}

/**
 * Objects that are new, as something to merge in: it costs Pacemaker a third of what a patch does (0.11 s instead of 0.35 s among 800
 * remotes). With its version named, a configuration would go back where it is newer, which Pacemaker refuses. Null when the change
 * is more than new objects in sections that are there.
 */
function renderAddition(steps: readonly Step[], base: Cib): Update | null {
  const changed = steps.filter(({steps: {deletes, creates}}) => deletes.length + creates.length > 0);
  const isNew = ({section, steps: {deletes, creates}}: Step): boolean =>
    deletes.length === 0 && creates.every(({attributes}) => attributes['path'] === `${configurationPath}/${section}`);
  if (!changed.every(isNew)) return null;
  const sections = changed.map(({section, steps: {creates}}) =>
    element(
      section,
      {},
      creates.flatMap(({children}) => children),
    ),
  );
  const {adminEpoch, epoch} = base.version;
  const cib = element('cib', {admin_epoch: adminEpoch, epoch}, [element('configuration', {}, sections)]);
  return {args: ['--modify', '--allow-create', '--xml-pipe'], stdin: renderXml(cib)};
}

function renderPatch(steps: readonly Step[], base: Cib): string {
  const {adminEpoch, epoch} = base.version;
  const target = {admin_epoch: adminEpoch, epoch: String(Number(epoch) + 1), num_updates: '0'};
  return renderXml(
    element('diff', {format: '2'}, [
      element('version', {}, [element('source', {admin_epoch: adminEpoch, epoch}), element('target', target)]),
      ...steps.flatMap(({steps: {deletes}}) => deletes),
      ...steps.flatMap(({steps: {creates}}) => creates),
    ]),
  );
}
