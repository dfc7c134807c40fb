import {pickOne} from '../random.ts';
import type {ApplicationState, MachineState} from '../model/state.ts';
import {type AgentClock, Timers} from './agent-clock.ts';
import {setLeader} from './leadership.ts';
import type {World} from './world.ts';

/** How long Juju's leader leads without being heard of. */
const LEASE_MS = 60_000;

/** Whether hooks can run on a machine: now, later by themselves, or not before somebody does something. */
export type MachineCondition = 'ready' | 'pending' | 'down';

/** Takes leadership from units whose machine is down for longer than a lease lasts. */
export class Leases {
  readonly #world: World;
  readonly #timers: Timers;
  readonly #getCondition: (machine: MachineState) => MachineCondition;

  constructor(world: World, clock: AgentClock, getCondition: (machine: MachineState) => MachineCondition) {
    this.#world = world;
    this.#timers = new Timers(clock);
    this.#getCondition = getCondition;
  }

  /** Looks which leaders can be heard of. */
  check(): void {
    for (const application of Object.values(this.#world.model.applications)) {
      const {name, leader} = application;
      if (leader === null || !this.#isDown(leader)) this.#timers.clear(name);
      else if (!this.#timers.has(name)) {
        this.#timers.set(name, LEASE_MS, () => {
          this.#expire(application, leader);
        });
      }
    }
  }

  #expire(application: ApplicationState, leader: string): void {
    if (application.leader !== leader || !this.#isDown(leader)) return;
    const others = application.units.filter((name) => {
      return this.#world.model.units[name]?.life === 'alive' && !this.#isDown(name);
    });
    if (others.length > 0) setLeader(this.#world, application, pickOne(this.#world.model.order, others));
  }

  #isDown(unit: string): boolean {
    const {units, machines} = this.#world.model;
    const machine = machines[units[unit]?.machine ?? ''];
    return machine !== undefined && this.#getCondition(machine) === 'down';
  }

  stop(): void {
    this.#timers.clearAll();
  }
}
