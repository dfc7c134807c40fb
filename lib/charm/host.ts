/**
 * The machine a unit runs on, as the few effects a charm may have on it. Charm code never imports these: it gets a
 * `Host`, so that the same code runs on Linux and against the modelled host of `#charm/testing`.
 */

/** What a file is, apart from its name. `mode` holds the permission bits, for example 0o640. */
export interface FileState {
  readonly content: string;
  /** `content` is text unless this says that it is the base64 form of bytes which are no text, as in a key file. */
  readonly encoding?: 'base64';
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
}

/** A file is to belong to somebody whom the machine does not know; the package that brings the account is missing. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly kind: 'user' | 'group';
  readonly account: string;

  constructor(kind: 'user' | 'group', account: string) {
    super(`no ${kind} "${account}" on this machine`);
    this.kind = kind;
    this.account = account;
  }
}

/** Whom a file belongs to, by name. */
export type FileOwner = Pick<FileState, 'owner' | 'group'>;

/** What a folder is, apart from its name and what is in it. */
export type FolderState = Pick<FileState, 'owner' | 'group' | 'mode'>;

/** The file system of a machine. Paths are absolute. */
export interface Files {
  /**
   * The file at `path`, or null where there is none. A file has a number for its owner and for its group; where the machine
   * has several names for one, those of `expected` are given if they are among them.
   */
  read(path: string, expected?: FileOwner): Promise<FileState | null>;
  /**
   * Puts a whole file in place at once: a reader sees the old one or the new one, never a part. Makes its folders. An
   * owner or group that the machine does not know is an AccountError.
   */
  replace(path: string, file: FileState): Promise<void>;
  /**
   * Puts a file of the charm (`source`, relative to the charm's folder) in place at once, with the mode it has there, whatever its
   * size: nothing of it is held in memory. What has it open goes on with the file that was there.
   */
  ship(path: string, source: string): Promise<void>;
  /** Whether the file at `path` is that file of the charm, as far as can be told without reading them. */
  isShipped(path: string, source: string): Promise<boolean>;
  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void>;
  /** The folder at `path`, or null where there is none; `expected` as for `read`. A link to a folder is none. */
  readFolder(path: string, expected?: FileOwner): Promise<FolderState | null>;
  /**
   * Makes a folder with those above it, or gives the one that is there this owner and mode; what is in it stays whose it is. An owner or
   * group that the machine does not know is an AccountError, what is no folder an error.
   */
  setFolder(path: string, folder: FolderState): Promise<void>;
  /** Names in a folder, sorted; an empty list where there is no folder. */
  list(path: string): Promise<readonly string[]>;
}

/** How a program is started. */
export interface CommandOptions {
  /** Text for standard input; the only way, besides a root-only file, by which a secret may reach a program. */
  readonly stdin?: string;
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * How a program ended. One that could not be started, or that a signal ended, has `exitCode` 127, one that took too long
 * 124; `stderr` then says why.
 */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts programs: by name on PATH, an argument array, never a shell. A non-zero exit is a result, not an exception. */
export interface Processes {
  run(program: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
}

/** One address of one network interface, as the kernel has it. `cidr` is the address with its prefix: 10.0.0.10/24. */
export interface InterfaceAddress {
  readonly interfaceName: string;
  readonly address: string;
  readonly cidr: string;
}

/** What does not change while a hook runs. */
export interface HostFacts {
  /** The machine's own name: the kernel's node name. */
  readonly hostname: string;
  readonly cpus: number;
  readonly addresses: readonly InterfaceAddress[];
  /** `ID` and `VERSION_ID` of /etc/os-release: for example ubuntu and 22.04. */
  readonly os: {readonly id: string; readonly version: string};
}

/** One machine: its files, its programs, its facts and its source of chance. */
export interface Host {
  readonly files: Files;
  readonly processes: Processes;
  facts(): Promise<HostFacts>;
  /**
   * `bytes` random bytes in base64. `purpose` names what they are for; a modelled host derives them from it, so that a
   * run can be repeated, while a real one ignores it.
   */
  randomBytes(purpose: string, bytes: number): string;
}

/** Answers one hook tool call: Juju's own programs in production, a model of them in a test or on the memory cloud. */
export type RunHookTool = (tool: string, args: readonly string[], stdin?: string) => Promise<CommandResult>;

/** The variables a hook process was started with (`JUJU_*`, `CHARM_DIR` and the rest). */
export type Environment = Readonly<Record<string, string | undefined>>;
