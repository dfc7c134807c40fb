import type {CommandResult} from '#charm';

import type {AgentPlaces, CharmResult, CharmRun, Cloud, MachineContents} from '../cloud.ts';
import {LocalError} from '../errors.ts';
import type {MachineState, StorageState, UnitState} from '../model/state.ts';
import type {UnitAgents} from './agent/unit-agents.ts';
import {getCharmName} from './agent/agent-paths.ts';
import type {AskedRecorder} from './asked-recorder.ts';
import type {MachineRoom} from './ports.ts';
import type {Provisioner} from './provisioner.ts';
import type {MachineStorage} from './storage.ts';

export interface MachinesCloudOptions {
  readonly room: MachineRoom;
  readonly unitAgents: UnitAgents;
  readonly provisioner: Provisioner;
  readonly asked: AskedRecorder;
  readonly storage: MachineStorage;
  /** The base that every machine has: the host's own. */
  readonly base: string;
  /** The host's too. */
  readonly architecture: string;
}

/** The environment of a person's own shell on a machine. */
const SHELL_ENVIRONMENT = {TERM: 'xterm-256color', LANG: 'C.UTF-8', HOME: '/root', USER: 'root', LOGNAME: 'root'};

/** The cloud of real machines on this computer. Machines boot after the change that made them, when it is known what is on them. */
export class MachinesCloud implements Cloud {
  readonly name = 'machines';
  readonly storageKinds = ['filesystem'] as const;
  readonly base: string;
  readonly architecture: string;
  readonly #options: MachinesCloudOptions;

  constructor(options: MachinesCloudOptions) {
    this.#options = options;
    this.base = options.base;
    this.architecture = options.architecture;
  }

  createMachine(machine: MachineState): Promise<void> {
    machine.base = this.base;
    return Promise.resolve();
  }

  async destroyMachine(machine: MachineState): Promise<void> {
    await this.#options.provisioner.destroy(machine);
    await this.#options.storage.removeLost();
  }

  attachStorage(unit: UnitState): Promise<void> {
    return this.#options.storage.attach(unit);
  }

  detachStorage(unit: UnitState, storage: StorageState): Promise<void> {
    return this.#options.storage.detach(unit, storage);
  }

  getAgentPlaces(unit: UnitState): AgentPlaces {
    return this.#options.unitAgents.getAgentPlaces(unit);
  }

  async runCharm(run: CharmRun): Promise<CharmResult> {
    const result = await this.#options.unitAgents.runCharm(run);
    const hasStarted = run.environment['JUJU_DISPATCH_PATH'] === 'hooks/start' && result.exitCode === 0;
    await this.#options.asked.note(run.machine.id, getCharmName(run.charm.folder), hasStarted);
    return result;
  }

  endHooks(unit: UnitState): Promise<void> {
    return this.#options.unitAgents.endHooks(unit);
  }

  removeAgent(unit: UnitState): Promise<void> {
    return this.#options.unitAgents.remove(unit);
  }

  exec(machine: MachineState, command: readonly string[], hook?: Parameters<Cloud['exec']>[2]): Promise<CommandResult> {
    return this.#options.unitAgents.exec(machine, command, hook);
  }

  getEnterCommand(machine: MachineState, command: readonly string[]): Promise<readonly string[]> {
    const [only = ''] = command;
    const line = command.length === 1 ? ['bash', '-c', only] : command;
    return this.#options.room.getEnterCommand(
      machine.id,
      command.length === 0 ? ['bash', '--login'] : line,
      SHELL_ENVIRONMENT,
    );
  }

  async readFile(machine: MachineState, path: string): Promise<string | null> {
    const {exitCode, stdout} = await this.#options.room.run(machine.id, ['cat', '--', path]);
    return exitCode === 0 ? stdout : null;
  }

  readContents(machine: MachineState): MachineContents {
    throw new LocalError(`machine ${machine.id} is a real one: look at it with juju-local ssh or exec`);
  }

  save(): null {
    return null;
  }
}
