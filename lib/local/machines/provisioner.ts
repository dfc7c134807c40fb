import type {LogLevel, MachineState, ModelState} from '../model/state.ts';
import {getExpectedCharms} from './profile.ts';
import type {Layer, Layers, MachineRoom, MachineSpec} from './ports.ts';

/** How a machine is, in Juju's words for its agent. */
export type MachineCondition = 'pending' | 'started' | 'down' | 'provisioning error';

const SWITCHED_OFF = 'the machine is switched off';
const BOOTING = 'the machine boots';

export interface ProvisionerOptions {
  readonly model: ModelState;
  readonly room: Pick<
    MachineRoom,
    'create' | 'powerOn' | 'getPower' | 'getCrash' | 'getBoot' | 'waitForBoot' | 'getWantedPower' | 'destroy'
  >;
  readonly layers: Pick<Layers, 'ensureBase' | 'ensurePackages' | 'getAsked'>;
  /** What a machine is to see of the host, all of it there. */
  readonly getBinds: (machine: string) => Promise<MachineSpec['binds']>;
  /** The name under which what a charm asks apt-get for is remembered: its content. */
  readonly getCharmHash: (charm: string) => string;
  /** Whether an earlier controller had brought the machine up, as it is known before this one says anything of it. */
  readonly wasUp: (machine: MachineState) => boolean;
  /** Told before a machine is `started`, and which of its boots it is. */
  readonly onBoot: (machine: MachineState, boot: string) => void;
  readonly onCondition: (machine: MachineState, condition: MachineCondition, message: string) => void;
  readonly log: (machine: MachineState, level: LogLevel, message: string) => void;
  /** Machines that boot at the same time. */
  readonly atOnce: number;
}

/**
 * Brings up the machines that the model has, each once: with the packages below it that its charms asked for on earlier
 * machines, parents before their containers. Then follows their power, which others switch too: fencing, `poweroff` inside.
 */
export class Provisioner {
  readonly #options: ProvisionerOptions;
  readonly #jobs = new Map<string, Promise<void>>();
  readonly #conditions = new Map<string, MachineCondition>();
  /** The boot in which each machine was last seen up. */
  readonly #boots = new Map<string, string>();
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #isStopped = false;

  constructor(options: ProvisionerOptions) {
    this.#options = options;
    this.#free = options.atOnce;
  }

  /** Whether hooks can run there now, later by themselves, or not before somebody does something. */
  getOutlook(machine: string): 'ready' | 'pending' | 'down' {
    if (this.#jobs.has(machine)) return 'pending';
    const condition = this.#conditions.get(machine) ?? 'pending';
    if (condition === 'started') return 'ready';
    return condition === 'pending' ? 'pending' : 'down';
  }

  /** Begins with machines that are new, those that could not be made before, and those that crashed: nobody wanted them off. */
  wake(): void {
    if (this.#isStopped) return;
    for (const machine of Object.values(this.#options.model.machines)) void this.#ensure(machine);
  }

  #ensure(machine: MachineState): Promise<void> {
    const running = this.#jobs.get(machine.id);
    if (running !== undefined) return running;
    const known = this.#conditions.get(machine.id);
    if (known === 'started') return Promise.resolve();
    // One that goes at this moment is no news.
    if (known === 'down') return this.#revive(machine).catch(() => undefined);
    return this.#begin(machine, this.#bringUp(machine));
  }

  /** Boots a machine again that is off though nobody wants it so, after the one it is on. One that is to be off gets no job. */
  async #revive(machine: MachineState): Promise<void> {
    const {room, model, log} = this.#options;
    const parent = machine.parent === null ? undefined : model.machines[machine.parent];
    if (parent !== undefined) {
      await this.#revive(parent);
      // A container has no power of its own.
      if (this.#conditions.get(parent.id) !== 'started') return;
    }
    const isWanted = (await room.getWantedPower(machine.id)) === 'on';
    if (!isWanted || (await room.getPower(machine.id)) === 'on') return;
    if (this.#jobs.has(machine.id) || this.#conditions.get(machine.id) !== 'down' || this.#isStopped) return;
    const work = this.#takeOver(machine).catch((error: unknown) => {
      log(machine, 'WARNING', error instanceof Error ? error.message : String(error));
    });
    await this.#begin(
      machine,
      work.then(() => undefined),
    );
  }

  /** Whoever is told of a job's end finds it ended: see `#finish`. This is for those that end without a word. */
  #begin({id}: MachineState, work: Promise<void>): Promise<void> {
    const job = work.finally(() => {
      if (this.#jobs.get(id) === job) this.#jobs.delete(id);
    });
    this.#jobs.set(id, job);
    return job;
  }

  async #bringUp(machine: MachineState): Promise<void> {
    const {model, onCondition, log, wasUp} = this.#options;
    const isKnown = wasUp(machine);
    if (!isKnown) onCondition(machine, 'pending', '');
    const parent = machine.parent === null ? undefined : model.machines[machine.parent];
    if (parent !== undefined) await this.#ensure(parent);
    try {
      await this.#inTurn(() => this.#boot(machine, isKnown));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log(machine, 'ERROR', message);
      this.#finish(machine, 'provisioning error', message.split('\n')[0] ?? '');
    }
  }

