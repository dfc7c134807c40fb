import {readFile, stat} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {openCharmArchive} from '../archive/read.ts';
import {CharmError, JujuError} from '../errors.ts';
import {toRecord} from '../record.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import {parseActions} from './actions.ts';
import {splitCharmcraft} from './charmcraft.ts';
import type {CharmFiles} from './charmcraft.ts';
import {parseConfig} from './config.ts';
import {parseLxdProfile} from './lxd-profile.ts';
import {checkFormat, parseManifest} from './manifest.ts';
import {parseMetadataDocument} from './metadata.ts';
import type {Charm} from './types.ts';

/** Gives the text of a file of a charm; undefined when the charm has none of that path. */
type ReadText = (path: string) => Promise<string | undefined>;

/** Reads a charm: a folder with metadata.yaml, a folder with charmcraft.yaml, or a `.charm` archive. Throws a CharmError whose
 * `path` is the charm's, with Juju's text; damage to an archive and YAML errors are its `cause`. */
export async function readCharm(path: string): Promise<Charm> {
  const absolute = resolve(path);
  try {
    return await readAny(absolute);
  } catch (error) {
    if (!(error instanceof JujuError)) throw error;
    throw new CharmError(error.message, absolute, {cause: error});
  }
}

async function readAny(path: string): Promise<Charm> {
  const found = await stat(path).catch(ignoreMissing);
  if (found === undefined) throw new CharmError(`charm not found at ${path}`);
  // A pipe or a device would be waited for, perhaps for ever.
  if (!found.isDirectory() && !found.isFile()) throw new CharmError(`${path} is no charm: it is no file and no folder`);
  if (!found.isDirectory()) return readArchive(path);
  const read: ReadText = (name) => readFile(join(path, name), 'utf8').catch(ignoreMissing);
  if ((await read('metadata.yaml')) !== undefined) return readFiles(path, 'directory', read);
  const project = await read('charmcraft.yaml');
  if (project === undefined) {
    throw new CharmError(`reading "metadata.yaml" file: no metadata.yaml or charmcraft.yaml in ${path}`);
  }
  const split = splitCharmcraft(project, undefined, join(path, 'charmcraft.yaml'));
  return readFiles(path, 'source', (name) => Promise.resolve(getSplitFile(split, name) ?? read(name)));
}

/** For files that need not exist. */
function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined;
  if (error instanceof Error && 'code' in error) throw new CharmError(`cannot read charm: ${error.message}`);
  throw error;
}

function getSplitFile(split: CharmFiles, name: string): string | undefined {
  const files: Readonly<Record<string, string | undefined>> = {
    'metadata.yaml': split.metadata,
    'config.yaml': split.config,
    'actions.yaml': split.actions,
    'manifest.yaml': split.manifest,
  };
  return files[name];
}

async function readArchive(path: string): Promise<Charm> {
  const archive = openCharmArchive(await readFile(path));
  const decoder = new TextDecoder();
  const read: ReadText = (name) => {
    const content = archive.read(name);
    return Promise.resolve(content === undefined ? undefined : decoder.decode(content));
  };
  if ((await read('metadata.yaml')) === undefined) throw new CharmError('archive file "metadata.yaml" not found');
  return readFiles(path, 'archive', read);
}

async function readFiles(path: string, kind: Charm['kind'], read: ReadText): Promise<Charm> {
  const at = (name: string): string => join(path, name);
  const parsed = parseMetadataDocument(
    parseYamlDocument(
      (await read('metadata.yaml')) ?? '',
      kind === 'source' ? at('charmcraft.yaml') : at('metadata.yaml'),
    ),
  );
  const texts = await Promise.all(['config.yaml', 'actions.yaml', 'manifest.yaml', 'lxd-profile.yaml'].map(read));
  const [config, actions, manifest, profile] = texts;
  const bases = manifest === undefined ? null : parseManifest(manifest, at('manifest.yaml'));
  checkFormat(parsed, bases);
  return {
    metadata: parsed.metadata,
    config: config === undefined ? {} : parseConfig(config, at('config.yaml')),
    actions: actions === undefined ? toRecord([]) : parseActions(actions, parsed.metadata.name, at('actions.yaml')),
    manifest: bases ?? {bases: []},
    ...(profile === undefined ? {} : {lxdProfile: parseLxdProfile(profile, at('lxd-profile.yaml'))}),
    revision: getRevision(await read('revision')),
    version: getVersion(await read('version')),
    path,
    kind,
  };
}

function getRevision(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d+$/u.test(text.trim())) throw new CharmError('invalid revision file');
  return Number(text.trim());
}

/** Juju shows the first line, without the prefix that bzr put there, cut at 100 characters. */
function getVersion(text: string | undefined): string {
  const [line = ''] = (text ?? '').split(/\r?\n/u);
  return line.replace(/^revision-id: /u, '').slice(0, 100);
}
