/** Making YAML trees from others. */

import type {YamlEntry, YamlMapping, YamlNode, YamlPlace, YamlScalar, YamlSequence} from './types.ts';

/** A mapping with the given entries. */
export function makeMapping(place: YamlPlace, entries: Iterable<readonly [string, YamlEntry]> = []): YamlMapping {
  return {kind: 'mapping', entries: new Map(entries), duplicates: [], line: place.line, column: place.column};
}

/** A string scalar. */
export function makeString(place: YamlPlace, text: string): YamlScalar {
  return {kind: 'scalar', type: 'string', value: text, text, line: place.line, column: place.column};
}

/** A list. */
export function makeSequence(place: YamlPlace, items: readonly YamlNode[]): YamlSequence {
  return {kind: 'sequence', items, line: place.line, column: place.column};
}

/** The same mapping with a key set; its place among the others stays when it was there. */
export function withKey(mapping: YamlMapping, key: string, value: YamlNode): YamlMapping {
  const entry = {key: mapping.entries.get(key)?.key ?? makeString(value, key), value};
  return {...mapping, entries: new Map([...mapping.entries, [key, entry]])};
}

/** The same mapping without a key. */
export function withoutKey(mapping: YamlMapping, key: string): YamlMapping {
  return {...mapping, entries: new Map([...mapping.entries].filter(([name]) => name !== key))};
}

/** The same mapping with each value replaced. */
export function mapValues(mapping: YamlMapping, change: (value: YamlNode, key: string) => YamlNode): YamlMapping {
  const entries = [...mapping.entries].map(
    ([name, {key, value}]) => [name, {key, value: change(value, name)}] as const,
  );
  return {...mapping, entries: new Map(entries)};
}
