import {mkdir, readdir, readFile, rmdir, writeFile} from 'node:fs/promises';
import {join, relative} from 'node:path';

import {LocalError} from '../../errors.ts';
import {endProcess, isCode} from '../../store/process-identity.ts';
import {readMounts, type Mount} from './mounts.ts';
import {waitUntil} from './waiting.ts';

/** A tree of control groups that this process is in (cgroups(7)). */
export interface Hierarchy {
  readonly mountPoint: string;
  /** The folder of this process's own group there. */
  readonly own: string;
}

/**
 * Version 1 controllers that a machine's group is made for. A new group of others takes no process before it was configured
 * (cpuset), or says nothing of use here.
 */
const USED = new Set(['name=systemd', 'memory', 'cpu', 'cpuacct', 'pids', 'devices', 'freezer', 'blkio']);

const KILLING = {limitMs: 15_000, pollMs: 20};

/** Finds this process's groups from /proc/self/cgroup, on hosts with version 1, version 2 or both. */
export function findHierarchies(mounts: readonly Mount[], cgroups: string): readonly Hierarchy[] {
  const found = cgroups.split('\n').flatMap((line): Hierarchy[] => {
    const [id, controllers = '', ...rest] = line.split(':');
    if (id === undefined || rest.length === 0) return [];
    const mount = mounts.find((one) => isMountOf(one, controllers));
    if (mount === undefined) return [];
    const own = relative(mount.root, rest.join(':'));
    return own.startsWith('..') ? [] : [{mountPoint: mount.mountPoint, own: join(mount.mountPoint, own)}];
  });
  return found.filter((one, index) => found.findIndex(({own}) => own === one.own) === index);
}

/** An empty list of controllers is version 2; a version 1 mount has the controllers of the line among its options. */
function isMountOf({type, superOptions}: Mount, controllers: string): boolean {
  if (controllers === '') return type === 'cgroup2';
  const names = controllers.split(',');
  return (
    type === 'cgroup' && names.some((name) => USED.has(name)) && names.every((name) => superOptions.includes(name))
  );
}

async function readHierarchies(): Promise<readonly Hierarchy[]> {
  const found = findHierarchies(await readMounts(), await readFile('/proc/self/cgroup', 'utf8'));
  if (found.length === 0) throw new LocalError('no control groups are mounted at /sys/fs/cgroup: machines need them');
  return found;
}

/** Makes a group below this process's own in every hierarchy, and gives their folders. */
export async function createGroups(name: string): Promise<readonly string[]> {
  const folders = (await readHierarchies()).map(({own}) => join(own, name));
  for (const folder of folders) await mkdir(folder, {recursive: true});
  return folders;
}

/** Groups whose name passes, wherever they are: a controller may run in another group than the one that made them. */
export async function findGroups(isWanted: (name: string) => boolean): Promise<readonly string[]> {
  const points = (await readHierarchies()).map(({mountPoint}) => mountPoint);
  const found = await Promise.all(points.map((point) => findBelow(point, isWanted)));
  return found.flat();
}

async function findBelow(folder: string, isWanted: (name: string) => boolean): Promise<readonly string[]> {
  const entries = await readdir(folder, {withFileTypes: true}).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isDirectory()) return [];
      const path = join(folder, entry.name);
      return isWanted(entry.name) ? [path] : findBelow(path, isWanted);
    }),
  );
  return found.flat();
}

/** Ends (SIGKILL) all that runs in these groups and below them, waits until they are empty, and removes them. */
export async function removeGroups(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await killAtOnce(folder);
  const isGone = await waitUntil(async () => {
    const left = await Promise.all(folders.map((folder) => removeOne(folder)));
    return left.every((isRemoved) => isRemoved);
  }, KILLING);
  if (!isGone)
    throw new LocalError(`processes in ${folders[0] ?? 'a control group'} do not end though they were killed`);
}

/** Kills a whole group in one step where the kernel can (version 2, since Linux 5.14). */
export async function killAtOnce(folder: string): Promise<void> {
  // Without the flags, a file would be made where a kernel has none; cgroup file systems refuse that.
  await writeFile(join(folder, 'cgroup.kill'), '1', {flag: 'r+'}).catch(() => undefined);
}

/** One try; whether the group is gone with all below it. */
async function removeOne(folder: string): Promise<boolean> {
  const entries = await readdir(folder, {withFileTypes: true}).catch(() => null);
  if (entries === null) return true;
  for (const pid of await readProcesses(folder)) endProcess(pid);
  const below = entries.flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []));
  const removed = await Promise.all(below.map((path) => removeOne(path)));
  if (!removed.every((isRemoved) => isRemoved)) return false;
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    return isCode(error, 'ENOENT');
  }
}

async function readProcesses(folder: string): Promise<readonly number[]> {
  return parseProcesses(await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => ''));
}

/** Process ids of a `cgroup.procs`. Those of other namespaces are 0 there, and killing 0 would be killing ourselves. */
export function parseProcesses(text: string): readonly number[] {
  return text.split('\n').flatMap((line) => {
    const pid = Number(line);
    return Number.isInteger(pid) && pid > 1 && pid !== process.pid ? [pid] : [];
  });
}
