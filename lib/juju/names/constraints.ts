import {NameError} from '../errors.ts';
import {isArchitecture} from './charm-url.ts';
import {quote} from './go-format.ts';
import {isSpaceName} from './names.ts';

/** What a machine must have, by Juju's constraint names. Sizes are in MiB; a list entry starting with `^` excludes. */
export type Constraints = Readonly<Record<string, string | number | boolean | readonly string[]>>;

type Kind = 'text' | 'architecture' | 'container' | 'number' | 'size' | 'list' | 'spaces' | 'boolean';

/** The constraints that Juju knows, in the order it prints them. */
const kinds: Readonly<Record<string, Kind>> = {
  arch: 'architecture',
  container: 'container',
  cores: 'number',
  'cpu-power': 'number',
  'instance-role': 'text',
  'instance-type': 'text',
  mem: 'size',
  'root-disk': 'size',
  'root-disk-source': 'text',
  tags: 'list',
  spaces: 'spaces',
  'virt-type': 'text',
  zones: 'list',
  'allocate-public-ip': 'boolean',
  'image-id': 'text',
};

const mebibytes: Readonly<Record<string, number>> = {M: 1, G: 1024, T: 1024 ** 2, P: 1024 ** 3};

/** Reads `cores=4 mem=8G spaces=a,^b`; a blank within a value is written `\ `. Throws a NameError with Juju's text. */
export function parseConstraints(text: string): Constraints {
  const found: Record<string, string | number | boolean | readonly string[]> = {};
  for (const word of splitWords(text)) {
    const equals = word.indexOf('=');
    if (equals <= 0) throw new NameError(`malformed constraint ${quote(word)}`);
    const written = word.slice(0, equals);
    const name = written === 'cpu-cores' ? 'cores' : written;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) throw new NameError(`unknown constraint ${quote(written)}`);
    if (Object.hasOwn(found, name)) throw new NameError(`bad ${quote(written)} constraint: already set`);
    found[name] = parsers[kind](written, word.slice(equals + 1));
  }
  return found;
}

/** The words of a constraints text, with escaped blanks kept as blanks. */
function splitWords(text: string): string[] {
  const words = text.match(/(?:\\[\s\S]|[^\\\s])+/gu) ?? [];
  return words.map((word) => word.replaceAll('\\ ', ' '));
}

type Value = Constraints[string];

const parsers: Readonly<Record<Kind, (name: string, value: string) => Value>> = {
  text: (_, value) => value,
  container: (_, value) => (value === 'lxc' ? 'lxd' : value),
  architecture: parseArchitecture,
  number: parseCount,
  size: parseSize,
  list: (_, value) => (value === '' ? [] : value.split(',')),
  spaces: parseSpaces,
  boolean: parseFlag,
};

function parseArchitecture(name: string, value: string): string {
  if (value === '' || isArchitecture(value)) return value;
  throw new NameError(`bad ${quote(name)} constraint: ${quote(value)} not recognized`);
}

function parseCount(name: string, value: string): number {
  if (value === '') return 0;
  if (/^\d+$/u.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
  throw new NameError(`bad ${quote(name)} constraint: must be a non-negative integer`);
}

function parseSize(name: string, value: string): number {
  if (value === '') return 0;
  const match = /^(\d+(?:\.\d*)?|\.\d+)([MGTP]?)$/u.exec(value);
  const size = match === null ? NaN : Math.ceil(Number(match[1]) * (mebibytes[match[2] ?? ''] ?? 1));
  if (Number.isSafeInteger(size)) return size;
  throw new NameError(`bad ${quote(name)} constraint: must be a non-negative float with optional M/G/T/P suffix`);
}

function parseSpaces(name: string, value: string): readonly string[] {
  const spaces = value === '' ? [] : value.split(',');
  const bad = spaces.find((entry) => !isSpaceName(entry.replace(/^\^/u, '')));
  if (bad === undefined) return spaces;
  throw new NameError(`bad ${quote(name)} constraint: ${quote(bad.replace(/^\^/u, ''))} is not a valid space name`);
}

function parseFlag(name: string, value: string): string | boolean {
  if (value === '') return '';
  if (value === 'true' || value === 'false') return value === 'true';
  throw new NameError(`bad ${quote(name)} constraint: must be 'true' or 'false'`);
}

/** The canonical text: Juju's order, sizes in MiB with `M`, blanks escaped. */
export function renderConstraints(constraints: Constraints): string {
  return Object.keys(kinds)
    .filter((name) => Object.hasOwn(constraints, name))
    .map((name) => `${name}=${renderValue(kinds[name], constraints[name])}`)
    .join(' ');
}

function renderValue(kind: Kind | undefined, value: Constraints[string] | undefined): string {
  if (kind === 'size' && typeof value === 'number') return value === 0 ? '0M' : `${value}M`;
  const text = typeof value === 'object' ? value.join(',') : String(value ?? '');
  return text.replaceAll(' ', '\\ ');
}

/** Whether two constraint texts ask for the same. Texts that cannot be read are equal only when identical. */
export function isSameConstraints(a: string, b: string): boolean {
  if (a === b) return true;
  try {
    return renderConstraints(parseConstraints(a)) === renderConstraints(parseConstraints(b));
  } catch (error) {
    if (error instanceof NameError) return false;
    throw error;
  }
}
