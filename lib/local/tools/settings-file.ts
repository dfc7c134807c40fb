import {FAILSAFE_SCHEMA, load} from 'js-yaml';

import {ToolError} from './command-line.ts';
import type {ToolInput} from './tool-input.ts';

/**
 * The settings that `--file` names: a YAML (or JSON) map from text to text. Scalars become text as they are written; a
 * list or a map among the values is an error. The message never quotes the file: it may hold secrets.
 */
export async function readSettingsFile(input: ToolInput, path: string): Promise<Record<string, string>> {
  const text = path === '-' ? await input.readStdin() : await input.readFile(path);
  if (text === null) throw new ToolError(`open ${path}: no such file or directory`);
  const settings: Record<string, string> = {};
  for (const [key, value] of Object.entries(parseMap(text))) {
    if (typeof value === 'object' && value !== null) {
      throw new ToolError(`yaml: unmarshal errors: cannot unmarshal a collection into a string (key ${key})`);
    }
    settings[key] = value === null || value === undefined ? '' : String(value);
  }
  return settings;
}

function parseMap(text: string): object {
  const value = parseJson(text) ?? parseYaml(text);
  if (value === null || value === undefined || value === '') return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  throw new ToolError('yaml: unmarshal errors: cannot unmarshal into a map of strings');
}

/** JSON is what most callers send, and much quicker to read than YAML. */
function parseJson(text: string): unknown {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function parseYaml(text: string): unknown {
  try {
    return text.trim() === '' ? null : load(text, {schema: FAILSAFE_SCHEMA});
  } catch {
    throw new ToolError('yaml: cannot parse the file');
  }
}
