import {CharmError} from '../errors.ts';
import {isSeriesName} from '../names/charm-url.ts';
import {quote} from '../names/go-format.ts';
import {isApplicationName} from '../names/names.ts';
import {toRecord} from '../record.ts';
import {getKey, isNull} from '../yaml/access.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import type {YamlNode} from '../yaml/types.ts';
import {getAssumes} from './assumes.ts';
import {getBool, getDocumentFields, getField, getString, getStrings} from './fields.ts';
import type {Fields} from './fields.ts';
import {getDeclaredEndpoints} from './relations.ts';
import {getResources, getStorage} from './storage.ts';
import type {CharmMetadata} from './types.ts';

const onlyV2 = ['containers', 'assumes', 'charm-user'];
const onlyV1 = ['series', 'deployment', 'min-juju-version'];

/** metadata.yaml with what only the format check needs. */
export interface ParsedMetadata {
  readonly metadata: CharmMetadata;
  /** The keys that were written. */
  readonly keys: ReadonlySet<string>;
}

/** Reads metadata.yaml and checks its rules. Throws a CharmError with Juju's text, or a YamlError. */
export function parseMetadata(text: string, file = 'metadata.yaml'): CharmMetadata {
  return parseMetadataDocument(parseYamlDocument(text, file)).metadata;
}

/** The same from a document. */
export function parseMetadataDocument(document: YamlNode): ParsedMetadata {
  const fields = getDocumentFields('metadata', document);
  const keys = new Set(fields.mapping.entries.keys());
  const name = getCharmName(fields);
  const subordinate = getBool(fields, 'subordinate', false);
  const endpoints = getDeclaredEndpoints(fields, name, subordinate);
  const extraBindings = getExtraBindings(fields, name, new Set(endpoints.map((endpoint) => endpoint.name)));
  checkMixedKeys(keys);
  const metadata: CharmMetadata = {
    name,
    summary: getString(fields, 'summary'),
    description: getString(fields, 'description'),
    subordinate,
    endpoints: byName(endpoints),
    extraBindings,
    storage: byName(getStorage(fields, name)),
    resources: byName(getResources(fields)),
    assumes: getAssumes(getKey(fields.mapping, 'assumes')),
    series: getSeries(fields, name),
    terms: getStrings(fields, 'terms').map(checkTerm),
    tags: getStrings(fields, 'tags'),
    ...getMinJujuVersion(fields),
    ...getCharmUser(fields),
  };
  return {metadata, keys};
}

/** It becomes part of URLs and of paths, so it cannot be any text; the grammar is that of a charm URL's name. */
function getCharmName(fields: Fields): string {
  const name = getString(fields, 'name');
  if (!isApplicationName(name)) throw new CharmError(`metadata: charm name ${quote(name)} not valid`);
  return name;
}

function byName<T extends {readonly name: string}>(values: readonly T[]): Record<string, T> {
  return toRecord(values.map((value) => [value.name, value] as const));
}

function checkMixedKeys(keys: ReadonlySet<string>): void {
  const [v2, v1] = [onlyV2, onlyV1].map((names) => names.filter((name) => keys.has(name)));
  if (v1 === undefined || v2 === undefined || v1.length === 0 || v2.length === 0) return;
  const [x, y] = [v2, v1].map((names) => names.map(quote).join(', '));
  throw new CharmError(`ambiguous metadata: keys ${x ?? ''} cannot be used with ${y ?? ''}`);
}

function getExtraBindings(fields: Fields, charm: string, endpoints: ReadonlySet<string>): string[] {
  const node = getField(fields, 'extra-bindings');
  if (node === undefined) return [];
  const fail = (reason: string): never => {
    throw new CharmError(`charm ${quote(charm)} has invalid extra bindings: ${reason}`);
  };
  if (node.kind !== 'mapping') return fail('expected a map');
  const names = [...node.entries.keys()];
  if (names.length === 0) return fail('extra bindings cannot be empty when specified');
  if (names.includes('')) return fail('missing binding name');
  const taken = names.filter((name) => endpoints.has(name)).sort();
  if (taken.length > 0) return fail(`relation names (${taken.join(', ')}) cannot be used in extra bindings`);
  const valued = [...node.entries].find(([, {value}]) => !isNull(value));
  if (valued !== undefined) {
    throw new CharmError(`metadata: extra-bindings.${valued[0]}: expected empty value`);
  }
  return names;
}

function getSeries(fields: Fields, charm: string): string[] {
  const series = getStrings(fields, 'series');
  const bad = series.find((name) => !isSeriesName(name));
  if (bad !== undefined) throw new CharmError(`charm ${quote(charm)} declares invalid series: ${quote(bad)}`);
  return series;
}

const term = /^[a-z](?:-?[a-z0-9]+)+$/u;

function checkTerm(text: string): string {
  const [name = '', revision] = getTermParts(text);
  if (revision?.startsWith('-') === true) throw new CharmError('negative term revision');
  if (!term.test(name)) throw new CharmError(`wrong term name format ${quote(name)}`);
  return text;
}

/** `[tenant:][owner/]name[/revision]`. */
function getTermParts(text: string): string[] {
  const parts = text.replace(/^[^:/]+:/u, '').split('/');
  if (parts.length > 3 || text === '') throw new CharmError(`unknown term id format ${quote(text)}`);
  const last = parts.at(-1) ?? '';
  const revision = /^-?\d+$/u.test(last) ? parts.pop() : undefined;
  const name = parts.pop() ?? '';
  return revision === undefined ? [name] : [name, revision];
}

function getMinJujuVersion(fields: Fields): {minJujuVersion?: string} {
  const version = getString(fields, 'min-juju-version', '');
  return version === '' ? {} : {minJujuVersion: version};
}

function getCharmUser(fields: Fields): Pick<CharmMetadata, 'charmUser'> {
  const user = getString(fields, 'charm-user', '');
  if (user === '') return {};
  if (user === 'root' || user === 'sudoer' || user === 'non-root') return {charmUser: user};
  throw new CharmError(`invalid charm-user ${quote(user)} expected one of root, sudoer or non-root`);
}
