/** The part of JSON Schema (draft 4) that actions use. Each keyword is one check in a table, so that others can follow. */

import {toRecord} from '../record.ts';
import type {Json, JsonObject} from './types.ts';

/** One thing that is wrong with a value: `(root).a : must be of type string, given 5`. */
export interface SchemaIssue {
  /** Such as `(root).a`. */
  readonly path: string;
  readonly reason: string;
  readonly given: Json;
}

type Keyword = (limit: Json, value: Json, schema: JsonObject) => string | null;

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const typeTests: Readonly<Record<string, (value: Json) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => typeof value === 'number' && Number.isInteger(value),
  number: (value) => typeof value === 'number',
  array: (value) => Array.isArray(value),
  object: (value) => isObject(value),
  null: (value) => value === null,
};

function getTypeNames(limit: Json): readonly Json[] {
  return Array.isArray(limit) ? limit : [limit];
}

function isSame(a: Json, b: Json): boolean {
  return renderSorted(a) === renderSorted(b);
}

/** JSON with sorted keys, as Go prints maps. */
function renderSorted(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(renderSorted).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${renderSorted(value[key] ?? null)}`).join(',')}}`;
}

function onNumbers(check: (limit: number, value: number, schema: JsonObject) => string | null): Keyword {
  return (limit, value, schema) =>
    typeof limit === 'number' && typeof value === 'number' ? check(limit, value, schema) : null;
}

function onSizes(
  measure: (value: Json) => number | null,
  fits: (size: number, limit: number) => boolean,
  text: string,
) {
  return (limit: Json, value: Json): string | null => {
    const size = measure(value);
    if (typeof limit !== 'number' || size === null || fits(size, limit)) return null;
    return text.replace('%d', String(limit));
  };
}

const getLength = (value: Json): number | null => (typeof value === 'string' ? Array.from(value).length : null);
const getCount = (value: Json): number | null => (Array.isArray(value) ? value.length : null);
const getKeyCount = (value: Json): number | null => (isObject(value) ? Object.keys(value).length : null);
const atLeast = (size: number, limit: number): boolean => size >= limit;
const atMost = (size: number, limit: number): boolean => size <= limit;

/** Checks of one value; each gives a reason or null. */
const keywords: Readonly<Record<string, Keyword>> = {
  type: (limit, value) => {
    const names = getTypeNames(limit).map(String);
    if (names.some((name) => Object.hasOwn(typeTests, name) && typeTests[name]?.(value) === true)) return null;
    return `must be of type ${names.join(', ')}`;
  },
  enum: (limit, value) => {
    if (!Array.isArray(limit) || limit.some((allowed) => isSame(allowed, value))) return null;
    return `must match one of the enum values [${limit.map(renderSorted).join(', ')}]`;
  },
  minimum: onNumbers((limit, value, schema) => {
    if (schema['exclusiveMinimum'] === true) return value > limit ? null : `must be greater than ${limit}`;
    return value >= limit ? null : `must be greater than or equal to ${limit}`;
  }),
  maximum: onNumbers((limit, value, schema) => {
    if (schema['exclusiveMaximum'] === true) return value < limit ? null : `must be lower than ${limit}`;
    return value <= limit ? null : `must be lower than or equal to ${limit}`;
  }),
  minLength: onSizes(getLength, atLeast, 'string length must be greater or equal to %d'),
  maxLength: onSizes(getLength, atMost, 'string length must be less or equal to %d'),
  minItems: onSizes(getCount, atLeast, 'array must have at least %d items'),
  maxItems: onSizes(getCount, atMost, 'array must have at most %d items'),
  minProperties: onSizes(getKeyCount, atLeast, 'must have at least %d properties'),
  maxProperties: onSizes(getKeyCount, atMost, 'must have at most %d properties'),
};

/** Everything that is wrong with a value, keys in sorted order. */
export function getIssues(schema: JsonObject, value: Json, path = '(root)'): SchemaIssue[] {
  const own = Object.entries(keywords).flatMap(([name, check]) => {
    const limit = Object.hasOwn(schema, name) ? schema[name] : undefined;
    const reason = limit === undefined ? null : check(limit, value, schema);
    return reason === null ? [] : [{path, reason, given: value}];
  });
  if (isObject(value)) return [...own, ...getObjectIssues(schema, value, path)];
  return Array.isArray(value) ? [...own, ...getItemIssues(schema, value, path)] : own;
}

