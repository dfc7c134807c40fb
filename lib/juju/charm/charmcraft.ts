/** charmcraft.yaml, which holds in one file what Juju reads from several. */

import {CharmError, NameError} from '../errors.ts';
import {parseBase} from '../names/base.ts';
import {isArchitecture} from '../names/charm-url.ts';
import {quote} from '../names/go-format.ts';
import {getKey, isNull} from '../yaml/access.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import {renderYaml, renderYamlData} from '../yaml/render.ts';
import type {YamlEntry, YamlMapping, YamlNode} from '../yaml/types.ts';
import {getBases} from './manifest.ts';
import type {Base} from './types.ts';

/** The files that a charm's charmcraft.yaml becomes, as texts; a file without content is absent. */
export interface CharmFiles {
  readonly metadata: string;
  readonly config?: string;
  readonly actions?: string;
  readonly manifest: string;
}

/** One build of a charm: its archive is named `<charm>_<name>.charm`. */
export interface Platform {
  /** Such as `ubuntu-22.04-amd64`. */
  readonly name: string;
  readonly base: Base;
}

/** Keys of charmcraft.yaml that go to metadata.yaml as they are, in the order they are written there. */
const metadataKeys = [
  'name',
  'summary',
  'description',
  'subordinate',
  'provides',
  'requires',
  'peers',
  'extra-bindings',
  'storage',
  'resources',
  'devices',
  'containers',
  'assumes',
  'terms',
  'charm-user',
];

/** Keys that metadata.yaml spells otherwise. */
const renamedKeys: Readonly<Record<string, string>> = {title: 'display-name'};
const linkKeys: Readonly<Record<string, string>> = {
  documentation: 'docs',
  issues: 'issues',
  source: 'source',
  website: 'website',
  contact: 'maintainers',
};

/** Splits charmcraft.yaml the way `charmcraft pack` does: the texts to write into an archive. With a platform the manifest
 * names only its base and architecture, else all of them. Throws a CharmError. */
export function splitCharmcraft(text: string, platform?: Platform, file = 'charmcraft.yaml'): CharmFiles {
  const document = parseProject(text, file);
  const bases = platform === undefined ? getProjectBases(document) : [platform.base];
  const config = getKey(document, 'config');
  const actions = getKey(document, 'actions');
  return {
    metadata: renderYaml(getMetadata(document)),
    ...(config === undefined || isNull(config) ? {} : {config: renderYaml(config)}),
    ...(actions === undefined || isNull(actions) ? {} : {actions: renderYaml(actions)}),
    manifest: renderManifest(bases),
  };
}

/** The builds that a charmcraft.yaml asks for, one for each base and architecture. Throws a CharmError. */
export function getPlatforms(text: string, file = 'charmcraft.yaml'): Platform[] {
  return getProjectBases(parseProject(text, file)).flatMap((base) =>
    base.architectures.map((architecture) => ({
      name: `${base.name}-${base.channel.split('/')[0] ?? ''}-${architecture}`,
      base: {...base, architectures: [architecture]},
    })),
  );
}

function parseProject(text: string, file: string): YamlMapping {
  const document = parseYamlDocument(text, file);
  if (document.kind !== 'mapping') throw new CharmError('charmcraft.yaml: expected a map');
  const type = getKey(document, 'type');
  if (type?.kind === 'scalar' && type.text !== 'charm') {
    throw new CharmError(`charmcraft.yaml: type ${quote(type.text)} is not a charm`);
  }
  return document;
}

function getMetadata(document: YamlMapping): YamlMapping {
  const entries = new Map<string, YamlEntry>();
  const copy = (from: YamlMapping, key: string, to: string): void => {
    const entry = from.entries.get(key);
    if (entry !== undefined && !isNull(entry.value)) entries.set(to, entry);
  };
  for (const key of metadataKeys) copy(document, key, key);
  for (const [key, to] of Object.entries(renamedKeys)) copy(document, key, to);
  const links = getKey(document, 'links');
  if (links?.kind === 'mapping') {
    for (const [key, to] of Object.entries(linkKeys)) copy(links, key, to);
  }
  return {...document, entries};
}

