import {LocalError} from '../../errors.ts';
import type {PowerState} from '../ports.ts';
import {getMachinePaths, getPowerOwner} from './names.ts';
import {REBOOTED} from './nspawn.ts';
import {cutMachines, readConsoleLines, setLinkState, startMachine, type RoomOptions} from './power.ts';
import {
  describeEnd,
  findRecord,
  isHeldUp,
  listRecords,
  parseEnd,
  readEnd,
  readRecord,
  readRun,
  writeRecord,
  type MachineRecord,
} from './record.ts';
import {createTurns, type Turns} from './turns.ts';

/** How often machines are looked at that may have been switched off or rebooted from inside. */
const WATCH_MS = 500;

/**
 * Keeps a model's machines as they are wanted: on, off, and on again after a reboot from inside. A machine and its containers
 * are dealt with one step at a time, since they share the power.
 */
export class PowerKeeper {
  readonly #options: RoomOptions;
  readonly #turns: Turns = createTurns();
  #watch: NodeJS.Timeout | null = null;
  #isLooking = false;
  #isClosed = false;
  #told = '';

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** Begins to look after machines; does not keep this process alive. */
  watch(): void {
    if (this.#watch !== null || this.#isClosed) return;
    this.#watch = setInterval(() => void this.#look(), WATCH_MS);
    this.#watch.unref();
  }

  /** Ends looking after machines, which go on; resolves when nothing is being done any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#watch !== null) clearInterval(this.#watch);
    await this.#turns.whenIdle();
  }

  /** Does something with a machine while nobody else switches it or its containers. */
  inTurn<T>(machine: string, task: () => Promise<T>): Promise<T> {
    return this.#turns.take(getPowerOwner(machine), () => {
      if (this.#isClosed) throw new LocalError('the model is being removed or its controller ends');
      return task();
    });
  }

  /** Gives the machines that boot or run now: this one, and its containers that were on. */
  switchOn(machine: string): Promise<readonly string[]> {
    return this.inTurn(machine, async () => {
      const owner = getPowerOwner(machine);
      await this.#settle(owner);
      const record = await readRecord(this.#options.folder, machine);
      if (owner !== machine && !(await this.#isOn(owner))) {
        throw new LocalError(`machine ${machine} cannot be started: machine ${owner} is off`);
      }
      await writeRecord(this.#options.folder, {...record, wanted: 'on'});
      return owner === machine ? this.#startGroup(owner) : this.#startAll([record]);
    });
  }

  switchOff(machine: string): Promise<void> {
    return this.inTurn(machine, async () => {
      const record = await readRecord(this.#options.folder, machine);
      await writeRecord(this.#options.folder, {...record, wanted: 'off'});
      await this.#cut(machine);
    });
  }

  async getPower(machine: string): Promise<PowerState> {
    await readRecord(this.#options.folder, machine);
    if (await this.#isOn(machine)) return 'on';
    return this.inTurn(machine, async () => {
      await this.#settle(getPowerOwner(machine));
      return (await this.#isOn(machine)) ? 'on' : 'off';
    });
  }

  /** Why a machine is off though nobody wants it so, for people; null when it is on, or is to be off. */
  async getCrash(machine: string): Promise<string | null> {
    const isOff = (await this.getPower(machine)) === 'off';
    const {wanted, end = null} = await readRecord(this.#options.folder, machine);
    return isOff && wanted === 'on' ? describeEnd(end) : null;
  }

  setLinks(machine: string, isUp: boolean): Promise<void> {
    const {folder, ports} = this.#options;
    return this.inTurn(machine, async () => {
      await writeRecord(folder, {...(await readRecord(folder, machine)), isLinked: isUp});
      await setLinkState(ports.processes, folder, machine, isUp);
    });
  }

  async #isOn(machine: string): Promise<boolean> {
    return isHeldUp(await readRun(getMachinePaths(this.#options.folder, machine)));
  }

  /** Whether a run has ended that has not been cleared away. */
  async #isOver(machine: string): Promise<boolean> {
    const run = await readRun(getMachinePaths(this.#options.folder, machine));
    return run !== null && !(await isHeldUp(run));
  }

  async #listGroup(owner: string): Promise<readonly MachineRecord[]> {
    const records = await listRecords(this.#options.folder);
    return records.filter(({spec}) => getPowerOwner(spec.machine.id) === owner);
  }

  /** A machine first, then its containers that are wanted. */
  async #startGroup(owner: string): Promise<readonly string[]> {
    const records = await this.#listGroup(owner);
    return this.#startAll(records.filter(({spec, wanted}) => spec.machine.id === owner || wanted === 'on'));
  }

  async #startAll(records: readonly MachineRecord[]): Promise<readonly string[]> {
    for (const record of records) await this.#start(record);
    return records.map(({spec}) => spec.machine.id);
  }

  async #start(record: MachineRecord): Promise<void> {
    const {id} = record.spec.machine;
    if (await this.#isOn(id)) return;
    try {
      await startMachine(this.#options, record);
    } catch (error) {
      await this.#cut(id);
      throw error;
    }
  }

  /** With a machine go its containers. */
  async #cut(machine: string): Promise<void> {
    const isOwner = getPowerOwner(machine) === machine;
    const ids = isOwner ? (await this.#listGroup(machine)).map(({spec}) => spec.machine.id) : [machine];
    await cutMachines(this.#options, ids);
  }

  /** Draws the consequences of what ended by itself: clears it away, or boots it again when it rebooted. */
  async #settle(owner: string): Promise<void> {
    if (await this.#isOver(owner)) {
      await this.#settleOne(owner);
      return;
    }
    const isOwnerOn = await this.#isOn(owner);
    for (const {spec} of await this.#listGroup(owner)) {
      const {id} = spec.machine;
      if (id === owner) continue;
      if (await this.#isOver(id)) await this.#settleOne(id);
      else if (!isOwnerOn && (await this.#isOn(id))) await this.#cut(id);
    }
  }

  async #settleOne(machine: string): Promise<void> {
    const {folder} = this.#options;
    const record = await findRecord(folder, machine);
    if (record === null) return;
    // The shell that would have seen it may have been killed before.
    const end = (await readEnd(getMachinePaths(folder, machine))) ?? parseEnd(await readConsoleLines(folder, machine));
    // An orderly end is somebody's wish; whatever else ended it, a container is still to come back with its machine.
    await writeRecord(folder, {...record, end, wanted: end === 0 ? 'off' : record.wanted});
    await this.#cut(machine);
    if (end !== REBOOTED) return;
    await (machine === getPowerOwner(machine) ? this.#startGroup(machine) : this.#startAll([record]));
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      for (const {spec} of await listRecords(this.#options.folder)) {
        const {id} = spec.machine;
        if (await this.#isOver(id)) await this.inTurn(id, () => this.#settle(getPowerOwner(id)));
      }
      this.#told = '';
    } catch (error) {
      this.#tell(error instanceof Error ? error.message : String(error));
    } finally {
      this.#isLooking = false;
    }
  }

  /** Says what went wrong once, not at every look. */
  #tell(message: string): void {
    if (message === this.#told || this.#isClosed) return;
    this.#told = message;
    this.#options.ports.progress(message);
  }
}
