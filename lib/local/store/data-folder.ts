import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';

import {LocalError} from '../errors.ts';
import type {ModelState} from '../model/state.ts';
import {isModelState} from './model-shape.ts';
import {readJson, removeDrafts, replaceJson} from './json-file.ts';
import {readLockHolder, takeLock} from './lock.ts';

/** One controller as the data folder lists it. */
export interface ControllerRecord {
  readonly cloud: string;
  readonly created: number;
  /** The model that commands mean when they name none; empty when there is none. */
  readonly currentModel: string;
}

export interface Index {
  readonly current: string;
  readonly controllers: Readonly<Record<string, ControllerRecord>>;
}

export interface ModelFile {
  readonly state: ModelState;
  /** What the model's cloud saved. */
  readonly cloud: unknown;
}

const EMPTY: Index = {current: '', controllers: {}};

/** Where `juju-local` keeps its models between calls: one file a model, an index, unpacked charms and a lock. */
export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get charms(): string {
    return join(this.path, 'charms');
  }

  /** Holds the whole folder for one call that changes something. */
  lock(onWait: (pid: number) => void): Promise<() => Promise<void>> {
    return takeLock(join(this.path, 'lock'), {pid: process.pid, onWait});
  }

  /** The process that changes something now, or null. */
  readHolder(): Promise<number | null> {
    return readLockHolder(join(this.path, 'lock'));
  }

  async readIndex(): Promise<Index> {
    return (await readJson(join(this.path, 'controllers.json'), isIndex)) ?? EMPTY;
  }

  writeIndex(index: Index): Promise<void> {
    return replaceJson(join(this.path, 'controllers.json'), index);
  }

  #getModelPath(controller: string, model: string): string {
    // A name is never a way to another folder.
    if (!isFileName(controller) || !isFileName(model))
      throw new LocalError(`model ${controller}:admin/${model} not found`);
    return join(this.path, 'models', controller, `${model}.json`);
  }

  async readModel(controller: string, model: string): Promise<ModelFile> {
    const file = await readJson(this.#getModelPath(controller, model), isModelFile);
    if (file === null) throw new LocalError(`model ${controller}:admin/${model} not found`);
    return file;
  }

  writeModel(file: ModelFile): Promise<void> {
    return replaceJson(this.#getModelPath(file.state.controller, file.state.name), file);
  }

  /** With what a process left that was killed while it wrote the model down. */
  async removeModel(controller: string, model: string): Promise<void> {
    await removeDrafts(this.#getModelPath(controller, model));
    await rm(this.#getModelPath(controller, model), {force: true});
  }

  /** Names of a controller's models, sorted. */
  async listModels(controller: string): Promise<string[]> {
    const entries = await readdir(join(this.path, 'models', controller)).catch((): string[] => []);
    return entries.flatMap((entry) => (entry.endsWith('.json') ? [entry.slice(0, -'.json'.length)] : [])).sort();
  }

  removeController(controller: string): Promise<void> {
    return rm(join(this.path, 'models', controller), {recursive: true, force: true});
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIndex(value: unknown): value is Index {
  if (!isRecord(value) || typeof value['current'] !== 'string' || !isRecord(value['controllers'])) return false;
  return Object.values(value['controllers']).every(
    (record) =>
      isRecord(record) &&
      typeof record['cloud'] === 'string' &&
      typeof record['created'] === 'number' &&
      typeof record['currentModel'] === 'string',
  );
}

function isModelFile(value: unknown): value is ModelFile {
  return isRecord(value) && 'cloud' in value && isModelState(value['state']);
}

function isFileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);
}
