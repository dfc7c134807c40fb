import type {CommandResult, dispatch as Dispatch, HostFacts} from '#charm';
import {createHostState, MemoryHost, type MemoryHostState} from '#charm/testing';
import {getUnitTag} from '#juju';

import type {LoadProgram} from '../charms/program.ts';
import type {AgentPlaces, CharmResult, CharmRun, Cloud, MachineContents} from '../cloud.ts';
import {getApplicationOf} from '../model/names.ts';
import type {CharmState, MachineState, ModelState, UnitState} from '../model/state.ts';
import {deriveBytes} from '../random.ts';
import {TOOL_NAMES} from '../tools/index.ts';
import type {HookTools} from '../tools/tool-input.ts';
import {MemoryCluster, type SavedCluster} from './cluster.ts';
import {PACKAGES} from './packages.ts';
import {splitWords} from './words.ts';

interface Saved {
  readonly hosts: Readonly<Record<string, MemoryHostState>>;
  readonly cluster: SavedCluster | null;
}

export interface MemoryCloudOptions {
  readonly model: ModelState;
  /** What `save` gave, or null for a new cloud. */
  readonly saved: unknown;
  readonly load: LoadProgram;
  readonly now: () => number;
  /** Told every program and hook tool that a charm starts, with its arguments. */
  readonly trace?: Trace | undefined;
}

/** Is told one call: a program or hook tool and its arguments. */
export type Trace = (call: readonly string[]) => void;

/** The cloud without machines: hosts, programs and the cluster are models in this process. */
export class MemoryCloud implements Cloud {
  readonly name = 'memory';
  readonly #options: MemoryCloudOptions;
  readonly #hosts = new Map<string, MemoryHost>();
  readonly #cluster: MemoryCluster;
  #dispatch: Promise<typeof Dispatch> | null = null;
  /** Whose program runs now: what random bytes are derived from. */
  #application = '';

  constructor(options: MemoryCloudOptions) {
    this.#options = options;
    const saved = isSaved(options.saved) ? options.saved : {hosts: {}, cluster: null};
    this.#cluster = new MemoryCluster(saved.cluster, options.now);
    for (const machine of Object.values(options.model.machines)) {
      this.#addHost(machine, saved.hosts[machine.id] ?? createHostState());
    }
  }

  createMachine(machine: MachineState): Promise<void> {
    this.#addHost(machine, createHostState());
    return Promise.resolve();
  }

  #addHost(machine: MachineState, state: MemoryHostState): void {
    const run = this.#cluster.createPrograms(machine.hostname);
    const random = (purpose: string, bytes: number): string =>
      deriveBytes(this.#options.model.secret, [this.#application, purpose], bytes).toString('base64');
    const host = new MemoryHost({facts: getFacts(machine), state, catalog: PACKAGES, commands: run, random});
    this.#hosts.set(machine.id, host);
    this.#cluster.addHost(machine, state);
  }

  destroyMachine(machine: MachineState): Promise<void> {
    this.#hosts.delete(machine.id);
    this.#cluster.removeHost(machine.hostname);
    return Promise.resolve();
  }

  /** The folder on the machine is only a name here: the charm's own templates are read from where it really is. */
  getAgentPlaces(unit: UnitState, {folder}: CharmState): AgentPlaces {
    return {charmFolder: folder, socket: `@/var/lib/juju/agents/${getUnitTag(unit.name)}/agent.socket`};
  }

