import type {Cib, XmlElement} from './cib.ts';
import {readAlert, readConstraint, readFencingLevel, readNode, readResource, readTag} from './cib-xml-objects.ts';
import {readAttributeSets} from './cib-xml-parts.ts';
import {ClusterSyntaxError} from './errors.ts';
import {rememberReading} from './memo.ts';
import {freezeDeep} from './values.ts';
import {getChild, getChildren, parseXml} from './xml.ts';

const modelledSections = new Set([
  'crm_config',
  'rsc_defaults',
  'op_defaults',
  'nodes',
  'resources',
  'constraints',
  'tags',
  'alerts',
  'fencing-topology',
]);

/** Sections that a CIB always has. */
const constantSections = new Set(['crm_config', 'nodes', 'resources', 'constraints']);

/** Sections that are not modelled, and optional ones that are there without content: whoever writes must know of them. */
function isOther(section: XmlElement): boolean {
  if (!modelledSections.has(section.name)) return true;
  return section.children.length === 0 && !constantSections.has(section.name);
}

function elementsOf(element: XmlElement): readonly XmlElement[] {
  return element.children.filter((child) => child.name !== '#comment');
}

function readSets(element: XmlElement | null, name: string): Cib['properties'] {
  return element === null ? [] : readAttributeSets(element, name);
}

const readResources = rememberReading((section: XmlElement): Cib['resources'] =>
  elementsOf(section).flatMap(readResource),
);

const readConstraints = rememberReading((section: XmlElement): Cib['constraints'] =>
  elementsOf(section).map(readConstraint),
);

function readSection<T>(section: XmlElement | null, read: (section: XmlElement) => readonly T[]): readonly T[] {
  return section === null ? [] : read(section);
}

function readConfiguration(configuration: XmlElement | null): Omit<Cib, 'version' | 'validateWith' | 'attributes'> {
  const section = (name: string): XmlElement | null => getChild(configuration, name);
  return {
    properties: readSets(section('crm_config'), 'cluster_property_set'),
    rscDefaults: readSets(section('rsc_defaults'), 'meta_attributes'),
    opDefaults: readSets(section('op_defaults'), 'meta_attributes'),
    nodes: getChildren(section('nodes'), 'node').map(readNode),
    resources: readSection(section('resources'), readResources),
    constraints: readSection(section('constraints'), readConstraints),
    tags: getChildren(section('tags'), 'tag').map(readTag),
    alerts: getChildren(section('alerts'), 'alert').map(readAlert),
    fencingLevels: getChildren(section('fencing-topology'), 'fencing-level').map(readFencingLevel),
    other: configuration?.children.filter(isOther) ?? [],
    status: null,
  };
}

/** A `<cib>` element as a value. */
export function readCib(root: XmlElement): Cib {
  const {
    admin_epoch: adminEpoch = '0',
    epoch = '0',
    num_updates: numUpdates = '0',
    'validate-with': validateWith = '',
    ...attributes
  } = root.attributes;
  return freezeDeep({
    version: {adminEpoch, epoch, numUpdates},
    validateWith,
    attributes,
    ...readConfiguration(getChild(root, 'configuration')),
    status: getChild(root, 'status'),
  });
}

/** The last text and what it said: callers read an unchanged CIB again and again. */
let last: {readonly text: string; readonly cib: Cib} | null = null;

/**
 * The CIB as `cibadmin --query` prints it. Reading the text that was read last costs a comparison.
 *
 * @throws ClusterSyntaxError when it is no CIB. The message quotes nothing of the text.
 */
export function parseCibXml(text: string): Cib {
  if (last?.text === text) return last.cib;
  const root = parseXml(text, 'CIB');
  if (root.name !== 'cib') throw new ClusterSyntaxError('CIB', 'the element is no <cib>', {line: 1, column: 1});
  const cib = readCib(root);
  last = {text, cib};
  return cib;
}
