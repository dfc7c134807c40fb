import {getKey, isNull, parseYamlDocument} from '#juju';
import type {YamlMapping} from '#juju';
import {PackError} from './errors.ts';

/**
 * The keys that charmcraft's published schema (schema/charmcraft.json, `PlatformCharm`) allows at the top of
 * charmcraft.yaml; it allows no others. The deprecated `bases` is left out: it knows no base newer than 22.04.
 */
const allowedKeys: readonly string[] = [
  'actions',
  'adopt-info',
  'analysis',
  'assumes',
  'base',
  'build-base',
  'charm-libs',
  'charm-user',
  'charmhub',
  'config',
  'containers',
  'description',
  'devices',
  'extra-bindings',
  'links',
  'name',
  'package-repositories',
  'parts',
  'peers',
  'platforms',
  'provides',
  'requires',
  'resources',
  'storage',
  'subordinate',
  'summary',
  'terms',
  'title',
  'type',
];

const requiredKeys: readonly string[] = ['description', 'name', 'parts', 'platforms', 'summary', 'type'];
const linkKeys: readonly string[] = ['contact', 'documentation', 'issues', 'source', 'website'];

/** Longest texts, in characters. */
const limits: Readonly<Record<string, number>> = {name: 40, title: 40, summary: 200};

/**
 * Checks a charmcraft.yaml against charmcraft's schema as far as it concerns keys, lengths and the type, and returns the charm's name.
 * Throws a PackError, or a YamlError for text that is not YAML; what the sections hold is checked where they are read.
 */
export function checkCharmcraft(text: string, file: string): string {
  const document = parseYamlDocument(text, file);
  if (document.kind !== 'mapping') throw new PackError(`${file}: expected a map`);
  const reason =
    checkKeys(document) ??
    checkRequired(document) ??
    checkType(document) ??
    checkLengths(document) ??
    checkLinks(document);
  if (reason !== null) throw new PackError(`${file}: ${reason}`);
  return getText(document, 'name') ?? '';
}

function checkKeys({entries}: YamlMapping): string | null {
  const unknown = [...entries.keys()].find((key) => !allowedKeys.includes(key));
  return unknown === undefined ? null : `charmcraft knows no key "${unknown}"`;
}

function checkRequired(document: YamlMapping): string | null {
  const missing = requiredKeys.find((key) => isNull(getKey(document, key)));
  return missing === undefined ? null : `charmcraft needs the key "${missing}"`;
}

function checkType(document: YamlMapping): string | null {
  const type = getText(document, 'type');
  return type === 'charm' ? null : `type is "${type ?? ''}", expected "charm"`;
}

function checkLengths(document: YamlMapping): string | null {
  const long = Object.entries(limits).find(([key, limit]) => (getText(document, key) ?? '').length > limit);
  return long === undefined ? null : `${long[0]} is longer than ${long[1]} characters`;
}

function checkLinks(document: YamlMapping): string | null {
  const links = getKey(document, 'links');
  if (links?.kind !== 'mapping') return null;
  const unknown = [...links.entries.keys()].find((key) => !linkKeys.includes(key));
  return unknown === undefined ? null : `charmcraft knows no link "${unknown}"`;
}

function getText(document: YamlMapping, key: string): string | undefined {
  const value = getKey(document, key);
  return value?.kind === 'scalar' ? value.text : undefined;
}
