import {EVENT_ID, SCALAR_STYLE, YAMLException, getScalarValue, parseEvents} from 'js-yaml';
import type {Event, ScalarEvent} from 'js-yaml';
import {YamlError} from '../errors.ts';
import {resolvePlain, resolveTagged} from './scalar.ts';
import type {YamlEntry, YamlMapping, YamlNode, YamlPlace, YamlScalar, YamlSequence} from './types.ts';

/** More nodes than this, aliases counted each time they are used, is an attack rather than a document. */
const maxNodes = 1_000_000;

/** What reading one text needs to remember. */
interface Reading {
  readonly file: string;
  readonly text: string;
  readonly events: readonly Event[];
  readonly lines: readonly number[];
  next: number;
  /** Offset of the last event that had one: an empty scalar is reported there. */
  offset: number;
  readonly anchors: Map<string, YamlNode | 'open'>;
  /** How many nodes each anchored node stands for. */
  readonly weights: Map<YamlNode, number>;
  nodes: number;
}

/** Reads all documents of a text as go-yaml v2 does (YAML 1.1 scalars, merge keys, the last of duplicate keys wins).
 * `file` names the text in errors. A text without documents gives an empty list; throws a YamlError. */
export function parseYaml(text: string, file = 'yaml'): YamlNode[] {
  const reading: Reading = {
    file,
    text,
    events: readEvents(text, file),
    lines: getLineStarts(text),
    next: 0,
    offset: 0,
    anchors: new Map(),
    weights: new Map(),
    nodes: 0,
  };
  const documents: YamlNode[] = [];
  while (reading.next < reading.events.length) {
    reading.next += 1;
    reading.anchors.clear();
    documents.push(readNode(reading));
    reading.next += 1;
  }
  return documents;
}

/** Reads a text that holds one document; an empty text is a null scalar. Throws a YamlError, also for a second document. */
export function parseYamlDocument(text: string, file = 'yaml'): YamlNode {
  const [first, second] = parseYaml(text, file);
  if (second !== undefined) throw new YamlError(file, second, 'expected a single document');
  return first ?? {kind: 'scalar', type: 'null', value: null, text: '', line: 1, column: 1};
}

function readEvents(text: string, file: string): readonly Event[] {
  try {
    return parseEvents(text, {filename: file});
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const place = {line: (error.mark?.line ?? 0) + 1, column: (error.mark?.column ?? 0) + 1};
    throw new YamlError(file, place, error.reason);
  }
}

function getLineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\r|\n/gu), (match) => match.index + match[0].length)];
}

function getPlace(reading: Reading, offset: number): YamlPlace {
  if (offset >= 0) reading.offset = offset;
  let [low, high] = [0, reading.lines.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((reading.lines[middle] ?? Infinity) <= reading.offset) low = middle;
    else high = middle;
  }
  return {line: low + 1, column: reading.offset - (reading.lines[low] ?? 0) + 1};
}

function fail(reading: Reading, place: YamlPlace, reason: string): never {
  throw new YamlError(reading.file, place, reason);
}

function count(reading: Reading, nodes: number, place: YamlPlace): void {
  reading.nodes += nodes;
  if (reading.nodes > maxNodes) fail(reading, place, 'document contains excessive aliasing');
}

function readNode(reading: Reading): YamlNode {
  const event = reading.events[reading.next];
  reading.next += 1;
  const before = reading.nodes;
  switch (event?.type) {
    case EVENT_ID.SCALAR:
      return remember(reading, event, before, () => readScalar(reading, event));
    case EVENT_ID.SEQUENCE:
      return remember(reading, event, before, () => readSequence(reading, getPlace(reading, event.start)));
    case EVENT_ID.MAPPING:
      return remember(reading, event, before, () => readMapping(reading, getPlace(reading, event.start)));
    case EVENT_ID.ALIAS:
      return readAlias(reading, reading.text.slice(event.anchorStart, event.anchorEnd), event.anchorStart - 1);
    default:
      return fail(reading, getPlace(reading, -1), 'unexpected end of the document');
  }
}

