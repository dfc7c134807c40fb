import {createHash} from 'node:crypto';

import {normalizeContent} from '../file-content.ts';
import {AccountError} from '../host.ts';
import type {
  CommandOptions,
  CommandResult,
  FileOwner,
  Files,
  FileState,
  FolderState,
  Host,
  HostFacts,
  Processes,
} from '../host.ts';
import {listFolder} from './folder.ts';
import {HOST_COMMANDS} from './host-commands.ts';

/** What installing a package brings to a machine. */
export interface PackageModel {
  readonly version: string;
  /** systemd services, which are enabled and started as Debian's packages do. */
  readonly services?: readonly string[];
  /** Services the package leaves stopped and disabled until somebody configures them. */
  readonly idleServices?: readonly string[];
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  readonly files?: Readonly<Record<string, FileState>>;
  readonly depends?: readonly string[];
  /** Programs whose effects matter to nothing that is modelled: once installed they succeed and print nothing. */
  readonly programs?: readonly string[];
}

/** The packages that can be installed, by name. */
export type PackageCatalog = Readonly<Record<string, PackageModel>>;

/** A systemd service of a modelled machine. */
export interface ServiceRecord {
  isEnabled: boolean;
  isRunning: boolean;
  /** How often it was started: a restart that should not have been shows here. */
  starts: number;
}

/** Everything that lasts on a modelled machine; plain JSON. */
export interface MemoryHostState {
  readonly files: Record<string, FileState>;
  /** Those that somebody was told to make; absent while there is none. */
  folders?: Record<string, FolderState>;
  readonly packages: Record<string, string>;
  readonly services: Record<string, ServiceRecord>;
  readonly users: string[];
  readonly groups: string[];
}

/** Models one program: what it prints and does, given its arguments. */
export type ModelledCommand = (
  args: readonly string[],
  options: CommandOptions,
  host: MemoryHost,
) => CommandResult | Promise<CommandResult>;

/** What a modelled machine is made of. */
export interface MemoryHostOptions {
  readonly facts: HostFacts;
  /** Kept and changed in place, so that who made it can store it. */
  readonly state?: MemoryHostState;
  readonly catalog?: PackageCatalog;
  /** Programs beyond those of every Debian machine. */
  readonly commands?: Readonly<Record<string, ModelledCommand>>;
  /** Where random bytes come from; by default from the purpose alone, the same each time. */
  readonly random?: (purpose: string, bytes: number) => string;
}

/** A machine as Juju hands it over: nothing installed, nothing written. */
export function createHostState(): MemoryHostState {
  return {
    files: {},
    packages: {},
    services: {},
    users: ['root', 'nobody', 'daemon'],
    groups: ['root', 'nogroup', 'adm'],
  };
}

/** A machine as a model: files, packages and services in memory, and the few programs that charms call on them. */
export class MemoryHost implements Host {
  readonly state: MemoryHostState;
  readonly catalog: PackageCatalog;
  readonly files: Files;
  readonly processes: Processes;
  /** What was changed since the host was made, in order: files written and removed, packages, services. */
  readonly effects: string[] = [];
  /** Every program started, with its arguments: what must never hold a secret. */
  readonly started: (readonly string[])[] = [];
  readonly #options: MemoryHostOptions;

  constructor(options: MemoryHostOptions) {
    this.#options = options;
    this.state = options.state ?? createHostState();
    this.catalog = options.catalog ?? {};
    this.files = createMemoryFiles(this);
    this.processes = {run: (program, args, commandOptions = {}) => this.#run(program, args, commandOptions)};
  }

  facts(): Promise<HostFacts> {
    return Promise.resolve(this.#options.facts);
  }

  randomBytes(purpose: string, bytes: number): string {
    return (this.#options.random ?? deriveBytes)(purpose, bytes);
  }

  #findProgram(program: string): ModelledCommand | undefined {
    const packages = Object.keys(this.state.packages);
    const isThere = packages.some((name) => this.catalog[name]?.programs?.includes(program) === true);
    return isThere ? () => ({exitCode: 0, stdout: '', stderr: ''}) : undefined;
  }

  async #run(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
    this.started.push([program, ...args]);
    const command = this.#options.commands?.[program] ?? HOST_COMMANDS[program] ?? this.#findProgram(program);
    if (command === undefined) {
      return {exitCode: 127, stdout: '', stderr: `not modelled: ${[program, ...args].join(' ')}\n`};
    }
    return command(args, options, this);
  }
}

function createMemoryFiles(host: MemoryHost): Files {
  const {files} = host.state;
  return {
    read: (path) => Promise.resolve(files[path] ?? null),
    replace: (path, file) => {
      checkAccounts(host.state, file);
      const {owner, group, mode} = file;
      files[path] = {...normalizeContent(file), owner, group, mode};
      host.effects.push(`write ${path}`);
      return Promise.resolve();
    },
    ship: (path, source) => {
      files[path] = getShipped(source);
      host.effects.push(`ship ${path}`);
      return Promise.resolve();
    },
    isShipped: (path, source) => Promise.resolve(JSON.stringify(files[path]) === JSON.stringify(getShipped(source))),
    remove: (path) => {
      if (path in files) {
        Reflect.deleteProperty(files, path);
        host.effects.push(`remove ${path}`);
      }
      return Promise.resolve();
    },
    readFolder: (path) => Promise.resolve(host.state.folders?.[path] ?? null),
    setFolder: (path, {owner, group, mode}) => {
      checkAccounts(host.state, {owner, group});
      host.state.folders = {...host.state.folders, [path]: {owner, group, mode}};
      host.effects.push(`set folder ${path}`);
      return Promise.resolve();
    },
    list: (path) => Promise.resolve(listFolder(files, path)),
  };
}

/** A file of the charm stands on a modelled machine by its name alone. */
function getShipped(source: string): FileState {
  return {content: `${source} of the charm\n`, owner: 'root', group: 'root', mode: 0o755};
}

function checkAccounts({users, groups}: MemoryHostState, {owner, group}: FileOwner): void {
  if (!users.includes(owner)) {
    throw new AccountError('user', owner);
  }
  if (!groups.includes(group)) {
    throw new AccountError('group', group);
  }
}

function deriveBytes(purpose: string, bytes: number): string {
  const blocks = Array.from({length: Math.ceil(bytes / 32)}, (_, index) =>
    createHash('sha256').update(`${purpose} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, bytes).toString('base64');
}
