import type {SettleOptions, SettleResult} from '../api.ts';
import {LocalError} from '../errors.ts';
import {addLog} from '../model/log.ts';
import {createStatus} from '../model/model.ts';
import {compareText} from '../model/names.ts';
import type {MachineState, UnitState} from '../model/state.ts';
import {type AgentClock, Timers} from './agent-clock.ts';
import {ForcedRemovals} from './forced-removals.ts';
import {Leases, type MachineCondition} from './leases.ts';
import {type Holder, MachineLocks} from './machine-locks.ts';
import {removeUnit} from './removal.ts';
import {Reports} from './reports.ts';
import {getNextOperation, type Operation} from './resolver.ts';
import {Retries} from './retries.ts';
import {runHook} from './run.ts';
import {countWrites, letMachinesGo, runTaskOf, UPDATE_STATUS} from './settle.ts';
import {Waiters} from './waiters.ts';
import type {World} from './world.ts';

export interface AgentsOptions {
  readonly clock: AgentClock;
  /** From 0 to below 1, another one each time: so that not all units run update-status at once. */
  readonly chance: () => number;
  readonly getCondition: (machine: MachineState) => MachineCondition;
  /** Told after every step that changed the model. */
  readonly onChange: () => void;
}

/** Juju's `update-status-hook-interval`, and how far from it a unit's own may be. */
const UPDATE_STATUS_MS = 300_000;
const JITTER = 0.2;

/** Rounds of update-status while waiting: all of them, and those without a change, which come a while apart. */
const ROUND_LIMIT = 60;
const CALM_ROUND_LIMIT = 12;
const CALM_MS = 5_000;

/** Whoever waits for a machine is told after that long what for. */
const PATIENCE_MS = 5_000;

/**
 * The unit agents of a model: each unit runs what is next for it, units of different machines at the same time, and one hook at
 * a time on a machine, which is Juju's machine lock. A unit that waits for the lock shows what it showed before, as in Juju.
 *
 * Hooks may run beside each other since the model changes in synchronous steps only: a hook reads databags, config and versions
 * as they were when it began or first looked, what it writes is given to the model in one step at its end, and that step checks
 * what may have moved meanwhile (`commit.ts`). What moved is told by a further hook.
 */
export class Agents {
  readonly #world: World;
  readonly #options: AgentsOptions;
  readonly #retries: Retries;
  readonly #leases: Leases;
  readonly #forced: ForcedRemovals;
  readonly #updates: Timers;
  /** Units that are to run update-status when they have nothing else to do. */
  readonly #due = new Set<string>();
  readonly #locks = new MachineLocks();
  /** When each unit's last turn was, so that all units of a machine get theirs. */
  readonly #turns = new Map<string, number>();
  readonly #reports: Reports;
  readonly #waiters: Waiters;
  #held = 0;
  #leaving = 0;
  #isCalled = false;
  #isStopped = false;

