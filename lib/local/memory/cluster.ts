import {emptyClusterState, runClusterCommand, type ClusterHost, type ClusterState} from '#cluster/memory';
import type {MemoryHostState, ModelledCommand} from '#charm/testing';

import type {MachineState} from '../model/state.ts';

/** What a cloud keeps of its clusters. */
export type SavedCluster = ClusterState;

/** The programs that answer from the modelled cluster. */
const PROGRAMS = [
  'cibadmin',
  'corosync-cfgtool',
  'corosync-quorumtool',
  'crm',
  'crm_attribute',
  'crm_mon',
  'crm_node',
  'crm_resource',
  'crm_verify',
  'crmadmin',
  'stonith_admin',
] as const;

/** Where Pacemaker keeps its configuration. */
const CIB_PATH = '/var/lib/pacemaker/cib/cib.xml';

/** All Pacemaker clusters among the hosts of a cloud; who is in which follows from each host's files and services. */
export class MemoryCluster {
  readonly #now: () => number;
  readonly #states = new Map<string, {readonly machine: MachineState; readonly state: MemoryHostState}>();
  readonly #hosts = new Map<string, ClusterHost>();
  #list: readonly ClusterHost[] | null = null;
  #state: ClusterState;
  #changes = 0;

  constructor(saved: SavedCluster | null, now: () => number) {
    this.#state = saved ?? emptyClusterState;
    this.#now = now;
  }

  addHost(machine: MachineState, state: MemoryHostState): void {
    this.#states.set(machine.hostname, {machine, state});
    this.refresh(machine.hostname);
  }

  removeHost(hostname: string): void {
    this.#states.delete(hostname);
    this.#hosts.delete(hostname);
    this.#list = null;
  }

  /** Looks at a host again, which may have changed since. Only a host that ran something can have. */
  refresh(hostname: string): void {
    const found = this.#states.get(hostname);
    if (found === undefined) return;
    const host = describeHost(found.machine, found.state);
    const before = this.#hosts.get(hostname);
    if (before !== undefined && isSameHost(before, host)) return;
    this.#hosts.set(hostname, host);
    this.#list = null;
  }

  /** The cluster's programs as they answer on one host. */
  createPrograms(hostname: string): Record<string, ModelledCommand> {
    return Object.fromEntries(
      PROGRAMS.map((program): [string, ModelledCommand] => [
        program,
        (args, options) => this.#run(hostname, program, args, options.stdin),
      ]),
    );
  }

  #run(
    hostname: string,
    program: string,
    args: readonly string[],
    stdin: string | undefined,
  ): ReturnType<ModelledCommand> {
    this.refresh(hostname);
    this.#forgetCib(hostname);
    this.#list ??= [...this.#hosts.values()];
    const world = {hosts: this.#list, state: this.#state, host: hostname, now: new Date(this.#now()).toISOString()};
    const before = this.#state.cibs;
    const result = runClusterCommand(program, args, stdin === undefined ? {} : {stdin}, world);
    if (before[hostname] !== result.state.cibs[hostname]) this.#changes += 1;
    this.#state = result.state;
    this.#writeCibs(before);
    return {exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr};
  }

  /** Puts the CIBs that changed on their hosts' disks, where Pacemaker has them. */
  #writeCibs(before: SavedCluster['cibs']): void {
    for (const [name, content] of Object.entries(this.#state.cibs)) {
      const host = this.#states.get(name);
      if (host === undefined || before[name] === content) continue;
      host.state.files[CIB_PATH] = {content, owner: 'hacluster', group: 'haclient', mode: 0o600};
    }
  }

  /** A CIB that somebody took off a host's disk is gone when Pacemaker starts there again. */
  #forgetCib(hostname: string): void {
    const host = this.#states.get(hostname);
    if (host === undefined || this.#state.cibs[hostname] === undefined || CIB_PATH in host.state.files) return;
    const cibs = Object.fromEntries(Object.entries(this.#state.cibs).filter(([name]) => name !== hostname));
    this.#state = {...this.#state, cibs};
  }

  /** How often a CIB was changed since the last time it was asked. */
  takeChanges(): number {
    const changes = this.#changes;
    this.#changes = 0;
    return changes;
  }

  readCib(hostname: string): string | null {
    return this.#state.cibs[hostname] ?? null;
  }

  save(): SavedCluster {
    return this.#state;
  }
}

function describeHost({hostname, interfaces}: MachineState, {files, services}: MemoryHostState): ClusterHost {
  const isRunning = (name: string): boolean => services[name]?.isRunning === true;
  return {
    name: hostname,
    addresses: interfaces.map(({address}) => address),
    corosyncConf: files['/etc/corosync/corosync.conf']?.content ?? null,
    corosyncKey: files['/etc/corosync/authkey']?.content ?? null,
    pacemakerKey: files['/etc/pacemaker/authkey']?.content ?? null,
    isClusterRunning: isRunning('corosync') && isRunning('pacemaker'),
    isRemoteRunning: isRunning('pacemaker_remote'),
  };
}

function isSameHost(left: ClusterHost, right: ClusterHost): boolean {
  return (
    left.corosyncConf === right.corosyncConf &&
    left.corosyncKey === right.corosyncKey &&
    left.pacemakerKey === right.pacemakerKey &&
    left.isClusterRunning === right.isClusterRunning &&
    left.isRemoteRunning === right.isRemoteRunning
  );
}