function getObjectIssues(schema: JsonObject, value: JsonObject, path: string): SchemaIssue[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({path, reason: `"${name}" property is missing and required`, given: value}));
  const inner = Object.keys(value)
    .sort()
    .flatMap((name) => {
      const item = value[name] ?? null;
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (isObject(known)) return getIssues(known, item, `${path}.${name}`);
      return known === undefined ? getAdditionalIssues(schema['additionalProperties'], name, value, path) : [];
    });
  return [...missing, ...inner];
}

function getAdditionalIssues(rule: Json | undefined, name: string, value: JsonObject, path: string): SchemaIssue[] {
  if (rule === false) return [{path, reason: `additional property "${name}" is not allowed`, given: value}];
  return isObject(rule) ? getIssues(rule, value[name] ?? null, `${path}.${name}`) : [];
}

function getItemIssues(schema: JsonObject, value: readonly Json[], path: string): SchemaIssue[] {
  const {items} = schema;
  return isObject(items) ? value.flatMap((item, index) => getIssues(items, item, `${path}.${index}`)) : [];
}

/** The text of an issue. */
export function renderIssue(issue: SchemaIssue): string {
  return `${issue.path} : ${issue.reason}, given ${renderSorted(issue.given)}`;
}

/** The value with the schema's defaults put in for what is missing, nested objects included. */
export function insertDefaults(schema: JsonObject, value: JsonObject): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const filled = Object.entries(properties).flatMap(([name, property]): [string, Json][] => {
    if (!isObject(property)) return [];
    const given = Object.hasOwn(value, name) ? value[name] : property['default'];
    if (isObject(given)) return [[name, insertDefaults(property, given)]];
    if (given !== undefined) return [[name, given]];
    const nested = isObject(property['properties']) ? insertDefaults(property, {}) : {};
    return Object.keys(nested).length === 0 ? [] : [[name, nested]];
  });
  return {...value, ...toRecord(filled)};
}

const numbers = [
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
];

/** Why a schema is not one; null when it is. */
export function checkSchema(schema: JsonObject, path = '(root)'): string | null {
  const reason = checkType(schema['type']) ?? checkLists(schema) ?? checkNumbers(schema);
  if (reason !== null) return `${path} : ${reason}`;
  const {properties, items, additionalProperties} = schema;
  if (properties !== undefined && !isObject(properties)) return `${path} : properties must be of type object`;
  const parts = [
    ...Object.entries(properties ?? {}),
    ['items', items] as const,
    ['additionalProperties', additionalProperties] as const,
  ];
  return parts.map(([name, part]) => checkPart(part, name, path)).find((found) => found !== null) ?? null;
}

function checkType(type: Json | undefined): string | null {
  if (type === undefined) return null;
  const unknown = getTypeNames(type).find((name) => typeof name !== 'string' || !Object.hasOwn(typeTests, name));
  return unknown === undefined ? null : `${JSON.stringify(unknown)} is not a valid type`;
}

function checkLists({required, enum: allowed}: JsonObject): string | null {
  const named = Array.isArray(required) && required.every((name) => typeof name === 'string');
  if (required !== undefined && !named) return 'required must be a list of strings';
  return allowed === undefined || Array.isArray(allowed) ? null : 'enum must be a list';
}

function checkNumbers(schema: JsonObject): string | null {
  const bad = numbers.find((key) => schema[key] !== undefined && typeof schema[key] !== 'number');
  return bad === undefined ? null : `${bad} must be a number`;
}

function checkPart(part: Json | undefined, name: string, path: string): string | null {
  if (part === undefined) return null;
  if (isObject(part)) return checkSchema(part, `${path}.${name}`);
  return name === 'additionalProperties' && typeof part === 'boolean'
    ? null
    : `${path}.${name} : schema must be of type object`;
}