type Anchored = Pick<ScalarEvent, 'anchorStart' | 'anchorEnd'>;

/** Reads a node and keeps it under its anchor, if it has one. */
function remember(reading: Reading, event: Anchored, before: number, read: () => YamlNode): YamlNode {
  const anchor = event.anchorStart < 0 ? '' : reading.text.slice(event.anchorStart, event.anchorEnd);
  if (anchor !== '') reading.anchors.set(anchor, 'open');
  const node = read();
  count(reading, 1, node);
  if (anchor !== '') {
    reading.anchors.set(anchor, node);
    reading.weights.set(node, reading.nodes - before);
  }
  return node;
}

function readAlias(reading: Reading, name: string, offset: number): YamlNode {
  const place = getPlace(reading, offset);
  const node = reading.anchors.get(name);
  if (node === undefined) return fail(reading, place, `unknown anchor '${name}' referenced`);
  if (node === 'open') return fail(reading, place, `anchor '${name}' value contains itself`);
  count(reading, reading.weights.get(node) ?? 1, place);
  return node;
}

function readScalar(reading: Reading, event: ScalarEvent): YamlScalar {
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  const place = getPlace(reading, quoted ? event.valueStart - 1 : event.valueStart);
  const text = event.valueStart < 0 ? '' : getScalarValue(reading.text, event);
  const tag = event.tagStart < 0 ? '' : reading.text.slice(event.tagStart, event.tagEnd);
  if (tag === '' && event.style !== SCALAR_STYLE.PLAIN)
    return {kind: 'scalar', type: 'string', value: text, text, ...place};
  const resolved = tag === '' ? resolvePlain(text) : resolveTagged(tag, text);
  if (typeof resolved === 'string') return fail(reading, place, resolved);
  return {kind: 'scalar', ...resolved, text, ...place};
}

function isAtEnd(reading: Reading): boolean {
  const event = reading.events[reading.next];
  return event === undefined || event.type === EVENT_ID.POP;
}

function readSequence(reading: Reading, place: YamlPlace): YamlSequence {
  const items: YamlNode[] = [];
  while (!isAtEnd(reading)) items.push(readNode(reading));
  reading.next += 1;
  return {kind: 'sequence', items, ...place};
}

/** Keys written in the mapping itself win over merged ones, wherever `<<` stands. */
function readMapping(reading: Reading, place: YamlPlace): YamlMapping {
  const written = new Map<string, YamlEntry>();
  const duplicates: YamlScalar[] = [];
  const merged: YamlMapping[] = [];
  while (!isAtEnd(reading)) {
    const isMerge = isMergeKey(reading);
    const key = readNode(reading);
    const value = readNode(reading);
    if (isMerge) {
      merged.push(...getMerged(reading, value));
      continue;
    }
    if (key.kind !== 'scalar') return fail(reading, key, 'invalid map key: only scalars can be keys');
    const name = key.type === 'null' ? '' : key.text;
    if (written.has(name)) duplicates.push(key);
    written.set(name, {key, value});
  }
  reading.next += 1;
  return {kind: 'mapping', entries: mergeEntries(written, merged), duplicates, ...place};
}

/** `<<` merges only when plain and untagged: a quoted one is an ordinary key. */
function isMergeKey(reading: Reading): boolean {
  const event = reading.events[reading.next];
  if (event?.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN || event.valueStart < 0) return false;
  return getScalarValue(reading.text, event) === '<<';
}

function getMerged(reading: Reading, value: YamlNode): YamlMapping[] {
  const sources = value.kind === 'sequence' ? value.items : [value];
  return sources.map((source) =>
    source.kind === 'mapping'
      ? source
      : fail(reading, source, 'map merge requires map or sequence of maps as the value'),
  );
}

function mergeEntries(
  written: ReadonlyMap<string, YamlEntry>,
  merged: readonly YamlMapping[],
): ReadonlyMap<string, YamlEntry> {
  if (merged.length === 0) return written;
  return new Map([...merged.toReversed().flatMap((source) => [...source.entries]), ...written]);
}
