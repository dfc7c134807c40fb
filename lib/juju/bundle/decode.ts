/** Typing a merged tree as a Bundle. */

import {BundleError} from '../errors.ts';
import {toRecord} from '../record.ts';
import {getKey, getYamlKind, isNull} from '../yaml/access.ts';
import type {YamlMapping, YamlNode, YamlScalar} from '../yaml/types.ts';
import type {Bundle, BundleApplication, BundleMachine, BundleOffer, ExposedEndpoint} from './types.ts';

/** Collects what does not fit while the rest is read. */
interface Decoding {
  readonly errors: string[];
}

type Decode<T> = (decoding: Decoding, node: YamlNode | undefined) => T;

function refuse(decoding: Decoding, node: YamlNode, wanted: string): void {
  decoding.errors.push(`line ${node.line}: cannot unmarshal ${getYamlKind(node)} into ${wanted}`);
}

function getText(decoding: Decoding, node: YamlNode | undefined): string {
  if (node === undefined || isNull(node)) return '';
  if (node.kind === 'scalar') return node.text;
  refuse(decoding, node, 'string');
  return '';
}

function getInteger(decoding: Decoding, node: YamlNode | undefined): number {
  if (node === undefined || isNull(node)) return 0;
  if (node.kind === 'scalar' && node.type === 'int' && Number.isSafeInteger(Number(node.value)))
    return Number(node.value);
  refuse(decoding, node, 'int');
  return 0;
}

function getFlag(decoding: Decoding, node: YamlNode | undefined): boolean {
  if (node === undefined || isNull(node)) return false;
  if (node.kind === 'scalar' && node.type === 'bool') return node.value;
  refuse(decoding, node, 'bool');
  return false;
}

function listOf<T>(item: Decode<T>, wanted: string): Decode<T[]> {
  return (decoding, node) => {
    if (node === undefined || isNull(node)) return [];
    if (node.kind === 'sequence') return node.items.map((inner) => item(decoding, inner));
    refuse(decoding, node, wanted);
    return [];
  };
}

function mapOf<T>(item: Decode<T>, wanted: string): Decode<Record<string, T>> {
  return (decoding, node) => {
    if (node === undefined || isNull(node)) return {};
    if (node.kind === 'mapping') {
      return toRecord([...node.entries].map(([key, {value}]) => [key, item(decoding, value)] as const));
    }
    refuse(decoding, node, wanted);
    return {};
  };
}

/** A struct; a null one is null. */
function structOf<T>(read: (decoding: Decoding, mapping: YamlMapping) => T, wanted: string): Decode<T | null> {
  return (decoding, node) => {
    if (node === undefined || isNull(node)) return null;
    if (node.kind === 'mapping') return read(decoding, node);
    refuse(decoding, node, wanted);
    return null;
  };
}

const getTexts = listOf(getText, '[]string');
const getTextMap = mapOf(getText, 'map[string]string');

function getScalar(decoding: Decoding, node: YamlNode | undefined): YamlScalar | null {
  if (node?.kind === 'scalar') return node;
  if (node !== undefined) refuse(decoding, node, 'an option value');
  return null;
}

/** Options: null values unset, which is the same as not being there. */
function getOptions(decoding: Decoding, node: YamlNode | undefined): Record<string, YamlScalar> {
  const scalars = mapOf(getScalar, 'map[string]interface {}')(decoding, node);
  return toRecord(
    Object.entries(scalars).flatMap(([name, value]) =>
      value === null || value.type === 'null' ? [] : [[name, value] as const],
    ),
  );
}

function getResource(decoding: Decoding, node: YamlNode | undefined): number | string {
  return node?.kind === 'scalar' && node.type === 'int' ? getInteger(decoding, node) : getText(decoding, node);
}

function readExposed(decoding: Decoding, mapping: YamlMapping): ExposedEndpoint {
  return {
    exposeToSpaces: getTexts(decoding, getKey(mapping, 'expose-to-spaces')),
    exposeToCidrs: getTexts(decoding, getKey(mapping, 'expose-to-cidrs')),
  };
}

