import {canonicalTag, canonicalValue, hasContent} from './canonical.ts';
import type {
  Alert,
  AttributeSet,
  Cib,
  ClusterNode,
  Constraint,
  FencingLevel,
  Resource,
  Tag,
  XmlElement,
} from './cib.ts';
import {emptyCib} from './cib.ts';
import {printCrm} from './crm-print.ts';
import {compareText, freezeDeep, isEqual, isRecord} from './values.ts';

/** What may change in one section: whole objects put in place (new or different), and ids of objects removed. */
export interface SectionChange<T> {
  readonly put: readonly T[];
  readonly remove: readonly string[];
}

/**
 * The difference between two configurations, by id and structure: plain data, objects whole, each list sorted by id.
 * Version, status and the attributes of `<cib>` are no part of it.
 */
export interface Change {
  readonly properties: SectionChange<AttributeSet>;
  readonly rscDefaults: SectionChange<AttributeSet>;
  readonly opDefaults: SectionChange<AttributeSet>;
  readonly nodes: SectionChange<ClusterNode>;
  readonly resources: SectionChange<Resource>;
  readonly constraints: SectionChange<Constraint>;
  readonly tags: SectionChange<Tag>;
  readonly alerts: SectionChange<Alert>;
  readonly fencingLevels: SectionChange<FencingLevel>;
  /** By element name. */
  readonly other: SectionChange<XmlElement>;
}

interface Section<T> {
  readonly keyOf: (item: T) => string;
  readonly normalise: (item: T) => unknown;
}

function idOf(item: {readonly id: string}): string {
  return item.id;
}

const plainSection = {keyOf: idOf, normalise: canonicalValue};
const tagSection = {keyOf: idOf, normalise: canonicalTag};
const otherSection = {keyOf: (item: XmlElement) => item.name, normalise: (item: XmlElement): unknown => item};

const noChange: SectionChange<never> = Object.freeze({put: Object.freeze([]), remove: Object.freeze([])});

function diffSection<T>(have: readonly T[], want: readonly T[], {keyOf, normalise}: Section<T>): SectionChange<T> {
  if (have === want) return noChange;
  const before = new Map(have.map((item) => [keyOf(item), item]));
  const after = new Map(want.map((item) => [keyOf(item), item]));
  const differs = (item: T): boolean => {
    const old = before.get(keyOf(item));
    return old === undefined || (old !== item && !isEqual(normalise(old), normalise(item)));
  };
  return {
    put: [...after.values()].filter(differs).toSorted((left, right) => compareText(keyOf(left), keyOf(right))),
    remove: [...before.keys()].filter((key) => !after.has(key)).sort(compareText),
  };
}

/** What turns the configuration of `have` into that of `want`. */
export function diff(have: Cib, want: Cib): Change {
  return freezeDeep({
    properties: diffSection(have.properties, want.properties, plainSection),
    rscDefaults: diffSection(have.rscDefaults, want.rscDefaults, plainSection),
    opDefaults: diffSection(have.opDefaults, want.opDefaults, plainSection),
    nodes: diffSection(have.nodes, want.nodes, plainSection),
    resources: diffSection(have.resources, want.resources, plainSection),
    constraints: diffSection(have.constraints, want.constraints, plainSection),
    tags: diffSection(have.tags, want.tags, tagSection),
    alerts: diffSection(have.alerts, want.alerts, plainSection),
    fencingLevels: diffSection(have.fencingLevels, want.fencingLevels, plainSection),
    other: diffSection(have.other.filter(hasContent), want.other.filter(hasContent), otherSection),
  });
}

function sections(change: Change): readonly SectionChange<unknown>[] {
  const {properties, rscDefaults, opDefaults, nodes, resources, constraints, tags, alerts} = change;
  const rest = [change.fencingLevels, change.other];
  return [constraints, tags, alerts, resources, nodes, properties, rscDefaults, opDefaults, ...rest];
}

/** Whether a change changes nothing. */
export function isEmptyChange(change: Change): boolean {
  return sections(change).every(({put, remove}) => put.length === 0 && remove.length === 0);
}

