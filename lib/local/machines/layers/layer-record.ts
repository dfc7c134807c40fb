import {createHash} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';

import type {Processes} from '#charm';

import {readJson, replaceJson} from '../../store/json-file.ts';

/** What stands in a layer's `layer.json`. */
export interface LayerRecord {
  readonly id: string;
  /** The id of the layer below; empty for a base. */
  readonly base: string;
  /** What was asked for. */
  readonly asked: readonly string[];
  /** Versions by name, of this layer and those below it. */
  readonly installed: Readonly<Record<string, string>>;
  readonly contents: LayerContents;
  /** Nothing was new: machines need only the layer below. */
  readonly isEmpty: boolean;
  readonly seconds: number;
}

/** What tells a whole layer from a damaged one, and is read in milliseconds. */
export interface LayerContents {
  /** Of everything: folders, links and files. */
  readonly entries: number;
  /** Of all regular files. */
  readonly bytes: number;
  /** The sum of all modes, owners and groups: a copy may have lost some, such as sudo's setuid bit. */
  readonly rights: number;
  /** SHA-256 of dpkg's status file; empty where there is none. */
  readonly status: string;
}

const RECORD = 'layer.json';

/** The root of a layer's files. */
export function getRoot(folder: string): string {
  return join(folder, 'root');
}

/** Reads what a layer's folder holds now. */
export async function readContents({run}: Processes, folder: string): Promise<LayerContents> {
  const {exitCode, stdout} = await run('find', [getRoot(folder), '-xdev', '-printf', '%y %s %m %U %G\\n']);
  if (exitCode !== 0) return {entries: 0, bytes: 0, rights: 0, status: ''};
  const status = await readStatus(folder);
  return {...sumEntries(stdout), status: status === '' ? '' : createHash('sha256').update(status).digest('hex')};
}

function sumEntries(printed: string): Omit<LayerContents, 'status'> {
  const lines = printed.split('\n').filter((line) => line !== '');
  let [bytes, rights] = [0, 0];
  for (const line of lines) {
    const [kind, size, mode = '', owner, group] = line.split(' ');
    if (kind === 'f') bytes += Number(size);
    rights += Number.parseInt(mode, 8) + Number(owner) + Number(group);
  }
  return {entries: lines.length, bytes, rights};
}

/** dpkg's status file in a layer; empty where there is none. */
export function readStatus(folder: string): Promise<string> {
  return readFile(join(getRoot(folder), 'var/lib/dpkg/status'), 'utf8').catch(() => '');
}

/** Versions of the installed packages by name, from the text of dpkg's status file. */
export function readInstalledVersions(status: string): Record<string, string> {
  return Object.fromEntries(
    status.split(/\n\n+/).flatMap((stanza) => {
      const [, name] = /^Package: (\S+)$/m.exec(stanza) ?? [];
      const [, version] = /^Version: (\S+)$/m.exec(stanza) ?? [];
      const isInstalled = /^Status: \S+ ok installed$/m.test(stanza);
      return name === undefined || version === undefined || !isInstalled ? [] : [[name, version]];
    }),
  );
}

/** A layer's record, or null when there is none or the layer is not what the record says. */
export async function readWholeLayer(processes: Processes, folder: string): Promise<LayerRecord | null> {
  const record = await readJson(join(folder, RECORD), isLayerRecord).catch(() => null);
  if (record === null || record.isEmpty) return record;
  const contents = await readContents(processes, folder);
  return isSame(contents, record.contents) ? record : null;
}

/** Whether there is a record, whatever it says; a layer that was removed has none. */
export async function isRecorded(folder: string): Promise<boolean> {
  return (await stat(join(folder, RECORD)).catch(() => null)) !== null;
}

export function writeRecord(folder: string, record: LayerRecord): Promise<void> {
  return replaceJson(join(folder, RECORD), record);
}

function isSame(a: LayerContents, b: LayerContents): boolean {
  return a.entries === b.entries && a.bytes === b.bytes && a.rights === b.rights && a.status === b.status;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLayerRecord(value: unknown): value is LayerRecord {
  if (!isRecord(value) || !isRecord(value['contents'])) return false;
  const {status, ...numbers} = value['contents'];
  return (
    typeof value['id'] === 'string' &&
    typeof value['base'] === 'string' &&
    Array.isArray(value['asked']) &&
    isRecord(value['installed']) &&
    typeof value['isEmpty'] === 'boolean' &&
    typeof status === 'string' &&
    ['entries', 'bytes', 'rights'].every((name) => typeof numbers[name] === 'number')
  );
}
