import {CharmError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {isStorageName} from '../names/names.ts';
import type {YamlNode} from '../yaml/types.ts';
import {getBool, getEntries, getField, getFieldsOf, getString, getStrings} from './fields.ts';
import type {Fields} from './fields.ts';
import type {ResourceSpec, StorageSpec} from './types.ts';

/** Reads the `storage` section. Throws a CharmError with Juju's text. */
export function getStorage(metadata: Fields, charm: string): StorageSpec[] {
  return getEntries(metadata, 'storage').map(([name, node]) => {
    const fields = getFieldsOf(metadata, 'storage', name, node);
    const storage = getStorageSpec(fields, name);
    const reason = checkStorage(storage, getString(fields, 'type', ''));
    if (reason !== null) throw new CharmError(`charm ${quote(charm)} storage ${quote(name)}: ${reason}`);
    return storage;
  });
}

function getStorageSpec(fields: Fields, name: string): StorageSpec {
  const multiple = getField(fields, 'multiple');
  const range = multiple?.kind === 'mapping' ? multiple.entries.get('range')?.value : undefined;
  const [countMin, countMax] = range === undefined ? [1, 1] : getRange(fields, range);
  return {
    name,
    type: getString(fields, 'type', '') === 'block' ? 'block' : 'filesystem',
    description: getString(fields, 'description', ''),
    shared: getBool(fields, 'shared', false),
    readOnly: getBool(fields, 'read-only', false),
    countMin,
    countMax,
    minimumSize: getSize(fields),
    location: getString(fields, 'location', ''),
    properties: getStrings(fields, 'properties'),
  };
}

function getRange(fields: Fields, node: YamlNode): [number, number] {
  const text = node.kind === 'scalar' ? node.text : '';
  const match = /^(\d+)(?:([-+])|-(\d+))?$/u.exec(text);
  if (match === null) {
    throw new CharmError(
      `${fields.part}: ${fields.path}.multiple.range: value ${quote(text)} does not match 'm', 'm-n', or 'm+'`,
    );
  }
  const low = Number(match[1]);
  if (match[2] !== undefined) return [low, -1];
  const high = match[3] === undefined ? low : Number(match[3]);
  if (high === 0) throw new CharmError(`${fields.part}: ${fields.path}.multiple.range: invalid count ${high}`);
  return [low, high];
}

const units = ['M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

/** A size such as `1.5G` in MiB; null when it is none. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([MGTPEZY]?)(?:i?B)?$/u.exec(text);
  if (match === null) return null;
  return Math.ceil(Number(match[1]) * 1024 ** Math.max(0, units.indexOf(match[2] ?? '')));
}

function getSize(fields: Fields): number {
  const node = getField(fields, 'minimum-size');
  if (node === undefined) return 0;
  const text = node.kind === 'scalar' ? node.text : '';
  const size = parseSize(text);
  if (size === null)
    throw new CharmError(`${fields.part}: ${fields.path}.minimum-size: expected size, got ${quote(text)}`);
  return size;
}

function checkStorage(storage: StorageSpec, type: string): string | null {
  if (!isStorageName(storage.name)) return 'name not valid';
  if (type === '') return 'type must be specified';
  if (type !== 'block' && type !== 'filesystem') return `unrecognised type ${quote(type)}`;
  if (storage.type === 'block' && storage.location !== '') return 'location may not be specified for "type: block"';
  return null;
}

/** Reads the `resources` section. Throws a CharmError with Juju's text. */
export function getResources(metadata: Fields): ResourceSpec[] {
  return getEntries(metadata, 'resources').map(([name, node]) => {
    const fields = getFieldsOf(metadata, 'resources', name, node);
    const type = getString(fields, 'type', 'file');
    if (type !== 'file' && type !== 'oci-image') throw new CharmError(`unsupported resource type ${quote(type)}`);
    const filename = getString(fields, 'filename', '');
    if (type === 'file' && filename === '') throw new CharmError('resource missing filename');
    if (filename.includes('/')) {
      throw new CharmError(`filename cannot contain "/" (got ${quote(filename)})`);
    }
    return {name, type, filename, description: getString(fields, 'description', '')};
  });
}
