import {createHash} from 'node:crypto';
import {rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {makeFolder} from '../store/folder.ts';
import {readJson, replaceJson} from '../store/json-file.ts';
import {readLockHolder, takeLock} from '../store/lock.ts';

/** What a controller was made with, for the process that serves it. It may hold secrets: the file is its owner's only. */
export interface ControllerConfig {
  readonly cloud: string;
  readonly config: Readonly<Record<string, string>>;
}

/** The files of one controller that has a process. */
export class ControllerFolder {
  readonly path: string;
  readonly #data: string;
  readonly #name: string;

  constructor(dataFolder: string, name: string) {
    this.#data = dataFolder;
    this.#name = name;
    this.path = join(dataFolder, 'controllers', name);
  }

  /** Where its process answers. */
  get socket(): string {
    return join(this.path, 'socket');
  }

  /** What its process has to say. */
  get log(): string {
    return join(this.path, 'controller.log');
  }

  /** Makes the folder, for its owner only. */
  async create(): Promise<void> {
    await makeFolder(this.path, 0o700);
  }

  /** Takes the right to serve the controller, or waits for it; what `onWait` throws ends the waiting. */
  lock(onWait: (pid: number) => void): Promise<() => Promise<void>> {
    return takeLock(join(this.path, 'lock'), {pid: process.pid, onWait});
  }

  /** The process that serves it, or that removes it; or null. */
  readServer(): Promise<number | null> {
    return readLockHolder(join(this.path, 'lock'));
  }

  /** When that process took it, in milliseconds since 1970; null when there is none. */
  async readServedSince(): Promise<number | null> {
    return (await stat(join(this.path, 'lock')).catch(() => null))?.mtimeMs ?? null;
  }

  /** Has those know who wait for its process that the controller is removed, and that this process ends for good. */
  async markKilled(): Promise<void> {
    await this.create();
    await writeFile(this.#killed, '');
  }

  /** It is served again: who wanted to remove it did not come to the end. */
  async unmarkKilled(): Promise<void> {
    await rm(this.#killed, {force: true});
  }

  /** Whether the controller is being removed, or is gone. */
  async isKilled(): Promise<boolean> {
    const [mark, config] = await Promise.all([this.#killed, this.#config].map((path) => stat(path).catch(() => null)));
    return mark !== null || config === null;
  }

  get #killed(): string {
    return join(this.path, 'killed');
  }

  get #config(): string {
    return join(this.path, 'controller.json');
  }

  /** Null when there is none. */
  readConfig(): Promise<ControllerConfig | null> {
    return readJson(this.#config, isConfig);
  }

  writeConfig(config: ControllerConfig): Promise<void> {
    return replaceJson(this.#config, config);
  }

  /** The folder of a model's machines, and the model's name on this computer, the same at every call. */
  getModelPlace(model: string): {readonly folder: string; readonly id: string} {
    const id = createHash('sha256').update([this.#data, this.#name, model].join('\0')).digest('hex').slice(0, 8);
    return {folder: join(this.path, 'models', model), id};
  }

  remove(): Promise<void> {
    return rm(this.path, {recursive: true, force: true});
  }
}

function isConfig(value: unknown): value is ControllerConfig {
  if (typeof value !== 'object' || value === null || !('cloud' in value) || !('config' in value)) return false;
  const {cloud, config} = value;
  if (typeof cloud !== 'string' || typeof config !== 'object' || config === null) return false;
  return Object.values(config).every((option) => typeof option === 'string');
}
