import type {CommandResult, Environment, FileState} from '#charm';

import type {CharmState, MachineState, ModelState, StorageState, UnitState} from './model/state.ts';
import type {HookTools} from './tools/tool-input.ts';

/** One run of a charm: a hook or an action. */
export interface CharmRun {
  readonly unit: UnitState;
  readonly machine: MachineState;
  readonly charm: CharmState;
  readonly environment: Environment;
  readonly tools: HookTools;
  /** Told each line that the charm prints, while it runs. */
  readonly log: (stream: 'stdout' | 'stderr', line: string) => void;
}

/** How a charm's program ended. */
export interface CharmResult {
  readonly exitCode: number;
  /** Lines of standard error, and why a program could not be run or ended by itself; each goes to the log. */
  readonly errors: readonly string[];
  /** How it ended when it did not end by itself, in Juju's words: `signal: killed`. */
  readonly reason?: string;
  /** What was run; `dispatch` unless told. A hook that the charm has not is nothing, and well. */
  readonly via?: 'dispatch' | 'script' | 'nothing';
}

/** What a unit's hooks are told of where they are. */
export interface AgentPlaces {
  /** Where the charm's files really are. */
  readonly charmFolder: string;
  /** The address of the socket that hook tools speak to. */
  readonly socket: string;
}

/** What is on a machine, as far as two runs are compared by it. */
export interface MachineContents {
  readonly files: Readonly<Record<string, FileState>>;
  readonly packages: readonly string[];
  readonly services: Readonly<Record<string, string>>;
  readonly cib: string | null;
}

/** Where units live. The model decides what exists and which hook runs; a cloud makes it so. */
export interface Cloud {
  readonly name: string;
  /** The base that every machine has, whatever base its units were asked for; absent where a machine has that of its first unit. */
  readonly base?: string;
  /** That of every machine's processors, as Juju names it (amd64); absent where machines have any. */
  readonly architecture?: string;
  /** Kinds of storage that it can provide; absent where it can all. */
  readonly storageKinds?: readonly StorageState['kind'][];
  /** Called once for every machine and container of the model, before anything runs there. */
  createMachine(machine: MachineState): Promise<void>;
  destroyMachine(machine: MachineState): Promise<void>;
  /**
   * Makes a unit's storage be there on its machine, now and after every boot, before its charm is told of it; nothing when it is
   * there. Absent where nobody looks into storage.
   */
  attachStorage?(unit: UnitState, storage: StorageState): Promise<void>;
  /** Takes a storage away from the machine of a unit whose charm has let it go, and for good if no other unit has it. */
  detachStorage?(unit: UnitState, storage: StorageState): Promise<void>;
  getAgentPlaces(unit: UnitState, charm: CharmState): AgentPlaces;
  runCharm(run: CharmRun): Promise<CharmResult>;
  /** Ends (SIGKILL) whatever runs for a unit, and has it fail. Absent where nobody removes a unit while something runs. */
  endHooks?(unit: UnitState): Promise<void>;
  /** Takes away what a unit had on its machine, behind its last hook. Absent where nobody looks for that. */
  removeAgent?(unit: UnitState): Promise<void>;
  /**
   * Runs a command on a machine; the environment and the tools are those of a hook when a unit is meant. One word alone is a
   * command line for a shell, several are a program and its arguments.
   */
  exec(
    machine: MachineState,
    command: readonly string[],
    hook?: {readonly environment: Environment; readonly tools: HookTools},
  ): Promise<CommandResult>;
  /**
   * The argument list that runs a command on a machine in the user's own terminal, a login shell when none is given. Absent where
   * machines have no shell.
   */
  getEnterCommand?(machine: MachineState, command: readonly string[]): Promise<readonly string[]>;
  /** A file's text, or null where there is none. */
  readFile(machine: MachineState, path: string): Promise<string | null>;
  readContents(machine: MachineState): MachineContents;
  /** What the cloud must be given back by `restore`; plain data. */
  save(): unknown;
}

/** Makes a cloud for a model from what `save` gave before, or from nothing (null). */
export type CreateCloud = (model: ModelState, saved: unknown) => Cloud;
