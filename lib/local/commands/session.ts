import {join} from 'node:path';

import type {SettleOptions, SettleResult} from '../api.ts';
import {LocalError} from '../errors.ts';
import type {RunningModel} from '../local-model.ts';
import type {ModelState} from '../model/state.ts';
import {DataFolder, type ControllerRecord, type Index, type ModelFile} from '../store/data-folder.ts';
import {createProgress} from './progress.ts';

/** What a call of the command has of the world. */
export interface CommandInput {
  /** The words behind the command's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** Folders of charms when JUJU_LOCAL_CHARMS names none. */
  readonly charmFolders: readonly string[];
  readonly write: (text: string) => void;
  readonly warn: (text: string) => void;
  /** The user's next line without its end, or null when there is none to come. */
  readonly readLine: () => Promise<string | null>;
  readonly isTerminal: boolean;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** Options that every verb has. */
export interface GlobalOptions {
  readonly model?: string;
  readonly seed?: string;
}

interface ModelName {
  readonly controller: string;
  readonly model: string;
}

/** One call: its input, the data folder, and models opened from it. */
export class Session {
  readonly input: CommandInput;
  readonly data: DataFolder;
  /** What the call ends with when nothing is thrown; a verb may set it. */
  exitCode = 0;

  constructor(input: CommandInput) {
    this.input = input;
    this.data = new DataFolder(getDataFolder(input));
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

  /** The controller that is current, or a LocalError that says how to get one. */
  async readController(name?: string): Promise<{name: string; record: ControllerRecord; index: Index}> {
    const index = await this.data.readIndex();
    const wanted = name === undefined || name === '' ? index.current : name;
    if (wanted === '') throw new LocalError('no controller: make one with "juju-local bootstrap memory"');
    const record = index.controllers[wanted];
    if (record === undefined) throw new LocalError(`controller ${wanted} not found`);
    return {name: wanted, record, index};
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

  /** Sets a model in motion. What only that needs is loaded here: to look at a model is quicker. */
  async open({state, cloud}: ModelFile): Promise<RunningModel> {
    const {input} = this;
    const {openStored} = await import('./open.ts');
    return openStored({
      state,
      saved: cloud,
      charmFolders: getCharmFolders(input),
      unpacked: this.data.charms,
      from: input.cwd,
      now: input.now,
      notify: (line) => {
        this.tell(line);
      },
    });
  }

  /** A model to look at. One whose last change was interrupted is settled first, unless somebody works on it. */
  async readState(options: GlobalOptions): Promise<ModelState> {
    const {controller, model} = await this.resolveModel(options.model);
    const {state} = await this.data.readModel(controller, model);
    if (state.isSettled || (await this.data.readHolder()) !== null) return state;
    return this.change(options, (running) => running.state);
  }

  /** A model to try something on that is not kept. */
  async readModel(options: GlobalOptions): Promise<RunningModel> {
    const {controller, model} = await this.resolveModel(options.model);
    return this.open(await this.data.readModel(controller, model));
  }

  /**
   * Changes a model: all of the change or nothing of it is kept; then the model settles, and is kept on the way. With
   * `isLook` nothing of that happens when the model was settled and nothing in it was changed.
   */
  change<T>(
    options: GlobalOptions,
    apply: (model: RunningModel) => Promise<T> | T,
    settle: SettleOptions & {readonly isLook?: boolean} = {},
  ): Promise<T> {
    return this.withLock(async () => {
      const {controller, model} = await this.resolveModel(options.model);
      const running = await this.open(await this.data.readModel(controller, model));
      setSeed(running, options.seed);
      const before = JSON.stringify(running.state.writes);
      const result = await apply(running);
      const isSame = running.state.isSettled && before === JSON.stringify(running.state.writes);
      if (settle.isLook === true && isSame) return result;
      running.state.isSettled = false;
      await this.save(running);
      await this.settle(running, settle);
      return result;
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

  save(model: RunningModel): Promise<void> {
    return this.data.writeModel({state: model.state, cloud: model.world.cloud.save()});
  }

  /** Settles a model, says how far it is when that takes a while, and keeps it from time to time. */
  async settle(model: RunningModel, options: SettleOptions): Promise<SettleResult> {
    const {input} = this;
    const progress = createProgress(input);
    const result = await model.settle({
      progress: progress.report,
      checkpoint: createCheckpoint(() => this.save(model), input.now),
      isStopped: () => input.signal.aborted,
      ...options,
    });
    const units = Object.keys(model.state.units).length;
    progress.end(result.settled ? {settledUnits: units - result.failed.length, units} : null);
    model.state.isSettled = result.settled;
    await this.save(model);
    if (!result.settled) throw new LocalError('interrupted: the next call goes on from here', {exitCode: INTERRUPTED});
    if (result.failed.length > 0) {
      this.tell(`Units in error: ${result.failed.join(', ')} (see juju-local debug-log, then juju-local resolved)`);
    }
    return result;
  }
}

/** As shells report a program that SIGINT ended. */
const INTERRUPTED = 130;

/** A model is kept when at least that long has passed, and ten times what keeping it took the last time. */
const CHECKPOINT_MS = 2_000;

function createCheckpoint(save: () => Promise<void>, now: () => number): () => Promise<void> {
  let next = now() + CHECKPOINT_MS;
  return async () => {
    const start = now();
    if (start < next) return;
    await save();
    next = now() + Math.max(CHECKPOINT_MS, 10 * (now() - start));
  };
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

function getCharmFolders({environment, charmFolders, cwd}: CommandInput): readonly string[] {
  const named = (environment['JUJU_LOCAL_CHARMS'] ?? '').split(':').filter((folder) => folder !== '');
  return named.length === 0
    ? charmFolders
    : named.map((folder) => (folder.startsWith('/') ? folder : join(cwd, folder)));
}
