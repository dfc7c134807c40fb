/** Merging overlays into a bundle. Whether a key was written decides, not its value. */

import {getKey, isNull} from '../yaml/access.ts';
import {makeMapping, makeSequence, makeString, mapValues, withKey, withoutKey} from '../yaml/tree.ts';
import type {YamlMapping, YamlNode, YamlSequence} from '../yaml/types.ts';
import {deletableMaps, mergedMaps} from './fields.ts';

/** A bundle with one overlay merged in. Neither tree is changed. An application or saas that the overlay gives as null goes,
 * with its relations; relations are appended; machines are replaced as a whole. */
export function mergeOverlay(base: YamlMapping, overlay: YamlMapping): YamlMapping {
  let merged = mergeSection(base, overlay, 'applications', mergeApplication);
  merged = mergeSection(merged, overlay, 'saas', mergeFields);
  const series = getKey(overlay, 'series');
  if (series?.kind === 'scalar' && series.text !== '' && series.type !== 'null')
    merged = withKey(merged, 'series', series);
  const relations = getKey(overlay, 'relations');
  if (relations?.kind === 'sequence') merged = appendRelations(merged, relations);
  const machines = getKey(overlay, 'machines');
  return machines === undefined || isNull(machines) ? merged : withKey(merged, 'machines', machines);
}

type Merge = (base: YamlMapping, overlay: YamlMapping) => YamlMapping;

function mergeSection(base: YamlMapping, overlay: YamlMapping, section: string, merge: Merge): YamlMapping {
  const changes = getKey(overlay, section);
  if (changes?.kind !== 'mapping') return base;
  let merged = base;
  for (const [name, {value}] of changes.entries) {
    const existing = getMapping(getKey(merged, section)) ?? makeMapping(changes);
    if (isNull(value)) {
      merged = removeRelations(withKey(merged, section, withoutKey(existing, name)), name);
      continue;
    }
    const known = getMapping(getKey(existing, name));
    const next = known === null || value.kind !== 'mapping' ? value : merge(known, value);
    merged = withKey(merged, section, withKey(existing, name, next));
  }
  return merged;
}

function getMapping(node: YamlNode | undefined): YamlMapping | null {
  return node?.kind === 'mapping' ? node : null;
}

function mergeFields(base: YamlMapping, overlay: YamlMapping): YamlMapping {
  return [...overlay.entries].reduce((merged, [key, {value}]) => withKey(merged, key, value), base);
}

function mergeApplication(base: YamlMapping, overlay: YamlMapping): YamlMapping {
  let merged = base;
  for (const [field, {value}] of overlay.entries) {
    const known = getMapping(getKey(merged, field));
    const isMerge = mergedMaps.has(field) && value.kind === 'mapping' && value.entries.size > 0;
    merged = withKey(merged, field, isMerge ? mergeMap(field, known ?? makeMapping(value), value) : value);
  }
  return merged;
}

function mergeMap(field: string, base: YamlMapping, overlay: YamlMapping): YamlMapping {
  let merged = base;
  for (const [key, {value}] of overlay.entries) {
    if (!isNull(value)) merged = withKey(merged, key, value);
    else if (deletableMaps.has(field)) merged = withoutKey(merged, key);
    else merged = withKey(merged, key, makeString(value, ''));
  }
  return merged;
}

/** Removes the relations of which an end is this application, or one of its endpoints. */
function removeRelations(bundle: YamlMapping, application: string): YamlMapping {
  const relations = getKey(bundle, 'relations');
  if (relations?.kind !== 'sequence') return bundle;
  const isOf = (node: YamlNode): boolean =>
    node.kind === 'scalar' && (node.text === application || node.text.startsWith(`${application}:`));
  const kept = relations.items.filter((item) => item.kind !== 'sequence' || !item.items.some(isOf));
  return withKey(bundle, 'relations', makeSequence(relations, kept));
}

function appendRelations(bundle: YamlMapping, added: YamlSequence): YamlMapping {
  const relations = getKey(bundle, 'relations');
  const before = relations?.kind === 'sequence' ? relations.items : [];
  return withKey(bundle, 'relations', makeSequence(relations ?? added, [...before, ...added.items]));
}

/** Drops the null entries of maps whose nulls delete, so that a first document means the same as one merged into nothing. */
export function dropDeletions(bundle: YamlMapping): YamlMapping {
  const applications = getMapping(getKey(bundle, 'applications'));
  if (applications === null) return bundle;
  const cleaned = mapValues(applications, (node) =>
    node.kind === 'mapping' ? mapValues(node, dropNullEntries) : node,
  );
  return withKey(bundle, 'applications', cleaned);
}

function dropNullEntries(node: YamlNode, field: string): YamlNode {
  if (node.kind !== 'mapping' || !deletableMaps.has(field)) return node;
  return {...node, entries: new Map([...node.entries].filter(([, {value}]) => !isNull(value)))};
}
