import {COLLECTION_STYLE, DUMP_SCHEMA, SCALAR_STYLE, present} from 'js-yaml';
import type {MappingNode, Node, ScalarNode} from 'js-yaml';
import type {Json} from '../charm/types.ts';
import type {YamlNode} from './types.ts';

/** A scalar that keeps its type when read again: strings are quoted wherever any YAML would take them for more. */
function getScalar(tag: string, value: string): ScalarNode {
  return {kind: 'scalar', style: SCALAR_STYLE.PLAIN, value, tag: `tag:yaml.org,2002:${tag}`, tagged: false};
}

function getMapping(items: MappingNode['items']): MappingNode {
  return {kind: 'mapping', style: COLLECTION_STYLE.BLOCK, tag: 'tag:yaml.org,2002:map', tagged: false, items};
}

function getSequence(items: Node[]): Node {
  return {kind: 'sequence', style: COLLECTION_STYLE.BLOCK, tag: 'tag:yaml.org,2002:seq', tagged: false, items};
}

function getNode(node: YamlNode): Node {
  if (node.kind === 'sequence') return getSequence(node.items.map(getNode));
  if (node.kind === 'mapping') {
    return getMapping([...node.entries].map(([key, {value}]) => ({key: getScalar('str', key), value: getNode(value)})));
  }
  if (node.type === 'string') return getScalar('str', node.value);
  return getScalar(node.type, node.type === 'float' ? node.text : String(node.value));
}

function getJsonNode(value: Json): Node {
  if (value === null) return getScalar('null', 'null');
  if (typeof value === 'string') return getScalar('str', value);
  if (typeof value === 'boolean') return getScalar('bool', String(value));
  if (typeof value === 'number') return getScalar(Number.isInteger(value) ? 'int' : 'float', String(value));
  if (Array.isArray(value)) return getSequence(value.map(getJsonNode));
  return getMapping(
    Object.entries(value).map(([key, item]) => ({key: getScalar('str', key), value: getJsonNode(item)})),
  );
}

function print(contents: Node): string {
  return present([{contents, directives: []}], {
    schema: DUMP_SCHEMA,
    lineWidth: -1,
    quoteStyle: 'double',
    seqNoIndent: true,
  });
}

/** Prints a tree as a YAML document; reading it gives the same types and values. Keys keep their order. */
export function renderYaml(node: YamlNode): string {
  return print(getNode(node));
}

/** Prints JSON data as a YAML document. Keys keep their order. */
export function renderYamlData(data: Json): string {
  return print(getJsonNode(data));
}