  async #boot(machine: MachineState, isKnown: boolean): Promise<void> {
    if (this.#isStopped || this.#options.model.machines[machine.id] === undefined) return;
    if (isKnown && (await this.#takeOver(machine))) return;
    const {room, getBinds, onCondition} = this.#options;
    onCondition(machine, 'pending', 'preparing layers');
    const layers = await this.#chooseLayers(machine);
    onCondition(machine, 'pending', 'starting');
    await room.create({machine, layers, binds: await getBinds(machine.id)});
    await room.powerOn(machine.id);
    await this.#setStarted(machine);
  }

  /**
   * A machine that was up under an earlier controller goes on as it was: running, booted again after the computer's own reboot,
   * or off when it was switched off: one that was fenced stays off, with its containers, which are followed until it is switched on. False
   * for a machine that is new.
   */
  async #takeOver(machine: MachineState): Promise<boolean> {
    const {room} = this.#options;
    const wanted = await room.getWantedPower(machine.id);
    if (wanted === null) return false;
    const hasPower = machine.parent === null || this.#conditions.get(machine.parent) === 'started';
    if (wanted === 'on' && hasPower) {
      if ((await room.getPower(machine.id)) === 'off') this.#set(machine, 'down', BOOTING);
      await room.powerOn(machine.id);
    }
    if ((await room.getPower(machine.id)) === 'on') await this.#setStarted(machine);
    else this.#finish(machine, 'down', await this.#describeOff(machine));
    return true;
  }

  /** Why a machine is off, for people; of one that crashed the log tells too. */
  async #describeOff(machine: MachineState): Promise<string> {
    const {room, log} = this.#options;
    const {id, parent} = machine;
    if (parent !== null && (await room.getPower(parent)) === 'off') return `machine ${parent}, which it is on, is off`;
    const crash = await room.getCrash(id);
    if (crash === null) return SWITCHED_OFF;
    const message = `the machine crashed: ${crash}; the next change boots it again`;
    log(machine, 'WARNING', message);
    return message;
  }

  /** The base alone where a layer cannot be had: the charms' own apt-get calls then install, or say why they cannot. */
  async #chooseLayers(machine: MachineState): Promise<readonly Layer[]> {
    const {layers, model, log, getCharmHash} = this.#options;
    const asked = await Promise.all(
      getExpectedCharms(model, machine.id).map((charm) => layers.getAsked(getCharmHash(charm))),
    );
    const packages = [...new Set(asked.flatMap((names) => names ?? []))].sort();
    try {
      return await layers.ensurePackages(packages);
    } catch (error) {
      if (packages.length === 0) throw error;
      log(machine, 'WARNING', error instanceof Error ? error.message : String(error));
      return [await layers.ensureBase()];
    }
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  /** Looks up the power of every machine that was started; told what changed. */
  async look(): Promise<void> {
    for (const machine of Object.values(this.#options.model.machines)) {
      if (this.#jobs.has(machine.id) || !this.#isFollowed(machine)) continue;
      const power = await this.#options.room.getPower(machine.id);
      if (power === 'on') await this.#noteBoot(machine);
      else if (this.#conditions.get(machine.id) === 'started') await this.#noteOff(machine);
    }
  }

  /** Others may look at the same time, and a job may have begun: only the first says so. */
  async #noteOff(machine: MachineState): Promise<void> {
    this.#conditions.set(machine.id, 'down');
    const message = await this.#describeOff(machine);
    if (!this.#jobs.has(machine.id)) this.#set(machine, 'down', message);
  }

  #isFollowed({id}: MachineState): boolean {
    const condition = this.#conditions.get(id);
    return condition === 'started' || condition === 'down';
  }

  /** One that was switched on or rebooted by others is not up before it has booted; other machines go on meanwhile. */
  async #noteBoot(machine: MachineState): Promise<void> {
    const {room, log} = this.#options;
    const boot = await room.getBoot(machine.id);
    if (boot === null || this.#jobs.has(machine.id)) return;
    if (boot === this.#boots.get(machine.id) && this.#conditions.get(machine.id) === 'started') return;
    this.#set(machine, 'down', BOOTING);
    const work = room
      .waitForBoot(machine.id)
      .then(() => this.#setStarted(machine))
      .catch((error: unknown) => {
        log(machine, 'WARNING', error instanceof Error ? error.message : String(error));
      });
    void this.#begin(machine, work);
  }

  /** Up, unless it went off again at this very moment: then the next look says so. */
  async #setStarted(machine: MachineState): Promise<void> {
    const boot = await this.#options.room.getBoot(machine.id);
    if (boot !== null) {
      this.#boots.set(machine.id, boot);
      this.#options.onBoot(machine, boot);
    }
    this.#finish(machine, 'started', '');
  }

  /** The last word of a job. */
  #finish(machine: MachineState, condition: MachineCondition, message: string): void {
    this.#jobs.delete(machine.id);
    this.#set(machine, condition, message);
  }

  #set(machine: MachineState, condition: MachineCondition, message: string): void {
    this.#conditions.set(machine.id, condition);
    this.#options.onCondition(machine, condition, message);
  }

  /** Takes a machine away for good, once what is being done to it is done. */
  async destroy(machine: MachineState): Promise<void> {
    await this.#jobs.get(machine.id);
    this.#conditions.delete(machine.id);
    this.#boots.delete(machine.id);
    await this.#options.room.destroy(machine.id);
  }

  /** Looks again and again, that long apart, until it is stopped; keeps no process alive. */
  follow(pauseMs: number): void {
    const looking = setInterval(() => {
      if (this.#isStopped) clearInterval(looking);
      // A machine that goes at this moment is no news.
      else this.look().catch(() => undefined);
    }, pauseMs);
    looking.unref();
    this.wake();
  }

  /** Whether every machine is up or known not to be. */
  get isIdle(): boolean {
    return this.#jobs.size === 0;
  }

  /** Begins with nothing more. */
  stop(): void {
    this.#isStopped = true;
  }
}