function readOffer(decoding: Decoding, mapping: YamlMapping): BundleOffer {
  return {
    endpoints: getTexts(decoding, getKey(mapping, 'endpoints')),
    acl: getTextMap(decoding, getKey(mapping, 'acl')),
  };
}

const getExposed = structOf(readExposed, 'charm.ExposedEndpointSpec');
const getOffer = structOf(readOffer, 'charm.OfferSpec');

function readApplication(decoding: Decoding, mapping: YamlMapping): BundleApplication {
  const text = (key: string): string => getText(decoding, getKey(mapping, key));
  const texts = (key: string): Record<string, string> => getTextMap(decoding, getKey(mapping, key));
  const revision = getKey(mapping, 'revision');
  return {
    charm: text('charm'),
    channel: text('channel'),
    ...(isNull(revision) ? {} : {revision: getInteger(decoding, revision)}),
    series: text('series'),
    base: text('base'),
    resources: mapOf(getResource, 'map[string]interface {}')(decoding, getKey(mapping, 'resources')),
    numUnits: getInteger(decoding, getKey(mapping, 'num_units')),
    to: getTexts(decoding, getKey(mapping, 'to')),
    expose: getFlag(decoding, getKey(mapping, 'expose')),
    exposedEndpoints: dropNulls(
      mapOf(getExposed, 'map[string]charm.ExposedEndpointSpec')(decoding, getKey(mapping, 'exposed-endpoints')),
    ),
    options: getOptions(decoding, getKey(mapping, 'options')),
    annotations: texts('annotations'),
    constraints: text('constraints'),
    storage: texts('storage'),
    devices: texts('devices'),
    bindings: texts('bindings'),
    offers: dropNulls(mapOf(getOffer, 'map[string]*charm.OfferSpec')(decoding, getKey(mapping, 'offers'))),
    trust: getFlag(decoding, getKey(mapping, 'trust')),
  };
}

function dropNulls<T>(record: Readonly<Record<string, T | null>>): Record<string, T> {
  return toRecord(Object.entries(record).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
}

function readMachine(decoding: Decoding, mapping: YamlMapping): BundleMachine {
  return {
    constraints: getText(decoding, getKey(mapping, 'constraints')),
    annotations: getTextMap(decoding, getKey(mapping, 'annotations')),
    series: getText(decoding, getKey(mapping, 'series')),
    base: getText(decoding, getKey(mapping, 'base')),
  };
}

const getSaas = structOf((decoding, mapping) => ({url: getText(decoding, getKey(mapping, 'url'))}), 'charm.SaasSpec');

/** Types a tree as a bundle. Throws a BundleError that names every value of a wrong type; `where` names the document. */
export function decodeBundle(tree: YamlMapping, where: string): Bundle {
  const decoding: Decoding = {errors: []};
  const get = (key: string): YamlNode | undefined => getKey(tree, key);
  const saas = mapOf(getSaas, 'map[string]*charm.SaasSpec')(decoding, get('saas'));
  const bundle: Bundle = {
    type: getText(decoding, get('bundle')),
    applications: mapOf(structOf(readApplication, 'charm.ApplicationSpec'), 'map[string]*charm.ApplicationSpec')(
      decoding,
      get('applications'),
    ),
    machines: mapOf(structOf(readMachine, 'charm.MachineSpec'), 'map[string]*charm.MachineSpec')(
      decoding,
      get('machines'),
    ),
    saas: toRecord(Object.entries(saas).map(([name, value]) => [name, value ?? {url: ''}] as const)),
    series: getText(decoding, get('series')),
    defaultBase: getText(decoding, get('default-base')),
    relations: listOf(getTexts, '[][]string')(decoding, get('relations')),
    tags: getTexts(decoding, get('tags')),
    description: getText(decoding, get('description')),
  };
  if (decoding.errors.length === 0) return bundle;
  const lines = decoding.errors.map((line) => `\n  ${line}`).join('');
  throw new BundleError(`${where}: cannot unmarshal bundle contents: yaml: unmarshal errors:${lines}`, decoding.errors);
}
