/** A host as the modelled cluster needs to know it. Plain data. */
export interface ClusterHost {
  /** The machine's own name: its node name in the cluster. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** The text of /etc/corosync/corosync.conf, null when there is none. */
  readonly corosyncConf: string | null;
  /** The content of /etc/corosync/authkey in any encoding that compares equal; null when there is none. */
  readonly corosyncKey: string | null;
  /** The content of /etc/pacemaker/authkey, likewise. */
  readonly pacemakerKey: string | null;
  /** Corosync and pacemaker run (and the host is up). */
  readonly isClusterRunning: boolean;
  /** pacemaker_remote runs (and the host is up). */
  readonly isRemoteRunning: boolean;
  /**
   * It went without a word: no power, or no link to anybody. `lost` until it was seen `off`: so long, a cluster that
   * fences takes it for unclean and starts nothing of it elsewhere. Missing for a host that is there or was shut down.
   */
  readonly failure?: 'lost' | 'off';
}

/** What the cluster keeps between commands. JSON-able; every host has its own copy, as on real disks. */
export interface ClusterState {
  /** CIB XML by host name. */
  readonly cibs: Readonly<Record<string, string>>;
  /** Ids of the primitives active on each host (members and remotes), by host name. */
  readonly running: Readonly<Record<string, readonly string[]>>;
  /** The ring's key that a running Corosync holds, by host name: it reads the file when it starts and at a reload. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** A cluster that never ran. */
export const emptyClusterState: ClusterState = Object.freeze({cibs: Object.freeze({}), running: Object.freeze({})});

/** All hosts, what the cluster keeps, where a command runs and what time it is there. */
export interface ClusterWorld {
  readonly hosts: readonly ClusterHost[];
  readonly state: ClusterState;
  /** The name of the host that runs the command. */
  readonly host: string;
  /** ISO 8601, for the times that the programs print and that a CIB records. */
  readonly now: string;
}

export interface ClusterCommandOptions {
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** How a command ended, and the cluster's next state: the same reference when nothing moved. */
export interface ClusterCommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly state: ClusterState;
}
