import type {HookInfo, UnitState} from '../model/state.ts';
import {type AgentClock, Timers} from './agent-clock.ts';
import type {World} from './world.ts';

/** Juju's back-off (`automatically-retry-hooks`): 5 s, twice as long each time, 5 minutes at most. */
const FIRST_MS = 5_000;
const LONGEST_MS = 300_000;

/** A hook that failed so often in a row is shown as failed; it is tried again all the same. */
const FAILURES_TOLD = 3;

/** Milliseconds from a hook's n-th failure in a row to its next try. */
export function getRetryDelay(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}

/** Tries hooks again that failed, each unit's by itself. `resolved` may come first: then there is nothing left to try. */
export class Retries {
  readonly #world: World;
  readonly #timers: Timers;
  readonly #failures = new Map<string, {hook: string; count: number}>();

  constructor(world: World, clock: AgentClock) {
    this.#world = world;
    this.#timers = new Timers(clock);
  }

  /** The unit's hook went well. */
  forget(unit: string): void {
    this.#timers.clear(unit);
    this.#failures.delete(unit);
  }

  /** The unit waits in error: its hook will be tried again. */
  plan(unit: UnitState, failed: HookInfo): void {
    const before = this.#failures.get(unit.name);
    const count = before?.hook === failed.name ? before.count + 1 : 1;
    this.#failures.set(unit.name, {hook: failed.name, count});
    this.#timers.set(unit.name, getRetryDelay(count), () => {
      if (unit.failed === failed) retryHook(this.#world, unit);
    });
  }

  /** Whether a unit is in error and its hook may still go well by itself. */
  hasHope(): boolean {
    return Object.values(this.#world.model.units).some(({name, failed}) => {
      const failures = this.#failures.get(name);
      return failed !== null && failures !== undefined && failures.count < FAILURES_TOLD;
    });
  }

  stop(): void {
    this.#timers.clearAll();
  }
}

/** Lets a unit that waits in error go on with the hook that failed. */
export function retryHook(world: World, unit: UnitState): void {
  unit.failed = null;
  unit.error = null;
  world.runnable.add(unit.name);
}