/** Prints a manifest as charmcraft does: a channel of risk stable without it. */
function renderManifest(bases: readonly Base[]): string {
  return renderYamlData({
    bases: bases.map((base) => ({
      name: base.name,
      channel: base.channel.replace(/\/stable$/u, ''),
      architectures: [...base.architectures],
    })),
  });
}

/** The bases of all three ways to write them: `bases`, `base` with `platforms`, and `platforms` alone. */
function getProjectBases(document: YamlMapping): Base[] {
  const platforms = getKey(document, 'platforms');
  if (platforms?.kind === 'mapping') return getPlatformBases(platforms, getKey(document, 'base'));
  const bases = getKey(document, 'bases');
  if (bases?.kind !== 'sequence') {
    throw new CharmError('charmcraft.yaml: either platforms (with a base) or bases must be given');
  }
  return joinBases(bases.items.flatMap(getRunOn));
}

const hostArchitecture = ['amd64'];

/** An entry of `bases`: long with `run-on`, or short, which means the architecture that builds it. */
function getRunOn(node: YamlNode): Base[] {
  if (node.kind === 'mapping' && node.entries.has('run-on')) return getBases(node, 'run-on');
  const list: YamlNode = {kind: 'sequence', items: [node], line: node.line, column: node.column};
  const key: YamlEntry['key'] = {
    kind: 'scalar',
    type: 'string',
    value: 'bases',
    text: 'bases',
    line: node.line,
    column: 1,
  };
  const short: YamlMapping = {
    kind: 'mapping',
    entries: new Map([['bases', {key, value: list}]]),
    duplicates: [],
    line: node.line,
    column: 1,
  };
  return getBases(short, 'bases').map((base) =>
    base.architectures.length === 0 ? {...base, architectures: hostArchitecture} : base,
  );
}

function getPlatformBases(platforms: YamlMapping, base: YamlNode | undefined): Base[] {
  const common = base?.kind === 'scalar' && base.type !== 'null' ? base.text : '';
  const targets = [...platforms.entries].flatMap(([name, {value}]) => getBuildFor(name, value));
  return joinBases(targets.map((target) => getTarget(target, common)));
}

/** What a platform is for: its `build-for`, a text or a list, else its own name. */
function getBuildFor(name: string, node: YamlNode): string[] {
  const target = node.kind === 'mapping' ? getKey(node, 'build-for') : undefined;
  if (target === undefined || isNull(target)) return [name];
  const items = target.kind === 'sequence' ? target.items : [target];
  return items.map((item) => (item.kind === 'scalar' ? item.text : ''));
}

/** `amd64` with the common base, or `ubuntu@22.04:amd64`. */
function getTarget(target: string, common: string): Base {
  const colon = target.lastIndexOf(':');
  const [name, architecture] = colon < 0 ? [common, target] : [target.slice(0, colon), target.slice(colon + 1)];
  if (!isArchitecture(architecture))
    throw new CharmError(`charmcraft.yaml: architecture ${quote(architecture)} not valid`);
  try {
    return {...parseBase(name), architectures: [architecture]};
  } catch (error) {
    if (error instanceof NameError)
      throw new CharmError(`charmcraft.yaml: platform ${quote(target)}: ${error.message}`);
    throw error;
  }
}

/** Bases of equal name and channel become one with all their architectures. */
function joinBases(bases: readonly Base[]): Base[] {
  const joined = new Map<string, Base>();
  for (const base of bases) {
    const key = `${base.name}@${base.channel}`;
    const known = joined.get(key)?.architectures ?? [];
    joined.set(key, {...base, architectures: [...new Set([...known, ...base.architectures])]});
  }
  return [...joined.values()];
}