  async runCharm({unit, machine, charm, environment, tools}: CharmRun): Promise<CharmResult> {
    const host = this.#getHost(machine);
    this.#application = getApplicationOf(unit.name);
    try {
      // Loaded once, with the first charm, which needs it too: a command that runs none is quicker without.
      this.#dispatch ??= import('#charm').then(({dispatch}) => dispatch);
      const dispatch = await this.#dispatch;
      const program = await this.#options.load(charm.program, charm.name);
      const exitCode = await dispatch(program, {environment, tools: this.#traceTools(tools), host});
      return {exitCode, errors: getUnknownPackages(host.started).map(describeUnknown)};
    } catch (error) {
      return {exitCode: 1, errors: [error instanceof Error ? error.message : String(error)]};
    } finally {
      this.#collect(machine, host);
    }
  }

  #traceTools(tools: HookTools): HookTools {
    const {trace} = this.#options;
    if (trace === undefined) return tools;
    return (tool, args, input) => {
      trace([tool, ...args]);
      return tools(tool, args, input);
    };
  }

  async exec(
    machine: MachineState,
    command: readonly string[],
    hook?: Parameters<Cloud['exec']>[2],
  ): Promise<CommandResult> {
    const host = this.#getHost(machine);
    const words = splitWords(command);
    const [program = '', ...args] = words[0] === 'sudo' ? words.slice(1) : words;
    try {
      if (hook !== undefined && TOOL_NAMES.includes(program)) return await hook.tools(program, args);
      return await host.processes.run(program, args);
    } finally {
      this.#collect(machine, host);
    }
  }

  /** Counts what was changed, and forgets what no longer matters. */
  #collect(machine: MachineState, host: MemoryHost): void {
    const {writes} = this.#options.model;
    for (const effect of host.effects) {
      if (/^(?:write|remove) /.test(effect)) writes.files += 1;
      else if (effect.startsWith('install ')) writes.packages += 1;
      else writes.services += 1;
    }
    if (host.effects.length > 0) this.#cluster.refresh(machine.hostname);
    for (const call of host.started) this.#options.trace?.(call);
    host.effects.length = 0;
    host.started.length = 0;
    writes.cluster += this.#cluster.takeChanges();
  }

  readFile(machine: MachineState, path: string): Promise<string | null> {
    return Promise.resolve(this.#getHost(machine).state.files[path]?.content ?? null);
  }

  readContents(machine: MachineState): MachineContents {
    const {files, packages, services} = this.#getHost(machine).state;
    return {
      files: {...files},
      packages: Object.keys(packages).sort(),
      services: Object.fromEntries(
        Object.entries(services).map(([name, {isRunning, isEnabled}]) => [
          name,
          `${isRunning ? 'running' : 'stopped'} ${isEnabled ? 'enabled' : 'disabled'}`,
        ]),
      ),
      cib: this.#cluster.readCib(machine.hostname),
    };
  }

  save(): Saved {
    const hosts = Object.fromEntries([...this.#hosts].map(([id, {state}]) => [id, state]));
    return {hosts, cluster: this.#cluster.save()};
  }

  #getHost(machine: MachineState): MemoryHost {
    const host = this.#hosts.get(machine.id);
    if (host === undefined) throw new RangeError(`machine ${machine.id} was never created`);
    return host;
  }
}

/** Packages that apt-get was asked to install and that are not modelled, each once. */
function getUnknownPackages(calls: readonly (readonly string[])[]): string[] {
  const names = calls.flatMap(([program, verb, ...rest]) =>
    program === 'apt-get' && verb === 'install'
      ? rest.filter((word, index) => /^[a-z\d]/.test(word) && !/^(?:-o|--option)$/.test(rest[index - 1] ?? ''))
      : [],
  );
  return [...new Set(names)].filter((name) => PACKAGES[name] === undefined);
}

/** apt's own error tells a charm; this tells people that the machine is a model. */
function describeUnknown(name: string): string {
  return `the memory cloud does not know the package ${name}; see lib/local/README.md`;
}

function isSaved(value: unknown): value is Saved {
  return typeof value === 'object' && value !== null && 'hosts' in value && 'cluster' in value;
}

function getFacts(machine: MachineState): HostFacts {
  const [, version = '22.04'] = /^[a-z]+@([^/]+)/.exec(machine.base) ?? [];
  const [, id = 'ubuntu'] = /^([a-z]+)@/.exec(machine.base) ?? [];
  return {
    hostname: machine.hostname,
    cpus: 4,
    addresses: machine.interfaces.map(({name, address, cidr}) => ({interfaceName: name, address, cidr})),
    os: {id, version},
  };
}
