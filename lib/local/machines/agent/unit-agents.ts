import {rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';

import type {CommandResult, Environment} from '#charm';

import type {AgentPlaces, CharmResult, CharmRun} from '../../cloud.ts';
import type {CharmState, MachineState, UnitState} from '../../model/state.ts';
import type {HookTools} from '../../tools/tool-input.ts';
import type {MachineRoom} from '../ports.ts';
import {changeCharm, findOrphans, installAgent, readCharmName, removeAgent} from './agent-folders.ts';
import {
  CHARMS_FOLDER,
  getAgentPaths,
  getCharmName,
  JUJU_FOLDER,
  type AgentPaths,
  type AgentRoots,
} from './agent-paths.ts';
import {getCharmCommand, getUnmountCommand, parseFinding, type Finding} from './charm-script.ts';
import {ToolServer} from './tool-server.ts';

/** What a unit agent needs of the room its machine is in. */
export type AgentRoom = Pick<MachineRoom, 'run' | 'follow' | 'killHook' | 'getJujuFolder'>;

export interface UnitAgentsOptions {
  readonly room: AgentRoom;
  /** Where a machine has its own Juju folder and the charm store; the usual places unless told. */
  readonly roots?: AgentRoots;
}

/** A run of a charm, as far as it matters here; see `CharmRun`. */
export interface AgentRun extends Pick<CharmRun, 'environment' | 'tools' | 'log'> {
  readonly unit: Pick<UnitState, 'name'>;
  readonly machine: Pick<MachineState, 'id'>;
  readonly charm: Pick<CharmState, 'folder'>;
}

/** The environment and the hook tools of a command that sees those of a unit. */
interface HookOfCommand {
  readonly environment: Environment;
  readonly tools: HookTools;
}

/** What a person's command may take. */
const EXEC_LIMIT_MS = 3_600_000;

/** Go's names of signals, which Juju prints. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

/**
 * Runs charms and commands inside machines as Juju's unit agents do. A charm is the store's folder below an overlay, so that many
 * units share its files and each may write to its own; what runs is written down, so that the next controller ends it before
 * anything else runs on that machine.
 */
export class UnitAgents {
  readonly #room: AgentRoom;
  readonly #roots: AgentRoots;
  readonly #servers = new Map<string, ToolServer>();
  readonly #installed = new Set<string>();
  /** By machine: what an earlier controller left running there has been ended. */
  readonly #cleared = new Map<string, Promise<void>>();
  /** By context: what runs now, and where. */
  readonly #running = new Map<string, {readonly machine: string; readonly unit: string}>();

  constructor({room, roots = {juju: JUJU_FOLDER, charms: CHARMS_FOLDER}}: UnitAgentsOptions) {
    this.#room = room;
    this.#roots = roots;
  }

  /** Where a unit's hooks are told that they are. */
  getAgentPlaces(unit: Pick<UnitState, 'name'>): AgentPlaces {
    const {charm, socket} = getAgentPaths(this.#roots.juju, unit.name);
    return {charmFolder: charm, socket};
  }

  /** Runs a hook or an action as Juju chooses what to run for it. */
  async runCharm(run: AgentRun): Promise<CharmResult> {
    const {unit, machine, charm} = run;
    const path = run.environment['JUJU_DISPATCH_PATH'] ?? '';
    await this.#clear(machine.id);
    const finding = await this.#prepare(machine.id, unit.name, charm, path);
    return this.#runFinding(run, finding);
  }

  /** Ends (SIGKILL) what runs for a unit. What is only just beginning may escape: ask again. */
  async endHooks({name}: Pick<UnitState, 'name'>): Promise<void> {
    for (const [context, {machine, unit}] of this.#running) {
      if (unit === name) await this.#room.killHook(machine, context);
    }
  }

  /** Takes away what a unit has on its machine; nothing when that is gone. */
  async remove({name, machine}: Pick<UnitState, 'name' | 'machine'>): Promise<void> {
    await this.#clear(machine);
    await this.#room.run(machine, getUnmountCommand(getAgentPaths(this.#roots.juju, name)));
    await removeAgent(this.#getHostPaths(machine, name));
    this.#installed.delete(`${machine} ${name}`);
    this.#servers.delete(this.#getHostPaths(machine, name).socket);
  }

  /** Runs a command on a machine; see `Cloud.exec`. */
  async exec(
    machine: Pick<MachineState, 'id'>,
    command: readonly string[],
    hook?: HookOfCommand,
  ): Promise<CommandResult> {
    await this.#clear(machine.id);
    const [only = ''] = command;
    // Juju gives a command line to bash too.
    const words = command.length === 1 ? ['bash', '-c', only] : command;
    const options = {timeoutMs: EXEC_LIMIT_MS, ...(hook === undefined ? {} : {environment: hook.environment})};
    const run = (workingFolder: string): Promise<CommandResult> =>
      this.#room.run(machine.id, words, {...options, workingFolder});
    const unit = hook?.environment['JUJU_UNIT_NAME'];
    if (hook === undefined || unit === undefined) return run('/');
    await this.#install(machine.id, unit);
    return this.#inContext(machine.id, unit, hook, () => run(getAgentPaths(this.#roots.juju, unit).charm));
  }

  /** Ends everything that runs for units; machines go on. */
  async close(): Promise<void> {
    for (const [context, {machine}] of this.#running) await this.#room.killHook(machine, context);
  }

  async #runFinding(run: AgentRun, finding: Finding): Promise<CharmResult> {
    switch (finding.kind) {
      case 'nothing':
        return {exitCode: 0, errors: [], via: 'nothing'};
      case 'missing':
        return {exitCode: 1, errors: [], reason: 'charm missing from disk'};
      case 'error':
        return {exitCode: 1, errors: [], reason: finding.message};
      case 'forbidden': {
        const {charm} = getAgentPaths(this.#roots.juju, run.unit.name);
        return {exitCode: 1, errors: [], reason: `fork/exec ${charm}/${finding.path}: permission denied`};
      }
      default:
        return this.#runProgram(run, finding.path);
    }
  }

  async #runProgram(run: AgentRun, path: string): Promise<CharmResult> {
    const {charm} = getAgentPaths(this.#roots.juju, run.unit.name);
    const {exitCode, reason} = await this.#inContext(run.machine.id, run.unit.name, run, async () => {
      const inside = {environment: run.environment, workingFolder: charm, onLine: run.log};
      return (await this.#room.follow(run.machine.id, [`${charm}/${path}`], inside)).ended;
    });
    return {
      exitCode,
      errors: [],
      via: path === 'dispatch' ? 'dispatch' : 'script',
      ...(reason === null ? {} : {reason: describeEnd(reason)}),
    };
  }

  /** Answers hook tools while something runs, and has it written down that it does. */
  async #inContext<T>(machine: string, unit: string, hook: HookOfCommand, work: () => Promise<T>): Promise<T> {
    const paths = this.#getHostPaths(machine, unit);
    const context = hook.environment['JUJU_CONTEXT_ID'] ?? '';
    const server = this.#getServer(paths.socket);
    await server.open(context, hook.tools);
    this.#running.set(context, {machine, unit});
    try {
      await writeFile(paths.running, context, {mode: 0o600});
      return await work();
    } finally {
      this.#running.delete(context);
      await server.close(context);
      await rm(paths.running, {force: true});
    }
  }

  #getServer(socket: string): ToolServer {
    const known = this.#servers.get(socket) ?? new ToolServer(socket);
    this.#servers.set(socket, known);
    return known;
  }

  #getHostPaths(machine: string, unit: string): AgentPaths {
    return getAgentPaths(this.#room.getJujuFolder(machine), unit);
  }

  #clear(machine: string): Promise<void> {
    const known = this.#cleared.get(machine);
    if (known !== undefined) return known;
    const clearing = this.#endOrphans(machine);
    this.#cleared.set(machine, clearing);
    clearing.catch(() => this.#cleared.delete(machine));
    return clearing;
  }

  async #endOrphans(machine: string): Promise<void> {
    for (const {file, context} of await findOrphans(this.#room.getJujuFolder(machine))) {
      await this.#room.killHook(machine, context);
      await rm(file, {force: true});
    }
  }

  async #install(machine: string, unit: string): Promise<void> {
    const key = `${machine} ${unit}`;
    if (this.#installed.has(key)) return;
    await installAgent(this.#getHostPaths(machine, unit));
    this.#installed.add(key);
  }

  async #prepare(machine: string, unit: string, charm: AgentRun['charm'], path: string): Promise<Finding> {
    await this.#install(machine, unit);
    const paths = this.#getHostPaths(machine, unit);
    const inside = getAgentPaths(this.#roots.juju, unit);
    const name = getCharmName(charm.folder);
    const before = await readCharmName(paths);
    if (before !== name) {
      await this.#room.run(machine, getUnmountCommand(inside));
      const folders = before === null ? [charm.folder] : [charm.folder, join(dirname(charm.folder), before)];
      await changeCharm(paths, name, folders);
    }
    return parseFinding(await this.#room.run(machine, getCharmCommand(join(this.#roots.charms, name), inside, path)));
  }
}

/** A signal in Juju's words; what else kept a program from running as it is. */
function describeEnd(reason: string): string {
  return /^SIG[A-Z\d]+$/.test(reason) ? `signal: ${SIGNALS[reason] ?? reason}` : reason;
}