function applySection<T>(list: readonly T[], change: SectionChange<T>, keyOf: (item: T) => string): readonly T[] {
  if (change.put.length === 0 && change.remove.length === 0) return list;
  const removed = new Set(change.remove);
  const put = new Map(change.put.map((item) => [keyOf(item), item]));
  const kept = list.filter((item) => !removed.has(keyOf(item))).map((item) => put.get(keyOf(item)) ?? item);
  const present = new Set(kept.map(keyOf));
  return [...kept, ...change.put.filter((item) => !present.has(keyOf(item)))];
}

/** The last change and what came of it: who plans one asks for it when checking and again when writing it. */
let last: {readonly change: Change; readonly cib: Cib; readonly changed: Cib} | null = null;

/** The CIB after a change: objects stay where they stand, new ones come last. Version and status stay as they are. */
export function applyChange(change: Change, cib: Cib): Cib {
  if (isEmptyChange(change)) return cib;
  if (last?.change === change && last.cib === cib) return last.changed;
  const changed = getChanged(change, cib);
  if (Object.isFrozen(change) && Object.isFrozen(cib)) last = {change, cib, changed};
  return changed;
}

function getChanged(change: Change, cib: Cib): Cib {
  return freezeDeep({
    ...cib,
    properties: applySection(cib.properties, change.properties, idOf),
    rscDefaults: applySection(cib.rscDefaults, change.rscDefaults, idOf),
    opDefaults: applySection(cib.opDefaults, change.opDefaults, idOf),
    nodes: applySection(cib.nodes, change.nodes, idOf),
    resources: applySection(cib.resources, change.resources, idOf),
    constraints: applySection(cib.constraints, change.constraints, idOf),
    tags: applySection(cib.tags, change.tags, idOf),
    alerts: applySection(cib.alerts, change.alerts, idOf),
    fencingLevels: applySection(cib.fencingLevels, change.fencingLevels, idOf),
    other: applySection(cib.other, change.other, otherSection.keyOf),
  });
}

const secretName = /pass|key|secret|credential|token/i;
/** `apikey_file`, `passwd_script`: they say where a secret is, which people need to read. */
const placeName = /[-_](?:file|path|script)$/i;

function isSecretName(name: unknown): boolean {
  return typeof name === 'string' && secretName.test(name) && !placeName.test(name);
}

/** A copy in which the values of pairs that are named like secrets are hidden: descriptions end in logs. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isRecord(value)) return value;
  const isSecret = isSecretName(value['name']) && 'value' in value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    isSecret && key === 'value' ? '********' : withoutSecrets(inner),
  ]);
  return Object.fromEntries(entries);
}

function hideSecrets<T>(items: readonly T[], isSame: (value: unknown) => value is readonly T[]): readonly T[] {
  const hidden = withoutSecrets(items);
  return isSame(hidden) ? hidden : items;
}

/** Hiding changes texts only, so the shape stays. */
function keepsShape<T>(items: readonly T[]): (value: unknown) => value is readonly T[] {
  return (value): value is readonly T[] => Array.isArray(value) && value.length === items.length;
}

function masked<T>(section: SectionChange<T>): readonly T[] {
  return hideSecrets(section.put, keepsShape(section.put));
}

/**
 * A change in crm syntax, a line for each object: `delete ID` for what goes, then what is put, in the order of `crm
 * configure show`. For logs, plans and `--dry-run`: values of pairs that are named like secrets are hidden, but not
 * those that only name a file.
 */
export function describeChange(change: Change): readonly string[] {
  const removed = sections(change).flatMap((section) => section.remove);
  const text = printCrm({
    ...emptyCib,
    properties: masked(change.properties),
    rscDefaults: masked(change.rscDefaults),
    opDefaults: masked(change.opDefaults),
    nodes: masked(change.nodes),
    resources: masked(change.resources),
    constraints: masked(change.constraints),
    tags: masked(change.tags),
    alerts: masked(change.alerts),
    fencingLevels: masked(change.fencingLevels),
  });
  const put = text.replace(/ \\\n\s*/g, ' ').split('\n');
  const sectionsPut = change.other.put.map((item) => `replace section ${item.name}`);
  return [...removed.map((id) => `delete ${id}`), ...put.filter((line) => line !== ''), ...sectionsPut];
}
