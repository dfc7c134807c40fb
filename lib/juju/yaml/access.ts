/** Reading values out of a YAML tree. */

import {YamlError} from '../errors.ts';
import type {Json, JsonObject} from '../charm/types.ts';
import {formatFloat, quote} from '../names/go-format.ts';
import type {YamlMapping, YamlNode, YamlScalar} from './types.ts';

/** The value of a key; undefined when it was not written. A key written with nothing has a null scalar. */
export function getKey(mapping: YamlMapping, key: string): YamlNode | undefined {
  return mapping.entries.get(key)?.value;
}

/** Whether a node is a null scalar or absent. */
export function isNull(node: YamlNode | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && node.type === 'null');
}

/** Go's `%#v` of a node decoded without a type: `"x"`, `5`, `true`, `[]interface {}{1}`. */
export function renderGoSyntax(node: YamlNode): string {
  if (node.kind === 'scalar') return renderScalar(node);
  if (node.kind === 'sequence') return `[]interface {}{${node.items.map(renderGoSyntax).join(', ')}}`;
  const pairs = [...node.entries.values()].map(({key, value}) => `${renderScalar(key)}:${renderGoSyntax(value)}`);
  return `map[interface {}]interface {}{${pairs.join(', ')}}`;
}

function renderScalar(node: YamlScalar): string {
  switch (node.type) {
    case 'string':
      return quote(node.value);
    case 'float':
      return formatFloat(node.value);
    case 'null':
      return 'interface {}(nil)';
    default:
      return String(node.value);
  }
}

/** Go's name for the type that a node decodes to without a type: `string`, `int`, `[]interface {}`. */
export function getGoType(node: YamlNode): string {
  if (node.kind === 'sequence') return '[]interface {}';
  if (node.kind === 'mapping') return 'map[interface {}]interface {}';
  return {null: 'nil', bool: 'bool', int: 'int', float: 'float64', string: 'string'}[node.type];
}

/** Go's name for a node in `cannot unmarshal` errors: "!!str `two`". */
export function getYamlKind(node: YamlNode): string {
  if (node.kind === 'sequence') return '!!seq';
  if (node.kind === 'mapping') return '!!map';
  const tag = node.type === 'string' ? 'str' : node.type;
  const text = node.text.length > 10 ? `${node.text.slice(0, 7)}...` : node.text;
  return `!!${tag} \`${text}\``;
}

/** A tree as JSON. Throws a YamlError for an integer beyond ±(2^53 - 1), which JSON cannot carry exactly, and for
 * numbers that are not finite; `file` names the text. */
export function getJson(node: YamlNode, file: string): Json {
  if (node.kind === 'sequence') return node.items.map((item) => getJson(item, file));
  if (node.kind === 'mapping') return getJsonObject(node, file);
  if (node.type === 'int') {
    const value = Number(node.value);
    if (!Number.isSafeInteger(value)) throw new YamlError(file, node, `integer ${node.text} is too large`);
    return value;
  }
  if (node.type === 'float' && !Number.isFinite(node.value)) {
    throw new YamlError(file, node, `number ${node.text} is not finite`);
  }
  return node.value;
}

/** A mapping as a JSON object; see `getJson`. */
export function getJsonObject(node: YamlMapping, file: string): JsonObject {
  return Object.fromEntries([...node.entries].map(([key, {value}]) => [key, getJson(value, file)]));
}
