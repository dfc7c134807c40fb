/** What a document says relative to the folder of its file: `include-file://`, `include-base64://` and paths of charms. */

import {readFile, stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {BundleError} from '../errors.ts';
import {isCharmPath} from '../names/charm-url.ts';
import {quote} from '../names/go-format.ts';
import {getKey} from '../yaml/access.ts';
import {makeString, withKey} from '../yaml/tree.ts';
import type {YamlMapping, YamlNode, YamlScalar} from '../yaml/types.ts';

const directive = /^include-(file|base64):\/\/(.*)$/su;

/** A value being looked at: the folder that relative paths start from and what to call it in errors. */
interface Place {
  readonly folder: string;
  readonly what: string;
}

/** The same document with included files put in and charm paths made absolute. Throws a BundleError. */
export async function resolveRelative(tree: YamlMapping, folder: string): Promise<YamlMapping> {
  const applications = await resolveSection(tree, 'applications', (node, name) =>
    resolveApplication(node, name, folder),
  );
  return resolveSection(applications, 'machines', (node, name) =>
    resolveField(node, 'annotations', (key) => ({folder, what: `annotation ${quote(key)} for machine ${quote(name)}`})),
  );
}

type Change = (node: YamlMapping, name: string) => Promise<YamlMapping>;

async function resolveSection(tree: YamlMapping, section: string, change: Change): Promise<YamlMapping> {
  const node = getKey(tree, section);
  if (node?.kind !== 'mapping') return tree;
  let changed = node;
  for (const [name, {value}] of node.entries) {
    if (value.kind === 'mapping') changed = withKey(changed, name, await change(value, name));
  }
  return withKey(tree, section, changed);
}

async function resolveApplication(application: YamlMapping, name: string, folder: string): Promise<YamlMapping> {
  const charm = getKey(application, 'charm');
  const isPath = charm?.kind === 'scalar' && isCharmPath(charm.text);
  const placed = isPath ? withKey(application, 'charm', makeString(charm, resolve(folder, charm.text))) : application;
  const of = quote(name);
  const options = await resolveField(placed, 'options', (key) => ({
    folder,
    what: `option ${quote(key)} for application ${of}`,
  }));
  return resolveField(options, 'annotations', (key) => ({
    folder,
    what: `annotation ${quote(key)} for application ${of}`,
  }));
}

async function resolveField(
  mapping: YamlMapping,
  field: string,
  getPlace: (key: string) => Place,
): Promise<YamlMapping> {
  const node = getKey(mapping, field);
  if (node?.kind !== 'mapping') return mapping;
  let changed = node;
  for (const [key, {value}] of node.entries) {
    const included = await readInclude(value, getPlace(key));
    if (included !== null) changed = withKey(changed, key, included);
  }
  return withKey(mapping, field, changed);
}

async function readInclude(node: YamlNode, place: Place): Promise<YamlScalar | null> {
  const match = node.kind === 'scalar' && node.type === 'string' ? directive.exec(node.value) : null;
  if (match === null) return null;
  const [, form, path = ''] = match;
  const bytes = await readIncluded(path, place);
  return makeString(node, bytes.toString(form === 'base64' ? 'base64' : 'utf8'));
}

async function readIncluded(path: string, {folder, what}: Place): Promise<Buffer> {
  const absolute = resolve(folder, path);
  const fail = (reason: string): never => {
    throw new BundleError(`processing ${what}: resolving include ${quote(path)}: ${reason}`);
  };
  const found = await stat(absolute).catch(() => null);
  if (found === null) return fail(`include file ${quote(absolute)} not found`);
  if (found.isDirectory()) return fail(`include path ${quote(absolute)} resolves to a folder`);
  return readFile(absolute).catch(() => fail(`include file ${quote(absolute)} cannot be read`));
}
