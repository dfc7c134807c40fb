import {createHash} from 'node:crypto';
import {mkdir, rename, rm, statfs, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';

import type {Environment} from '#charm';

import {LocalError} from '../../errors.ts';
import {takeLock} from '../../store/lock.ts';
import type {Layer, Layers, MachinePorts} from '../ports.ts';
import {createAskedStore} from './asked.ts';
import {describeBase, getBaseArguments, getBaseFiles, getBaseScript} from './base.ts';
import {describeFailure, LayerError} from './failures.ts';
import {createHostArchiveServer, readHostArchives, readHostSettings, type HostArchives} from './host-archives.ts';
import {runJailed} from './jail.ts';
import {createLayerMemory} from './layer-memory.ts';
import {
  getRoot,
  isRecorded,
  readContents,
  readInstalledVersions,
  readStatus,
  readWholeLayer,
  writeRecord,
  type LayerRecord,
} from './layer-record.ts';
import {INSTALL_LAYER, isPackageName} from './package-layer.ts';
import {clearLayer, getLayerLock, getPartial, removeKilledBuilds} from './partials.ts';

/** Where layers are and what they are made with. */
export interface LayersOptions {
  readonly ports: Pick<MachinePorts, 'processes' | 'progress'>;
  /** A folder of their own, `layers` in the data folder. */
  readonly folder: string;
  /** Where packages are kept that were fetched; an archive server for machines should have the same. */
  readonly downloads: string;
  /** The address of the archive server inside machines: `http://10.0.0.1:3142`. */
  readonly address: string;
  readonly environment: Environment;
  /** In milliseconds, for telling how long a build took. */
  readonly now: () => number;
}

/** Builds a layer into `folder/root`; rejects with what people read. */
interface Recipe {
  readonly id: string;
  readonly base: string;
  readonly asked: readonly string[];
  /** For people: `the base of machines (debian bookworm)`. */
  readonly what: string;
  readonly build: (folder: string, port: number) => Promise<void>;
}

/**
 * Layers of this host's distribution in a folder. A layer is built beside its place and put there when it is whole; one that is
 * found damaged when it is first asked for here is built again. Who was killed while building leaves nothing mounted and nothing running,
 * and the next who builds, whatever layer, clears up. A layer may be damaged or removed only while no machine stands on it.
 */
export function createLayers(options: LayersOptions): Layers {
  const {folder} = options;
  const asked = createAskedStore(join(folder, 'asked'));
  const recall = createLayerMemory((id) => isRecorded(join(folder, id)));
  const ensure = (recipe: Recipe, host: HostArchives): Promise<LayerRecord> =>
    recall(recipe.id, () => ensureLayer(recipe, host, options));
  const ensureBase = async (): Promise<{readonly record: LayerRecord; readonly host: HostArchives}> => {
    const host = await readHostArchives();
    return {host, record: await ensure(getBaseRecipe(host, options), host)};
  };
  const toLayer = ({id}: LayerRecord): Layer => ({id, folder: getRoot(join(folder, id))});
  return {
    ensureBase: async () => toLayer((await ensureBase()).record),
    ensurePackages: async (packages) => {
      const names = [...new Set(packages)].sort();
      const wrong = names.find((name) => !isPackageName(name));
      if (wrong !== undefined) throw new LayerError(`${JSON.stringify(wrong)} is not the name of a package`);
      const {record: base, host} = await ensureBase();
      if (names.length === 0) return [toLayer(base)];
      const record = await ensure(getPackagesRecipe(names, base, options), host);
      return record.isEmpty ? [toLayer(base)] : [toLayer(record), toLayer(base)];
    },
    getAsked: asked.get,
    setAsked: asked.set,
  };
}

function getBaseRecipe(host: HostArchives, {ports, address}: LayersOptions): Recipe {
  const base = {...host, address};
  return {
    id: `base-${getDigest(describeBase(base))}`,
    base: '',
    asked: [],
    what: `the base of machines (${host.distribution.id} ${host.distribution.codename})`,
    build: async (folder, port) => {
      const settings = await readHostSettings(ports);
      for (const [path, content] of Object.entries(getBaseFiles(base, settings))) {
        await mkdir(dirname(join(folder, 'files', path)), {recursive: true});
        await writeFile(join(folder, 'files', path), content);
      }
      const {exitCode} = await ports.processes.run('mmdebstrap', ['--version']);
      const script = getBaseScript(exitCode === 0 ? 'mmdebstrap' : 'debootstrap');
      const result = await runJailed(ports.processes, {script, args: getBaseArguments(base, folder), port});
      if (result.exitCode !== 0) throw describeFailure(`the base of machines`, result.stdout + result.stderr);
    },
  };
}

function getPackagesRecipe(names: readonly string[], base: LayerRecord, {ports}: LayersOptions): Recipe {
  const list = names.join(', ');
  return {
    // A base that was built anew may have other versions: what stood on the old one does not fit it.
    id: getDigest(JSON.stringify([base.id, base.contents.status, INSTALL_LAYER, names])),
    base: base.id,
    asked: names,
    what: `a layer with ${list}`,
    build: async (folder, port) => {
      const args = [folder, `../${base.id}/root`, ...names];
      const result = await runJailed(ports.processes, {script: INSTALL_LAYER, args, port});
      if (result.exitCode !== 0) throw describeFailure(`a layer with ${list}`, result.stdout + result.stderr);
    },
  };
}

/** 32 hex digits: ids stand in mount options, whose length is limited. */
function getDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

async function ensureLayer(recipe: Recipe, host: HostArchives, options: LayersOptions): Promise<LayerRecord> {
  const {folder, ports} = options;
  const place = join(folder, recipe.id);
  const found = await readWholeLayer(ports.processes, place);
  if (found !== null) return found;
  const release = await takeLock(getLayerLock(folder, recipe.id), {
    pid: process.pid,
    onWait: (pid) => {
      ports.progress(`waiting for process ${pid}, which builds ${recipe.what}`);
    },
  });
  try {
    // Somebody else may have built it while this waited.
    return (await readWholeLayer(ports.processes, place)) ?? (await buildLayer(recipe, host, options));
  } finally {
    await release();
  }
}

async function buildLayer(recipe: Recipe, host: HostArchives, options: LayersOptions): Promise<LayerRecord> {
  const {folder, ports, now, downloads} = options;
  const place = join(folder, recipe.id);
  const partial = getPartial(folder, recipe.id);
  await clearLayer(folder, recipe.id);
  await removeKilledBuilds(folder).catch((error: unknown) => {
    ports.progress(`cannot remove what a killed build left: ${error instanceof Error ? error.message : String(error)}`);
  });
  const began = now();
  ports.progress(`building ${recipe.what}, once`);
  const server = await createHostArchiveServer(downloads, host, {...ports, environment: options.environment});
  try {
    await mkdir(partial, {recursive: true, mode: 0o700});
    await recipe.build(partial, await server.listenOnHost());
    const record = await finishLayer(recipe, partial, options, () => Math.round((now() - began) / 1000));
    await rename(partial, place);
    ports.progress(`built ${recipe.what} in ${record.seconds} s`);
    return record;
  } catch (error) {
    // Looked up before room is made again: programs do not always say that this is what they lacked.
    const full = isFull(error) || (await hasNoRoom(folder));
    await clearLayer(folder, recipe.id);
    throw full ? new LocalError(`cannot build ${recipe.what}: the disk of ${folder} is full`, {cause: error}) : error;
  } finally {
    await server.close();
  }
}

/** What is no part of the layer goes; what is, is written down. */
async function finishLayer(
  {id, base, asked}: Recipe,
  partial: string,
  {ports, folder}: LayersOptions,
  getSeconds: () => number,
): Promise<LayerRecord> {
  for (const name of ['files', 'work', 'merged']) await rm(join(partial, name), {recursive: true, force: true});
  const status = await readStatus(partial);
  const before = base === '' ? '' : await readStatus(join(folder, base));
  const isEmpty = status === '' || status === before;
  if (isEmpty) await rm(getRoot(partial), {recursive: true, force: true});
  const contents = isEmpty
    ? {entries: 0, bytes: 0, rights: 0, status: ''}
    : await readContents(ports.processes, partial);
  const installed = readInstalledVersions(status === '' ? before : status);
  const record = {id, base, asked, installed, contents, isEmpty, seconds: getSeconds()};
  await writeRecord(partial, record);
  return record;
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}

/** What is left when the next package does not fit any more. */
const NO_ROOM_BYTES = 32 * 1024 ** 2;

async function hasNoRoom(folder: string): Promise<boolean> {
  const {bavail, bsize} = await statfs(folder);
  return bavail * bsize < NO_ROOM_BYTES;
}
