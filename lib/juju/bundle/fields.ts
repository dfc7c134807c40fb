/** Which fields a bundle has. */

import {getKey} from '../yaml/access.ts';
import {quote} from '../names/go-format.ts';
import type {YamlMapping, YamlNode} from '../yaml/types.ts';

const bundleFields = 'bundle applications machines saas series default-base relations tags description';
const applicationFields =
  'charm channel revision series base resources num_units scale to placement expose exposed-endpoints options annotations ' +
  'constraints storage devices bindings offers plan trust';

const known: Readonly<Record<string, ReadonlySet<string>>> = {
  bundle: new Set(bundleFields.split(' ')),
  applications: new Set(applicationFields.split(' ')),
  machines: new Set(['constraints', 'annotations', 'series', 'base']),
  saas: new Set(['url']),
};

/** Fields of an application that only an overlay may have, since older controllers would ignore them. */
export const overlayOnlyFields = ['offers', 'exposed-endpoints'];

/** Fields of an application whose null entries delete. Those of plain text maps become empty texts instead. */
export const deletableMaps: ReadonlySet<string> = new Set(['options', 'resources', 'offers', 'exposed-endpoints']);

/** Fields of an application that overlays merge entry by entry. */
export const mergedMaps: ReadonlySet<string> = new Set([
  ...deletableMaps,
  'annotations',
  'storage',
  'devices',
  'bindings',
]);

/** What a strict reading complains about, in the order of lines: fields that do not exist and keys written twice. */
export function getUnknownFields(tree: YamlMapping): string[] {
  const found = [
    ...getUnknown(tree, 'bundle'),
    ...['applications', 'machines', 'saas'].flatMap((section) => getUnknownOfSection(getKey(tree, section), section)),
    ...getDuplicates(tree),
  ];
  return found.sort((a, b) => a.line - b.line).map(({line, text}) => `line ${line}: ${text}`);
}

interface Finding {
  readonly line: number;
  readonly text: string;
}

function getUnknownOfSection(node: YamlNode | undefined, section: string): Finding[] {
  if (node?.kind !== 'mapping') return [];
  return [...node.entries.values()].flatMap(({value}) => getUnknown(value, section));
}

function getUnknown(node: YamlNode, type: string): Finding[] {
  if (node.kind !== 'mapping') return [];
  return [...node.entries]
    .filter(([name]) => known[type]?.has(name) !== true)
    .map(([name, {key}]) => ({line: key.line, text: `field ${name} not found in ${type}`}));
}

function getDuplicates(node: YamlNode): Finding[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'sequence') return node.items.flatMap(getDuplicates);
  const own = node.duplicates.map((key) => ({line: key.line, text: `key ${quote(key.text)} already set in map`}));
  return [...own, ...[...node.entries.values()].flatMap(({value}) => getDuplicates(value))];
}
