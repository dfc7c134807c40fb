import {addLog} from '../model/log.ts';
import type {LogLevel, UnitState} from '../model/state.ts';
import {getUnitTag} from '#juju';
import {type AgentClock, Timers} from './agent-clock.ts';
import type {World} from './world.ts';

/** Juju's `max-wait`: how long a removal by force waits for the unit's own last hooks; `--no-wait` sets it to nothing. */
const WAIT_MS = 60_000;

/** What was just about to begin when the rest was ended is ended then. */
const AGAIN_MS = 5_000;

/**
 * Ends the agents of units that are removed by force and are not gone in time, also in the middle of a hook. The minute is that of
 * the whole removal and not of each hook, as in Juju: a charm that hangs in one hook hangs in the next one too.
 */
export class ForcedRemovals {
  readonly #world: World;
  readonly #timers: Timers;
  readonly #onEnd: () => void;
  readonly #ending = new Set<string>();
  #isStopped = false;

  /** `onEnd` is told when a unit's agent has had its time. */
  constructor(world: World, clock: AgentClock, onEnd: () => void) {
    this.#world = world;
    this.#onEnd = onEnd;
    this.#timers = new Timers(clock);
  }

  /** Looks which units are to go by force. */
  check(): void {
    for (const unit of Object.values(this.#world.model.units)) {
      if (unit.forced && !this.#ending.has(unit.name)) this.#plan(unit);
    }
  }

  #plan(unit: UnitState): void {
    if (unit.ended === true) {
      this.#ending.add(unit.name);
      this.#log(unit, 'WARNING', 'the unit is removed by force: its agent is ended, and no further hook runs');
      void this.#end(unit);
    } else if (!this.#timers.has(unit.name)) {
      this.#timers.set(unit.name, WAIT_MS, () => {
        unit.ended = true;
        this.#world.runnable.add(unit.name);
        this.#onEnd();
      });
    }
  }

  async #end(unit: UnitState): Promise<void> {
    try {
      await this.#world.cloud.endHooks?.(unit);
    } catch (error) {
      this.#log(unit, 'ERROR', error instanceof Error ? error.message : String(error));
    }
    if (this.#isStopped || this.#world.model.units[unit.name] !== unit) return;
    this.#timers.set(unit.name, AGAIN_MS, () => void this.#end(unit));
  }

  #log({name}: UnitState, level: LogLevel, message: string): void {
    const {model, now} = this.#world;
    addLog(model, {time: now(), entity: getUnitTag(name), level, module: 'juju.worker.uniter', message});
  }

  stop(): void {
    this.#isStopped = true;
    this.#timers.clearAll();
  }
}
