import type {CommandResult, Environment, Processes} from '#charm';

import type {MachineState} from '../model/state.ts';
import type {FollowedProcess, LongProcesses} from '../processes.ts';

/** Effects on the computer that machines are made with. */
export interface MachinePorts {
  readonly processes: Processes;
  readonly long: LongProcesses;
  /** Says how a work of seconds or minutes is going, one line for people. */
  readonly progress: (line: string) => void;
}

/** A folder that machines have below their own files, and that nobody changes any more. */
export interface Layer {
  readonly id: string;
  /** The root of its files. Only what it adds to the layers below it is in there. */
  readonly folder: string;
}

/** The read-only layers machines stand on, kept in the data folder and shared by all controllers of it. */
export interface Layers {
  /** The host's own distribution, minimal, with systemd; built when it is not there or not whole. */
  ensureBase(): Promise<Layer>;
  /**
   * Layers, top first, of a machine that begins with these packages installed (as `apt-get install` was asked for them, in any
   * order); the base alone for none. Built when not there or not whole. What installs nothing new is the layer below.
   */
  ensurePackages(packages: readonly string[]): Promise<readonly Layer[]>;
  /** Packages that hooks of this charm asked apt-get for on earlier machines; null when that is not known yet. */
  getAsked(charmHash: string): Promise<readonly string[] | null>;
  setAsked(charmHash: string, packages: readonly string[]): Promise<void>;
}

/** Lets machines reach the package archives of the host, and nothing else of the network. */
export interface ArchiveServer {
  /** Answers HTTP on a Unix socket at this path. */
  listen(socket: string): Promise<void>;
  close(): Promise<void>;
}

/** A folder of the host that a machine sees: where, and whether it may write there. */
export interface Bind {
  readonly from: string;
  readonly to: string;
  readonly isWritable: boolean;
}

/** What a machine is made of. */
export interface MachineSpec {
  readonly machine: MachineState;
  /** Top first. */
  readonly layers: readonly Layer[];
  readonly binds: readonly Bind[];
}

export type PowerState = 'on' | 'off';

/**
 * The machines of one model: systemd-nspawn on overlayfs, in the model's network namespace. Ids are Juju's (`1/lxd/0`). A
 * container shares power and uplink of the machine it is on: what is done to a machine is done to all its containers. Whatever
 * was killed while one of these ran, doing it again (or `destroy`) sets it right.
 */
export interface MachineRoom {
  /** Makes the network namespace and a bridge for each space; what is there already is kept. */
  open(): Promise<void>;
  /** Makes a machine that is switched off. */
  create(spec: MachineSpec): Promise<void>;
  /**
   * Changes which folders of the host a machine sees: from its next boot on, before anything runs there, and at once when it is
   * on. What has files open in one that goes keeps them.
   */
  setBinds(id: string, binds: readonly Bind[]): Promise<void>;
  /** All that the machines see of the host, or will at their next boot. */
  readBinds(): Promise<readonly Bind[]>;
  /** Boots a machine and its containers that were on, and resolves when systemd answers inside; nothing when it runs. */
  powerOn(id: string): Promise<void>;
  /** Cuts the power: everything that runs inside is gone when this resolves. */
  powerOff(id: string): Promise<void>;
  /** What is the case now, looked up; also after `poweroff` inside. */
  getPower(id: string): Promise<PowerState>;
  /** Why a machine is off though nobody wants it so, for people: how its run ended. Null when it is on, or is to be off. */
  getCrash(id: string): Promise<string | null>;
  /** Another text for each boot of a machine, whoever began it; null when it is off. */
  getBoot(id: string): Promise<string | null>;
  /** Resolves when systemd answers inside a machine that is on; one that goes off meanwhile, or hangs, is a LocalError. */
  waitForBoot(id: string): Promise<void>;
  /** What was last asked for, by `powerOn`, `powerOff` or `poweroff` inside; null for a machine that was never made. */
  getWantedPower(id: string): Promise<PowerState | null>;
  /** Takes a machine's network links down or up; its own processes see the carrier go. */
  setLinks(id: string, isUp: boolean): Promise<void>;
  /** The argument list that runs a command inside, for programs that want to start it themselves (`ssh`). */
  getEnterCommand(id: string, command: readonly string[], environment: Environment): Promise<readonly string[]>;
  /** Runs a command inside to its end. 127 when the machine is off. */
  run(id: string, command: readonly string[], options?: RunInside): Promise<CommandResult>;
  /** Starts a command inside and tells its lines. */
  follow(id: string, command: readonly string[], options: FollowInside): Promise<FollowedProcess>;
  /** Ends (SIGKILL) every process inside whose environment has this `JUJU_CONTEXT_ID`, or any where none is named. */
  killHook(id: string, contextId?: string): Promise<void>;
  /** A folder of the host that belongs to the machine, is kept over power cuts, and is `/var/lib/juju` inside. */
  getJujuFolder(id: string): string;
  /** The root of the files that the machine wrote (its upper layer), as the host sees them. */
  getUpperFolder(id: string): string;
  /** The last lines of its console, for errors. */
  readConsole(id: string): Promise<readonly string[]>;
  /** Removes a machine with everything it left on the host. Its containers must be gone. */
  destroy(id: string): Promise<void>;
  /** Removes everything of the model: machines, mounts, cgroups, networks, files; also what a killed process left half made. */
  destroyAll(): Promise<void>;
}

export interface RunInside {
  readonly environment?: Environment;
  readonly stdin?: string;
  readonly timeoutMs?: number;
  readonly workingFolder?: string;
}

export interface FollowInside {
  readonly environment: Environment;
  readonly workingFolder: string;
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void;
}
