import {JujuError, YamlError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {getJson} from '../yaml/access.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import {getIssues, insertDefaults, renderIssue} from './json-schema.ts';
import type {ActionSpec, Json, JsonObject} from './types.ts';

/** Parameters that an action does not take, or a text that gives none. */
export class ActionParamsError extends JujuError {
  override readonly name = 'ActionParamsError';
}

/** Checks parameters against an action's schema and puts its defaults in for missing ones. Throws an ActionParamsError that
 * names everything that is wrong. */
export function getActionParams(action: ActionSpec, params: JsonObject): JsonObject {
  const issues = getIssues(action.schema, params);
  if (issues.length > 0) throw new ActionParamsError(`validation failed: ${issues.map(renderIssue).join('; ')}`);
  return insertDefaults(action.schema, params);
}

/** Reads `a.b=1 c=x` from the command line: dots nest, values are YAML unless `stringArgs`. Throws an ActionParamsError. */
export function parseActionArguments(words: readonly string[], stringArgs = false): JsonObject {
  const params: JsonObject = {};
  for (const word of words) {
    const equals = word.indexOf('=');
    const keys = word.slice(0, Math.max(0, equals)).split('.');
    if (equals <= 0 || keys.some((key) => !/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/u.test(key))) {
      throw new ActionParamsError(`argument ${quote(word)} must be of the form key.key.key...=value`);
    }
    const text = word.slice(equals + 1);
    insert(params, keys, stringArgs ? text : parseValue(word, text));
  }
  return params;
}

function parseValue(word: string, text: string): Json {
  try {
    return getJson(parseYamlDocument(text, 'argument'), 'argument');
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ActionParamsError(`argument ${quote(word.split('=')[0] ?? '')}: ${error.reason}`);
  }
}

function insert(params: JsonObject, keys: readonly string[], value: Json): void {
  const [key = '', ...rest] = keys;
  if (rest.length === 0) {
    params[key] = value;
    return;
  }
  const inner = Object.hasOwn(params, key) ? params[key] : undefined;
  const nested: JsonObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
  params[key] = nested;
  insert(nested, rest, value);
}
