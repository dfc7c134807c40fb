import type {SettleOptions} from '../api.ts';
import {type AgentClock, Timers} from './agent-clock.ts';
import type {Holder, MachineLocks} from './machine-locks.ts';
import type {World} from './world.ts';

type Progress = NonNullable<SettleOptions['progress']>;

/** Whoever waits for a model is told what runs whenever no hook ended for so long. */
const SILENCE_MS = 15_000;

/** Tells those who wait for a model which hooks ended, and which one runs where that takes long. */
export class Reports {
  readonly #world: World;
  readonly #clock: AgentClock;
  readonly #locks: Pick<MachineLocks, 'getLongest'>;
  readonly #listeners = new Set<Progress>();
  #hooks = 0;

  constructor(world: World, clock: AgentClock, locks: Pick<MachineLocks, 'getLongest'>) {
    this.#world = world;
    this.#clock = clock;
    this.#locks = locks;
  }

  /** Hooks and tasks that have ended. */
  get hooks(): number {
    return this.#hooks;
  }

  /** A hook or a task has ended. */
  note(holder: Holder): void {
    this.#hooks += 1;
    for (const progress of this.#listeners) this.#tell(progress, holder);
  }

  /** Gives the function that ends the listening. */
  listen(progress: Progress): () => void {
    this.#listeners.add(progress);
    const timers = new Timers(this.#clock);
    const plan = (before: number): void => {
      timers.set('', SILENCE_MS, () => {
        if (before === this.#hooks) this.#tell(progress, this.#locks.getLongest());
        plan(this.#hooks);
      });
    };
    plan(this.#hooks);
    return () => {
      timers.clearAll();
      this.#listeners.delete(progress);
    };
  }

  #tell(progress: Progress, holder: Holder): void {
    const {model, runnable} = this.#world;
    const units = Object.keys(model.units).length;
    if (holder !== null) progress({settledUnits: units - runnable.size, units, hooks: this.#hooks, ...holder});
  }
}
