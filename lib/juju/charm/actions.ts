import {CharmError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {isActionName} from '../names/names.ts';
import {compareNaturally} from '../names/natural-sort.ts';
import {toRecord} from '../record.ts';
import {getJson, getKey, isNull} from '../yaml/access.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import type {YamlMapping, YamlNode} from '../yaml/types.ts';
import {checkSchema} from './json-schema.ts';
import type {ActionSpec, Json, JsonObject} from './types.ts';

/** Keys of an action that mean something to Juju itself; all others go into the schema. */
const ownKeys: ReadonlySet<string> = new Set([
  'description',
  'title',
  'required',
  'parallel',
  'execution-group',
  'params',
]);

/** Reads actions.yaml of the charm of that name. Throws a CharmError with Juju's text. */
export function parseActions(text: string, charm: string, file = 'actions.yaml'): Record<string, ActionSpec> {
  return getActions(parseYamlDocument(text, file), charm, file);
}

/** The actions of a document. Throws a CharmError with Juju's text. */
export function getActions(document: YamlNode, charm: string, file: string): Record<string, ActionSpec> {
  if (isNull(document)) return {};
  if (document.kind !== 'mapping') throw new CharmError('actions: expected a map of actions');
  const entries = [...document.entries].sort(([a], [b]) => compareNaturally(a, b));
  return toRecord(
    entries.map(([name, {value}]) => {
      const reason = checkName(name, charm);
      if (reason !== null) throw new CharmError(reason);
      return [name, getAction(name, value, file)] as const;
    }),
  );
}

function checkName(name: string, charm: string): string | null {
  if (!isActionName(name)) return `bad action name ${name}`;
  if (charm.startsWith('juju-')) return null;
  if (name === 'juju') return 'cannot use action name juju: "juju" is a reserved name';
  return name.startsWith('juju-') ? `cannot use action name ${name}: the "juju-" prefix is reserved` : null;
}

function getAction(name: string, node: YamlNode, file: string): ActionSpec {
  if (!isNull(node) && node.kind !== 'mapping') throw new CharmError(`action ${quote(name)} failed to parse as a map`);
  const fields: YamlMapping =
    node.kind === 'mapping'
      ? node
      : {kind: 'mapping', entries: new Map(), duplicates: [], line: node.line, column: node.column};
  const description = getText(fields, 'description', 'No description');
  const schema = getSchema(name, description, fields, file);
  const reason = checkSchema(schema);
  if (reason !== null) throw new CharmError(`invalid params schema for action schema ${name}: ${reason}`);
  return {
    name,
    description,
    schema,
    parallel: getFlag(fields, 'parallel'),
    executionGroup: getText(fields, 'execution-group', ''),
  };
}

function getSchema(name: string, description: string, fields: YamlMapping, file: string): JsonObject {
  const params = getKey(fields, 'params');
  if (params !== undefined && !isNull(params) && params.kind !== 'mapping') {
    throw new CharmError('params failed to parse as a map');
  }
  const required = getKey(fields, 'required');
  if (required !== undefined && required.kind !== 'sequence') {
    throw new CharmError('value for schema key "required" must be a YAML list');
  }
  const others = [...fields.entries].filter(([key]) => !ownKeys.has(key));
  const schema: JsonObject = {
    ...toRecord(others.map(([key, {value}]) => [key, getJson(value, file)] as const)),
    type: 'object',
    title: getText(fields, 'title', name),
    description,
    properties: params?.kind === 'mapping' ? getJson(params, file) : {},
    ...(required === undefined ? {} : {required: getJson(required, file)}),
  };
  checkForbidden(schema);
  return schema;
}

function getText(fields: YamlMapping, key: string, fallback: string): string {
  const node = getKey(fields, key);
  if (node === undefined) return fallback;
  if (node.kind === 'scalar' && node.type === 'string') return node.value;
  throw new CharmError(`value for schema key ${quote(key)} must be a string`);
}

function getFlag(fields: YamlMapping, key: string): boolean {
  const node = getKey(fields, key);
  if (node === undefined) return false;
  if (node.kind === 'scalar' && node.type === 'bool') return node.value;
  throw new CharmError(`value for schema key ${quote(key)} must be a bool`);
}

/** `$ref` and `$schema` could reach outside the charm. */
function checkForbidden(value: Json): void {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    value.forEach(checkForbidden);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' || key === '$schema') {
      throw new CharmError(`schema key ${quote(key)} not compatible with this version of juju`);
    }
    checkForbidden(inner);
  }
}
