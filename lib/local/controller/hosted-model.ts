import {rm} from 'node:fs/promises';

import type {Progress, SettleResult} from '../api.ts';
import {addLog} from '../model/log.ts';
import type {ModelState} from '../model/state.ts';
import type {DataFolder} from '../store/data-folder.ts';
import {Mutex} from './mutex.ts';
import type {LiveCloud, LiveModel, LiveModelSetting, Tell} from './ports.ts';
import {Saver} from './saver.ts';

/** What a call that waits for a model is told, and when it has waited long enough. */
export interface Waiting {
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  readonly tell: (line: string) => void;
  readonly isDone: () => boolean;
}

/** Why waiting ended: the model has settled, what was waited for is done, or the user does not want to wait. */
export type Waited = SettleResult | 'done' | 'interrupted';

export interface HostedModelOptions {
  readonly cloud: LiveCloud;
  readonly data: DataFolder;
  readonly setting: Omit<LiveModelSetting, 'progress'>;
  readonly now: () => number;
  /** For lines about what went wrong with no call to tell it to. */
  readonly warn: (line: string) => void;
}

/** One model as a controller's process has it: in motion, and written down soon after each change. */
export class HostedModel {
  /** Calls that change the model do so one after the other. */
  readonly mutex = new Mutex();
  readonly live: LiveModel;
  readonly #options: HostedModelOptions;
  readonly #saver: Saver;
  readonly #listeners: Set<Listener>;

  private constructor(live: LiveModel, options: HostedModelOptions, listeners: Set<Listener>, saver: Saver) {
    this.live = live;
    this.#options = options;
    this.#listeners = listeners;
    this.#saver = saver;
  }

  /** Sets a model of the data folder in motion. */
  static async open(options: HostedModelOptions): Promise<HostedModel> {
    const {cloud, data, setting, now, warn} = options;
    const {state, cloud: saved} = await data.readModel(setting.controller, setting.model);
    const listeners = new Set<Listener>();
    const current: {live: LiveModel | null} = {live: null};
    const saver = new Saver(() =>
      data.writeModel({state, cloud: current.live === null ? saved : current.live.world.cloud.save()}),
    );
    const onChange = (): void => {
      saver.note((error) => {
        warn(`cannot keep model ${state.name}: ${describe(error)}`);
      });
      for (const {onChange: look} of listeners) look();
    };
    const progress: Tell = (line, entity = 'controller-0') => {
      addLog(state, {time: now(), entity, level: 'INFO', module: 'juju.local', message: line});
      for (const {tell} of listeners) tell(line);
      onChange();
    };
    const live = await cloud.openModel({...setting, state, saved, now, onChange, progress});
    current.live = live;
    return new HostedModel(live, options, listeners, saver);
  }

  get state(): ModelState {
    return this.live.world.model;
  }

  /** Lets the agents take up what a call changed, once that is on the disk. */
  async keep(): Promise<void> {
    // Not before: a process that dies while machines boot for it must not have forgotten what they are for.
    await this.#saver.flush();
    this.live.agents.wake();
  }

  /**
   * Lets the agents take up what a call changed, and waits until the model has settled, or until the call has what it wants. It is
   * told what happens from the first moment.
   */
  async wait({signal, progress, tell, isDone}: Waiting): Promise<Waited> {
    if (isDone()) {
      await this.keep();
      return 'done';
    }
    let isOver = false;
    const stops: (() => void)[] = [];
    const early = new Promise<Waited>((resolve) => {
      const onChange = (): void => {
        if (isDone()) resolve('done');
      };
      const onAbort = (): void => {
        resolve('interrupted');
      };
      stops.push(this.#listen({tell, onChange}), listenToAbort(signal, onAbort));
    });
    try {
      await this.keep();
      const settled = this.live.agents.whenSettled({isStopped: () => isOver || signal.aborted, progress});
      return await Promise.race([
        early,
        settled.then((result): Waited | Promise<Waited> => (result.settled ? result : early)),
      ]);
    } finally {
      isOver = true;
      for (const stop of stops) stop();
    }
  }

  /** Gives the function that ends the listening. */
  #listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says whether all that followed from changes has been done, and keeps that. */
  async setSettled(): Promise<void> {
    this.state.isSettled = true;
    await this.#saver.flush();
  }

  /** Runs no more hooks; machines go on. What happened is on the disk then. */
  async close(): Promise<void> {
    await this.live.close();
    await this.#saver.flush();
    await this.#saver.close();
  }

  /** Removes the model with its machines and its files. Begun once, it is ended by the next process if this one dies. */
  async destroy(tell: (line: string) => void): Promise<void> {
    const {setting, data} = this.#options;
    this.state.life = 'dying';
    await this.#saver.flush();
    const stop = this.#listen({tell, onChange: ignore});
    await this.live.destroy().finally(stop);
    await this.#saver.close();
    await rm(setting.folder, {recursive: true, force: true});
    await data.removeModel(setting.controller, setting.model);
  }
}

interface Listener {
  readonly tell: (line: string) => void;
  readonly onChange: () => void;
}

/** Calls `onAbort` when the signal is aborted, also when it is already; gives the function that ends that. */
export function listenToAbort(signal: AbortSignal, onAbort: () => void): () => void {
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, {once: true});
  return () => {
    signal.removeEventListener('abort', onAbort);
  };
}

function ignore(): void {
  // Nothing of it is wanted.
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
