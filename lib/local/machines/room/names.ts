import {join} from 'node:path';

import {LocalError} from '../../errors.ts';

/** Where the files of one machine are on the host. */
export interface MachinePaths {
  readonly folder: string;
  readonly record: string;
  /** What the machine wrote, and what overlayfs needs beside it. */
  readonly upper: string;
  readonly work: string;
  /** Where its file system is put together while it is on. */
  readonly root: string;
  readonly juju: string;
  /** Holds its network namespace while it is on. */
  readonly network: string;
  readonly console: string;
  /** Which processes hold it up; there from the moment it is switched on until it has been cleared away. */
  readonly run: string;
  /** The exit status of systemd-nspawn. */
  readonly ended: string;
}

/** A Juju id as part of a file's or a cgroup's name: `1/lxd/0` is `1-lxd-0`. */
export function getSlug(machine: string): string {
  if (!/^\d+(\/[a-z]+\/\d+)?$/.test(machine)) throw new LocalError(`machine "${machine}" not found`);
  return machine.replaceAll('/', '-');
}

export function getMachinesFolder(folder: string): string {
  return join(folder, 'machines');
}

/** The file that holds the model's network namespace. */
export function getNetworkFile(folder: string): string {
  return join(folder, 'network');
}

export function getMachinePaths(folder: string, machine: string): MachinePaths {
  const own = join(getMachinesFolder(folder), getSlug(machine));
  return {
    folder: own,
    record: join(own, 'machine.json'),
    upper: join(own, 'upper'),
    work: join(own, 'work'),
    root: join(own, 'root'),
    juju: join(own, 'juju'),
    network: join(own, 'network'),
    console: join(own, 'console'),
    run: join(own, 'run'),
    ended: join(own, 'ended'),
  };
}

/** What the names of a model's machines begin with among all that run on this computer. */
export function getModelPrefix(model: string): string {
  return `jl-${model}-`;
}

/** A machine's name for systemd-nspawn, and that of its cgroups; no other model on this computer has it. */
export function getHostName(model: string, machine: string): string {
  return `${getModelPrefix(model)}${getSlug(machine)}`;
}

/** A machine's part in the names of network interfaces, of which the kernel takes 15 characters: `1/lxd/0` is `m1l0`. */
export function getLinkPrefix(machine: string): string {
  const [number = '', kind, container = ''] = getSlug(machine).split('-');
  return kind === undefined ? `m${number}` : `m${number}${kind.charAt(0)}${container}`;
}

/** The machine that holds the power and the uplink of this one: itself, or the one a container is on. */
export function getPowerOwner(machine: string): string {
  return machine.split('/')[0] ?? machine;
}
