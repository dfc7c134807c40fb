import {CharmError, NameError} from '../errors.ts';
import {isSystem, parseChannel} from '../names/base.ts';
import {isArchitecture} from '../names/charm-url.ts';
import {quote} from '../names/go-format.ts';
import {isNull} from '../yaml/access.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import type {YamlNode} from '../yaml/types.ts';
import {getDocumentFields, getFieldsOf, getItems, getString, getStrings} from './fields.ts';
import type {ParsedMetadata} from './metadata.ts';
import type {Base, Manifest} from './types.ts';

/** Reads manifest.yaml. Throws a CharmError with Juju's text. */
export function parseManifest(text: string, file = 'manifest.yaml'): Manifest {
  return {bases: getBases(parseYamlDocument(text, file), 'bases')};
}

/** The bases under a key of a document. Throws a CharmError with Juju's text. */
export function getBases(document: YamlNode, key: string): Base[] {
  const fields = getDocumentFields('manifest', document);
  return getItems(fields, key).map((node, index) => {
    const entry = getFieldsOf(fields, key, String(index), node);
    const name = getString(entry, 'name', '');
    if (name === '') throw new CharmError('base without name not valid');
    if (!isSystem(name)) throw new CharmError(`os ${quote(name)} not valid`);
    const channelNode = entry.mapping.entries.get('channel')?.value;
    return {
      name: name.toLowerCase(),
      channel: getChannel(channelNode),
      architectures: getStrings(entry, 'architectures').map(checkArchitecture),
    };
  });
}

/** A channel that reads as a number (`22.04`) is still the text that was written. */
function getChannel(node: YamlNode | undefined): string {
  if (node === undefined || isNull(node) || node.kind !== 'scalar')
    throw new CharmError('base without channel not valid');
  try {
    return parseChannel(node.text);
  } catch (error) {
    if (error instanceof NameError) throw new CharmError(error.message);
    throw error;
  }
}

function checkArchitecture(name: string): string {
  if (isArchitecture(name)) return name;
  throw new CharmError(`architecture ${quote(name)} not valid`);
}

/** Checks that metadata and manifest agree on a format and gives it. Throws a CharmError with Juju's text. */
export function checkFormat({keys, metadata}: ParsedMetadata, manifest: Manifest | null): 1 | 2 {
  const isV2 = metadata.series.length === 0 && manifest !== null && manifest.bases.length > 0;
  const reason = isV2 ? checkV2(keys) : checkV1(keys, manifest);
  if (reason !== null) throw new CharmError(reason);
  return isV2 ? 2 : 1;
}

function checkV2(keys: ReadonlySet<string>): string | null {
  if (keys.has('min-juju-version')) return 'min-juju-version in metadata v2 not valid';
  return keys.has('deployment') ? 'deployment in metadata v2 not valid' : null;
}

function checkV1(keys: ReadonlySet<string>, manifest: Manifest | null): string | null {
  if (keys.has('series') && manifest !== null && manifest.bases.length > 0) {
    return 'metadata v2 manifest.yaml with series slice not valid';
  }
  if (keys.has('assumes')) return 'assumes in metadata v1 not valid';
  if (!keys.has('containers')) return null;
  return manifest === null ? 'containers without a manifest.yaml not valid' : 'containers in metadata v1 not valid';
}
