import type {Change} from './change.ts';
import type {Cib} from './cib.ts';

/** One node as `crm_mon` sees it now. */
export interface NodeState {
  readonly name: string;
  readonly id: string;
  readonly type: 'member' | 'remote';
  readonly online: boolean;
  readonly standby: boolean;
  readonly maintenance: boolean;
  readonly pending: boolean;
  readonly unclean: boolean;
  readonly shutdown: boolean;
}

/** One primitive, or one instance of a cloned one, as `crm_mon` sees it now. */
export interface ResourceState {
  readonly id: string;
  /** class:provider:type, as crm syntax writes it; `ocf::` of older versions becomes `ocf:`. */
  readonly agent: string;
  /** Started, Stopped, Promoted, Unpromoted, Master, Slave ... as printed. */
  readonly role: string;
  /** The nodes it is active on: none when stopped, more than one when it was found twice. */
  readonly nodes: readonly string[];
  readonly managed: boolean;
  readonly failed: boolean;
  readonly orphaned: boolean;
  readonly blocked: boolean;
  /** The group it is a member of. */
  readonly group?: string;
  /** The clone (or bundle) it is an instance of. */
  readonly clone?: string;
}

/** What the running cluster says about itself. */
export interface ClusterStatus {
  /** The name of the designated controller, null when there is none. */
  readonly dc: string | null;
  readonly quorate: boolean;
  /** Pacemaker's version as it prints it, empty when it does not. */
  readonly pacemakerVersion: string;
  readonly nodes: readonly NodeState[];
  readonly resources: readonly ResourceState[];
}

/** What one look at the cluster gives: it does not answer, or its configuration and state. */
export type ClusterReading =
  {readonly state: 'down'; readonly reason: string} | ({readonly state: 'up'; readonly cib: Cib} & ClusterStatus);

/** The way to a cluster. */
export interface ClusterPort {
  /** Reads configuration and state; a cluster that does not answer is a reading, not an error. */
  read(): Promise<ClusterReading>;
  /**
   * Makes one change in one transaction. `base` is the CIB that the change was planned from: when the configuration
   * has moved since, nothing is done and the answer is `moved`, so plan again.
   *
   * @throws ClusterCommandError when Pacemaker refuses for another reason.
   */
  apply(change: Change, base: Cib): Promise<'applied' | 'moved'>;
}

/** How a program ended. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program by name with an argument array; a non-zero exit is a result. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  options?: {readonly stdin?: string},
) => Promise<ProgramResult>;

/** A cluster program failed. Holds what was run and how it ended, never a part of the CIB. */
export class ClusterCommandError extends Error {
  override readonly name = 'ClusterCommandError';
  readonly program: string;
  readonly exitCode: number;
  /** Why, as far as it can be said without quoting the program's output. */
  readonly reason: string;

  constructor(program: string, exitCode: number, reason: string) {
    super(`${program} failed with exit status ${exitCode}: ${reason}`);
    this.program = program;
    this.exitCode = exitCode;
    this.reason = reason;
  }
}
