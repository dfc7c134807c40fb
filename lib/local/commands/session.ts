import {join} from 'node:path';

import {CLOUDS, type CloudEntry, type CloudTable} from '../clouds.ts';
import {LocalError} from '../errors.ts';
import type {RunningModel} from '../local-model.ts';
import type {ModelState} from '../model/state.ts';
import {DataFolder, type ControllerRecord, type Index} from '../store/data-folder.ts';
import type {CommandInput} from './input.ts';
import type {ModelChange, ModelKeeper, ModelName} from './keeper.ts';

export type {CommandInput} from './input.ts';

/** Options that every verb has. */
export interface GlobalOptions {
  readonly model?: string;
  readonly seed?: string;
}

/** Gives who has the models of a controller. */
export type FindKeeper = (session: Session, controller: string, cloud: CloudEntry) => Promise<ModelKeeper>;

/** One call: its input, the data folder, and its models. */
export class Session {
  readonly input: CommandInput;
  readonly data: DataFolder;
  readonly clouds: CloudTable;
  /** What the call ends with when nothing is thrown; a verb may set it. */
  exitCode = 0;
  readonly #findKeeper: FindKeeper;

  constructor(input: CommandInput, findKeeper: FindKeeper) {
    this.input = input;
    this.clouds = input.clouds ?? CLOUDS;
    this.data = new DataFolder(getDataFolder(input));
    this.#findKeeper = findKeeper;
  }

  print(line: string): void {
    this.input.write(`${line}\n`);
  }

  /** A line for people, on standard error. */
  tell(line: string): void {
    this.input.warn(`${line}\n`);
  }

  /** Runs a change of the data folder while no other call can make one. */
  async withLock<T>(change: () => Promise<T>): Promise<T> {
    const release = await this.data.lock((pid) => {
      this.tell(`Waiting for juju-local with process id ${String(pid)}, which works on ${this.data.path}`);
    });
    try {
      return await change();
    } finally {
      await release();
    }
  }

  /** Folders of charms that are looked up by name. */
  get charmFolders(): readonly string[] {
    const {environment, charmFolders, cwd} = this.input;
    const named = (environment['JUJU_LOCAL_CHARMS'] ?? '').split(':').filter((folder) => folder !== '');
    return named.length === 0
      ? charmFolders
      : named.map((folder) => (folder.startsWith('/') ? folder : join(cwd, folder)));
  }

  /** The controller that is current, or a LocalError that says how to get one. */
  async readController(name?: string): Promise<{name: string; record: ControllerRecord; index: Index}> {
    const index = await this.data.readIndex();
    const wanted = name === undefined || name === '' ? index.current : name;
    if (wanted === '') throw new LocalError('no controller: make one with "juju-local bootstrap memory"');
    const record = index.controllers[wanted];
    if (record === undefined) throw new LocalError(`controller ${wanted} not found`);
    return {name: wanted, record, index};
  }

  /** Takes a controller off the list; another one becomes the current one. The caller has the lock. */
  async forgetController(name: string): Promise<void> {
    const index = await this.data.readIndex();
    const rest = Object.entries(index.controllers).filter(([other]) => other !== name);
    const current = index.current === name ? (rest[0]?.[0] ?? '') : index.current;
    await this.data.writeIndex({current, controllers: Object.fromEntries(rest)});
  }

  /** What `-m [controller:][owner/]model` means, or the current model. */
  async resolveModel(text = this.input.environment['JUJU_MODEL'] ?? ''): Promise<ModelName> {
    const [before, after] = text.split(':');
    const {name, record} = await this.readController(after === undefined ? '' : before);
    const model = (after ?? before ?? '').replace(/^admin\//, '');
    if (model !== '') return {controller: name, model};
    if (record.currentModel === '') {
      throw new LocalError(
        'no model in focus: make one with "juju-local add-model NAME" or choose one with "juju-local switch"',
      );
    }
    return {controller: name, model: record.currentModel};
  }

  /** What a cloud is, or a LocalError that lists the clouds. */
  getCloud(name: string): CloudEntry {
    const entry = Object.hasOwn(this.clouds, name) ? this.clouds[name] : undefined;
    if (entry !== undefined) return entry;
    throw new LocalError(`unknown cloud "${name}", please choose from: ${Object.keys(this.clouds).join(', ')}`);
  }

  /** Who has the models of a controller. */
  async getKeeper(controller: string): Promise<ModelKeeper> {
    const {name, record} = await this.readController(controller);
    return this.#findKeeper(this, name, this.getCloud(record.cloud));
  }

  /** A model to look at. */
  async readState(options: GlobalOptions): Promise<ModelState> {
    const name = await this.resolveModel(options.model);
    return (await this.getKeeper(name.controller)).read(this, name);
  }

  /** A model to try something on that is not kept. */
  async readModel(options: GlobalOptions): Promise<RunningModel> {
    const name = await this.resolveModel(options.model);
    return (await this.getKeeper(name.controller)).open(this, name);
  }

  /** Changes a model: all of the change or nothing of it is kept; then it settles. */
  async change<T>(
    options: GlobalOptions,
    apply: ModelChange<T>['apply'],
    how: Omit<ModelChange<T>, 'apply'> = {},
  ): Promise<T> {
    const name = await this.resolveModel(options.model);
    const keeper = await this.getKeeper(name.controller);
    return keeper.change(this, name, {
      ...how,
      apply: (running) => {
        setSeed(running, options.seed);
        return apply(running);
      },
    });
  }

  /** What would be lost with models; one that cannot be read can be removed all the same, and is left out. */
  async readLoss(controller: string, models: readonly string[]): Promise<readonly ModelState[]> {
    const states: ModelState[] = [];
    for (const name of models) {
      const file = await this.data.readModel(controller, name).catch(() => null);
      if (file !== null) states.push(file.state);
    }
    return states;
  }
}

function setSeed({state}: RunningModel, text: string | undefined): void {
  if (text === undefined) return;
  const seed = parseSeed(text);
  state.seed = seed;
  state.order.state = seed;
}

/** A seed from the command line: a whole number that 32 bits hold. */
export function parseSeed(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffffffff) {
    throw new LocalError(`invalid value "${text}" for option --seed: must be a whole number up to 4294967295`, {
      exitCode: 2,
    });
  }
  return Number(text);
}

function getDataFolder({environment, cwd}: CommandInput): string {
  const own = environment['JUJU_LOCAL_DATA'] ?? '';
  if (own !== '') return join(own.startsWith('/') ? '' : cwd, own);
  const shared = environment['XDG_DATA_HOME'] ?? '';
  return join(shared === '' ? join(environment['HOME'] ?? cwd, '.local', 'share') : shared, 'juju-local');
}
