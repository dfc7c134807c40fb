import type {Cib, XmlElement} from '../cib.ts';
import {cibElement, renderCibXml} from '../cib-render.ts';
import {readCib} from '../cib-xml.ts';
import {checkCib} from '../check.ts';
import {canonicalCib} from '../canonical.ts';
import {ClusterSyntaxError} from '../errors.ts';
import {isEqual} from '../values.ts';
import {getChild, getChildren, parseXml} from '../xml.ts';
import type {Author} from './cibs.ts';
import {advance, compareVersions} from './cibs.ts';

/** How a call of cibadmin ended; `cib` is the new configuration when it changed. */
export interface CibadminResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly cib?: Cib;
}

function fail(exitCode: number, stderr: string): CibadminResult {
  return {exitCode, stdout: '', stderr: `Call failed: ${stderr}\n`};
}

const old = (): CibadminResult => fail(103, 'Update was older than existing configuration');
const diffFailed = (): CibadminResult => fail(1, 'Application of update diff failed, requesting full refresh');
const invalid = (): CibadminResult => fail(78, 'Update does not conform to the configured schema');
const noXml = (): CibadminResult => ({exitCode: 65, stdout: '', stderr: "Couldn't parse input from STDIN\n"});

function readInput(stdin: string): XmlElement | null {
  try {
    return parseXml(stdin, 'standard input');
  } catch (error) {
    if (error instanceof ClusterSyntaxError) return null;
    throw error;
  }
}

function isSameConfiguration(left: Cib, right: Cib): boolean {
  const plain = (cib: Cib): Cib => canonicalCib({...cib, version: right.version, attributes: {}, status: null});
  return isEqual(plain(left), plain(right));
}

/** `cibadmin --query`. */
export function queryCib(cib: Cib): CibadminResult {
  return {exitCode: 0, stdout: renderCibXml(cib), stderr: ''};
}

/** `cibadmin --replace --xml-pipe`: refused when it is older than what is there; a change without a new epoch gets one. */
export function replaceCib(cib: Cib, stdin: string, author: Author): CibadminResult {
  const root = readInput(stdin);
  if (root === null) return noXml();
  if (root.name !== 'cib') return invalid();
  const next = readCib(root);
  const order = compareVersions(next.version, cib.version);
  if (order < 0) return old();
  if (checkSchema(next)) return invalid();
  if (isSameConfiguration(cib, next)) return {exitCode: 0, stdout: '', stderr: ''};
  const {epoch, adminEpoch} = next.version;
  const isAdvanced = adminEpoch !== cib.version.adminEpoch || epoch !== cib.version.epoch;
  const written = advance({...next, attributes: cib.attributes}, author);
  const version = isAdvanced ? {...next.version, numUpdates: '0'} : written.version;
  return {exitCode: 0, stdout: '', stderr: '', cib: {...written, version}};
}

/** What Pacemaker's schema refuses; names of missing resources are none of its business. */
function checkSchema(cib: Cib): boolean {
  return checkCib(cib).some(({problem}) => /twice|no XML name|empty|score|neither an agent|control/.test(problem));
}

interface Target {
  readonly parents: readonly string[];
  readonly name: string;
  readonly id: string | null;
}

function getTarget(path: string): Target {
  const parts = path.replace(/^\/cib\//, '').split('/');
  const [, name = '', id] = /^([\w-]+)(?:\[@id='(.*)'\])?$/.exec(parts.at(-1) ?? '') ?? [];
  return {parents: parts.slice(0, -1), name, id: id ?? null};
}

/** The tree with `edit` made on the element that the names lead to; null where there is none. */
function edit(
  root: XmlElement,
  names: readonly string[],
  change: (element: XmlElement) => XmlElement | null,
): XmlElement | null {
  const [name, ...rest] = names;
  if (name === undefined) return change(root);
  const index = root.children.findIndex((child) => child.name === name);
  const child = root.children[index];
  const next = child === undefined ? null : edit(child, rest, change);
  return next === null ? null : {...root, children: root.children.with(index, next)};
}

function deleteAt(root: XmlElement, path: string): XmlElement | null {
  const {parents, name, id} = getTarget(path);
  return edit(root, parents, (parent) => {
    const isIt = (child: XmlElement): boolean => child.name === name && (id === null || child.attributes['id'] === id);
    return parent.children.some(isIt) ? {...parent, children: parent.children.filter((child) => !isIt(child))} : null;
  });
}

function createAt(root: XmlElement, step: XmlElement): XmlElement | null {
  const {path = '', position = ''} = step.attributes;
  const [content] = step.children;
  if (content === undefined) return null;
  return edit(
    root,
    path
      .replace(/^\/cib\/?/, '')
      .split('/')
      .filter((name) => name !== ''),
    (parent) => {
      const index = position === '' ? parent.children.length : Number(position);
      return {...parent, children: parent.children.toSpliced(index, 0, content)};
    },
  );
}

function applyStep(root: XmlElement | null, step: XmlElement): XmlElement | null {
  if (root === null) return null;
  const {operation, path = ''} = step.attributes;
  if (operation === 'delete') return deleteAt(root, path);
  return operation === 'create' ? createAt(root, step) : null;
}

function compareSource(cib: Cib, diff: XmlElement): number {
  const {
    admin_epoch: adminEpoch,
    epoch,
    num_updates: numUpdates,
  } = getChild(getChild(diff, 'version'), 'source')?.attributes ?? {};
  const {version} = cib;
  const source = {
    adminEpoch: adminEpoch ?? version.adminEpoch,
    epoch: epoch ?? version.epoch,
    numUpdates: numUpdates ?? version.numUpdates,
  };
  return compareVersions(version, source);
}

/** `cibadmin --patch --xml-pipe`: refused unless the configuration is the patch's source. */
export function patchCib(cib: Cib, stdin: string, author: Author): CibadminResult {
  const root = readInput(stdin);
  if (root?.name !== 'diff') return noXml();
  const order = compareSource(cib, root);
  if (order > 0) return old();
  if (order < 0) return diffFailed();
  const patched = getChildren(root, 'change').reduce<XmlElement | null>(applyStep, cibElement(cib));
  if (patched === null) return diffFailed();
  const next = readCib(patched);
  if (checkSchema(next)) return invalid();
  return {exitCode: 0, stdout: '', stderr: '', cib: advance(next, author)};
}

/** Attributes are set, children found by name and id are merged likewise, and others added behind those that are there. */
function merge(target: XmlElement, update: XmlElement): XmlElement {
  const isSame = (one: XmlElement, other: XmlElement): boolean =>
    one.name === other.name && one.attributes['id'] === other.attributes['id'];
  const merged = target.children.map((child) => {
    const found = update.children.find((other) => isSame(other, child));
    return found === undefined ? child : merge(child, found);
  });
  const added = update.children.filter((child) => !target.children.some((other) => isSame(other, child)));
  return {...target, attributes: {...target.attributes, ...update.attributes}, children: [...merged, ...added]};
}

/** `cibadmin --modify --allow-create --xml-pipe` of a whole CIB: refused when its version is older than what is there. */
export function modifyCib(cib: Cib, stdin: string, author: Author): CibadminResult {
  const root = readInput(stdin);
  if (root?.name !== 'cib') return noXml();
  const next = readCib(merge(cibElement(cib), root));
  if (compareVersions(next.version, cib.version) < 0) return old();
  if (checkSchema(next)) return invalid();
  if (isSameConfiguration(cib, next)) return {exitCode: 0, stdout: '', stderr: ''};
  return {exitCode: 0, stdout: '', stderr: '', cib: advance(next, author)};
}
