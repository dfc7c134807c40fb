/** Reading typed fields out of a charm's YAML, with the errors of Juju's schemas: `metadata: name: expected string, got 5`. */

import {CharmError} from '../errors.ts';
import {parseGoBool} from './values.ts';
import {getGoType, getKey, isNull, renderGoSyntax} from '../yaml/access.ts';
import type {YamlMapping, YamlNode} from '../yaml/types.ts';

/** A mapping being read: what it is part of (`metadata`) and the path within. */
export interface Fields {
  readonly part: string;
  readonly path: string;
  readonly mapping: YamlMapping;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Throws the error of a field that is not of the wanted type. */
export function refuse(fields: Fields, key: string, wanted: string): never {
  const node = getKey(fields.mapping, key);
  const got = node === undefined || isNull(node) ? 'nothing' : `${getGoType(node)}(${renderGoSyntax(node)})`;
  throw new CharmError(`${fields.part}: ${join(fields.path, key)}: expected ${wanted}, got ${got}`);
}

/** The node of a key; undefined when it is absent or null. */
export function getField(fields: Fields, key: string): YamlNode | undefined {
  const node = getKey(fields.mapping, key);
  return isNull(node) ? undefined : node;
}

/** A string; without the key the fallback, and without a fallback an error. */
export function getString(fields: Fields, key: string, fallback?: string): string {
  const node = getKey(fields.mapping, key);
  if (node === undefined && fallback !== undefined) return fallback;
  if (node?.kind !== 'scalar' || node.type !== 'string') return refuse(fields, key, 'string');
  return node.value;
}

/** A bool, also from a string that Go takes for one. */
export function getBool(fields: Fields, key: string, fallback: boolean): boolean {
  const node = getKey(fields.mapping, key);
  if (node === undefined) return fallback;
  if (node.kind === 'scalar' && node.type === 'bool') return node.value;
  const parsed = node.kind === 'scalar' && node.type === 'string' ? parseGoBool(node.value) : null;
  return parsed ?? refuse(fields, key, 'bool');
}

/** A list of strings; empty without the key. */
export function getStrings(fields: Fields, key: string): string[] {
  const node = getField(fields, key);
  if (node === undefined) return [];
  if (node.kind !== 'sequence') return refuse(fields, key, 'list');
  return node.items.map((item, index) => {
    if (item.kind === 'scalar' && item.type === 'string') return item.value;
    throw new CharmError(
      `${fields.part}: ${join(fields.path, key)}[${index}]: expected string, got ${getGoType(item)}(${renderGoSyntax(item)})`,
    );
  });
}

/** The nodes of a list; empty without the key. */
export function getItems(fields: Fields, key: string): readonly YamlNode[] {
  const node = getField(fields, key);
  if (node === undefined) return [];
  return node.kind === 'sequence' ? node.items : refuse(fields, key, 'list');
}

/** The entries of a map, in the order written; empty without the key. */
export function getEntries(fields: Fields, key: string): (readonly [string, YamlNode])[] {
  const node = getField(fields, key);
  if (node === undefined) return [];
  if (node.kind !== 'mapping') return refuse(fields, key, 'map');
  return [...node.entries].map(([name, {value}]) => [name, value] as const);
}

/** The fields of one entry of a map; a null entry has none. */
export function getFieldsOf(fields: Fields, key: string, name: string, node: YamlNode): Fields {
  const path = join(join(fields.path, key), name);
  if (node.kind === 'mapping') return {part: fields.part, path, mapping: node};
  if (!isNull(node)) {
    throw new CharmError(`${fields.part}: ${path}: expected map, got ${getGoType(node)}(${renderGoSyntax(node)})`);
  }
  return {
    part: fields.part,
    path,
    mapping: {kind: 'mapping', entries: new Map(), duplicates: [], line: node.line, column: node.column},
  };
}

/** The fields of a whole document; an empty document has none. */
export function getDocumentFields(part: string, node: YamlNode): Fields {
  if (node.kind === 'mapping') return {part, path: '', mapping: node};
  if (!isNull(node)) throw new CharmError(`${part}: expected map, got ${getGoType(node)}(${renderGoSyntax(node)})`);
  return {part, path: '', mapping: {kind: 'mapping', entries: new Map(), duplicates: [], line: 1, column: 1}};
}