  constructor(world: World, options: AgentsOptions) {
    this.#world = world;
    this.#options = options;
    this.#retries = new Retries(world, options.clock);
    this.#leases = new Leases(world, options.clock, options.getCondition);
    this.#forced = new ForcedRemovals(world, options.clock, () => {
      this.wake();
    });
    this.#reports = new Reports(world, options.clock, this.#locks);
    this.#updates = new Timers(options.clock);
    this.#waiters = new Waiters(options.clock);
  }

  /** Takes up the work. What an earlier process was killed in is taken up as Juju's agents do after a restart. */
  start(): void {
    const {model, runnable, now} = this.#world;
    for (const task of Object.values(model.tasks)) {
      if (task.status === 'running')
        Object.assign(task, {status: 'failed', message: 'action terminated', completed: now()});
    }
    for (const unit of Object.values(model.units)) {
      if (unit.failed !== null) this.#retries.plan(unit, unit.failed);
      if (unit.agent.status === 'executing') unit.agent = createStatus('idle', '', now());
      this.#planUpdate(unit);
    }
    runnable.onAdd = () => {
      this.wake();
    };
    this.#world.withMachine = (machine, work, onWait) => this.withMachine(machine, work, onWait);
    this.wake();
  }

  /** There may be something new to do: the model was changed, or a machine came up or went down. Returns at once. */
  wake(): void {
    if (this.#isCalled || this.#isStopped) return;
    this.#isCalled = true;
    queueMicrotask(() => {
      this.#isCalled = false;
      this.#look();
    });
  }

  /** Begins nothing more. Hooks that run are left to whoever ends them. */
  stop(): void {
    this.#isStopped = true;
    this.#world.runnable.onAdd = () => undefined;
    this.#retries.stop();
    this.#leases.stop();
    this.#forced.stop();
    this.#updates.clearAll();
    this.#locks.close();
    this.#waiters.notify();
  }

  /** Makes a change of several steps while no unit begins anything; what runs goes on. */
  async hold<T>(change: () => Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await change();
    } finally {
      this.#held -= 1;
      this.wake();
    }
  }

  /**
   * Has a machine to itself: no hook runs there meanwhile. For what people start (`exec`). Whoever waits for long is told once what
   * for.
   */
  async withMachine<T>(machine: string, work: () => Promise<T>, onWait?: (what: string) => void): Promise<T> {
    this.#checkRunning();
    const cancel = this.#options.clock.after(PATIENCE_MS, () => onWait?.(this.#locks.describe(machine)));
    const granted = this.#locks.queue(machine);
    this.wake();
    await granted.finally(cancel);
    this.#checkRunning();
    try {
      return await work();
    } finally {
      this.#locks.release(machine);
      this.wake();
    }
  }

  #checkRunning(): void {
    if (this.#isStopped) throw new LocalError('the controller is stopping');
  }

  /** A machine booted again: units that had started are told by another start hook. */
  restarted(machine: string): void {
    for (const unit of Object.values(this.#world.model.units)) {
      if (unit.machine !== machine || !unit.started) continue;
      unit.rebooted = true;
      this.#world.runnable.add(unit.name);
    }
    this.wake();
  }

  /**
   * Resolves when every machine that is to come is there, nothing runs or is left to do, no failed hook may still go well by
   * itself, and update-status on all units changes nothing; or soon after `isStopped` became true.
   */
  async whenSettled({
    isStopped = () => false,
    progress,
  }: Pick<SettleOptions, 'isStopped' | 'progress'>): Promise<SettleResult> {
    const before = this.#reports.hooks;
    const stop = progress === undefined ? undefined : this.#reports.listen(progress);
    try {
      const settled = await this.#settle(() => this.#isStopped || isStopped());
      const failed = Object.values(this.#world.model.units).filter((unit) => unit.failed !== null);
      return {hooks: this.#reports.hooks - before, failed: failed.map(({name}) => name).sort(compareText), settled};
    } finally {
      stop?.();
    }
  }

  /** False when it was asked to stop before everything was done. */
  async #settle(isStopped: () => boolean): Promise<boolean> {
    let isDone = await this.#waiters.wait(() => this.#isQuiet(), isStopped);
    let calm = 0;
    for (let round = 0; isDone && round < ROUND_LIMIT; round += 1) {
      const before = countWrites(this.#world);
      for (const name of Object.keys(this.#world.model.units)) this.#due.add(name);
      this.wake();
      isDone = await this.#waiters.wait(() => this.#isQuiet(), isStopped);
      calm = countWrites(this.#world) === before ? calm + 1 : 0;
      if (calm > 0 && (calm >= CALM_ROUND_LIMIT || this.#isContent())) break;
      if (calm > 0) isDone = await this.#waiters.pause(CALM_MS, isStopped);
    }
    return isDone;
  }

  #isQuiet(): boolean {
    if (this.#isCalled || this.#locks.size + this.#held + this.#leaving > 0 || this.#retries.hasHope()) return false;
    const machines = Object.values(this.#world.model.machines);
    return machines.every((machine) => this.#options.getCondition(machine) !== 'pending');
  }

  /**
   * Whether no unit is on its way to something better. A charm that never sets a status is content with `unknown`; one whose
   * machine is down waits for people.
   */
  #isContent(): boolean {
    const {units, machines} = this.#world.model;
    return Object.values(units).every(({workload, failed, machine}) => {
      const place = machines[machine];
      const isDown = place !== undefined && this.#options.getCondition(place) === 'down';
      return isDown || failed !== null || /^(?:active|unknown)$/.test(workload.status);
    });
  }

  /** Begins everything that can begin now. */
  #look(): void {
    if (this.#isStopped || this.#held > 0) return;
    this.#leases.check();
    this.#forced.check();
    this.#locks.grant();
    const names = new Set([...this.#world.runnable.list(), ...this.#due]);
    const turn = (name: string): number => this.#turns.get(name) ?? 0;
    for (const name of [...names].sort((a, b) => turn(a) - turn(b))) this.#lookAt(name);
    this.#letMachinesGo();
    this.#waiters.notify();
  }

  #lookAt(name: string): void {
    const unit = this.#world.model.units[name];
    const machine = this.#world.model.machines[unit?.machine ?? ''];
    if (unit === undefined || machine === undefined) {
      this.#forget(name);
      return;
    }
    const condition = this.#options.getCondition(machine);
    if (condition !== 'ready') {
      this.#lookAway(unit, condition);
      return;
    }
    this.#greet(unit);
    if (this.#locks.isHeld(machine.id)) return;
    const operation = this.#getOperation(unit);
    if (operation !== null) void this.#run(unit, operation);
    else this.#world.runnable.delete(name);
  }

  /** What a unit whose machine does not run needs no hook for. */
  #lookAway(unit: UnitState, condition: MachineCondition): void {
    this.#due.delete(unit.name);
    if (unit.life === 'alive' || unit.subordinates.length > 0) return;
    const isLeft = unit.ended === true || (condition === 'down' && unit.forced);
    if (!unit.installed || isLeft) removeUnit(this.#world, unit);
  }

  /** Juju's words for a unit whose agent runs but has not come to its first hook. */
  #greet(unit: UnitState): void {
    if (unit.installed || unit.statusSet || !unit.workload.message.startsWith('waiting for ')) return;
    unit.workload = createStatus('waiting', 'agent initialising', this.#world.now());
  }

  #getOperation(unit: UnitState): Operation | null {
    const operation = getNextOperation(this.#world, unit);
    if (operation !== null || !this.#due.delete(unit.name)) return operation;
    this.#planUpdate(unit);
    const isFit = unit.started && unit.life === 'alive' && unit.failed === null;
    return isFit ? {kind: 'hook', hook: UPDATE_STATUS} : null;
  }

  async #run(unit: UnitState, operation: Operation): Promise<void> {
    const {machine, name} = unit;
    this.#locks.hold(machine, {unit: name, hook: getHookName(operation)});
    this.#turns.set(name, this.#reports.hooks + 1);
    try {
      await this.#runOperation(unit, operation);
    } catch (error) {
      this.#logFault(unit, error);
    } finally {
      this.#locks.release(machine);
      this.#report({unit: name, hook: getHookName(operation)});
    }
  }

  async #runOperation(unit: UnitState, operation: Operation): Promise<void> {
    if (operation.kind === 'task') {
      await runTaskOf(this.#world, unit, operation.id);
      return;
    }
    const running = runHook(this.#world, unit, operation.hook);
    this.#options.onChange();
    const isWell = await running;
    if (isWell) this.#retries.forget(unit.name);
    else if (!this.#isStopped) this.#retries.plan(unit, operation.hook);
    this.#planUpdate(unit);
  }

  #report(holder: Holder): void {
    this.#letMachinesGo();
    this.#options.onChange();
    this.#reports.note(holder);
    this.wake();
  }

  #planUpdate({name, started}: UnitState): void {
    if (!started || this.#updates.has(name) || this.#isStopped) return;
    const factor = 1 - JITTER + 2 * JITTER * this.#options.chance();
    this.#updates.set(name, UPDATE_STATUS_MS * factor, () => {
      this.#due.add(name);
      this.wake();
    });
  }

  #letMachinesGo(): void {
    if (this.#world.leaving.length === 0) return;
    this.#leaving += 1;
    void letMachinesGo(this.#world)
      .catch((error: unknown) => {
        this.#log('controller-0', `cannot remove a machine: ${describe(error)}`);
      })
      .finally(() => {
        this.#leaving -= 1;
        this.wake();
      });
  }

  #forget(name: string): void {
    this.#world.runnable.delete(name);
    this.#due.delete(name);
    this.#turns.delete(name);
    this.#updates.clear(name);
    this.#retries.forget(name);
  }

  /** A fault of this program ends neither it nor the other units' work: the unit stands still until something new comes. */
  #logFault(unit: UnitState, error: unknown): void {
    this.#world.runnable.delete(unit.name);
    this.#log(`unit-${unit.name.replace('/', '-')}`, describe(error));
  }

  #log(entity: string, message: string): void {
    const {model, now} = this.#world;
    addLog(model, {time: now(), entity, level: 'ERROR', module: 'juju.worker.uniter', message});
  }
}

function getHookName(operation: Operation): string {
  return operation.kind === 'hook' ? operation.hook.name : 'action';
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
