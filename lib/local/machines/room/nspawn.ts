import {readdir, readFile, readlink, rm} from 'node:fs/promises';
import {join} from 'node:path';

import type {Environment} from '#charm';

import type {ProcessIdentity} from '../../store/process-identity.ts';
import {readStat} from '../../store/process-identity.ts';
import type {MachineSpec} from '../ports.ts';
import type {MachinePaths} from './names.ts';

/** systemd-nspawn's exit status when the machine rebooted: with --keep-unit it leaves the next boot to its caller. */
export const REBOOTED = 133;

/**
 * What systemd-nspawn is told besides arguments (its ENVIRONMENT.md): /proc/sys/net can be written as on a machine of its own;
 * it takes no lock, since the controller sees to it that a machine runs once, and a lock of a killed one would stay behind.
 */
export const NSPAWN_ENVIRONMENT: Environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
  SYSTEMD_NSPAWN_LOCK: '0',
};

/** Where systemd-nspawn keeps things of running machines, in a folder for each; a killed one leaves its folders behind. */
const HOST_FOLDERS = ['propagate', 'unix-export'].map((name) => join('/run/systemd/nspawn', name));

/**
 * The shell that starts a machine and stays until its end: `sh -c STARTER sh RUN ENDED GROUP... -- PROGRAM ARGS`. It writes who
 * it is (its line of /proc/self/stat) into RUN; moves a second shell into the groups (a 0 means the writer), which adds its own
 * line and becomes the program; and writes that one's exit status into ENDED. Shell built-ins only.
 */
export const STARTER = `
run=$1
ended=$2
shift 2
read -r stat < /proc/self/stat
printf '%s\\n' "$stat" > "$run"
(
  while [ "$1" != -- ]; do
    echo 0 > "$1" || exit 1
    shift
  done
  shift
  read -r stat < /proc/self/stat
  printf '%s\\n' "$stat" >> "$run"
  exec "$@"
)
printf '%s\\n' "$?" > "$ended"
`;

/** The whole argument list for `sh`. `groups` are folders of control groups. */
export function getStarterArguments(
  paths: MachinePaths,
  groups: readonly string[],
  command: readonly string[],
): readonly string[] {
  const members = groups.map((group) => join(group, 'cgroup.procs'));
  return ['-c', STARTER, 'sh', paths.run, paths.ended, ...members, '--', ...command];
}

/**
 * Boots the file system at `root` in the network namespace that the file `network` holds. systemd-nspawn is started in that
 * namespace too, or /sys would show the host's interfaces. Cluster software wants to set addresses and lock memory.
 */
export function getNspawnCommand(name: string, paths: MachinePaths, {machine, binds}: MachineSpec): readonly string[] {
  const own = {from: paths.juju, to: '/var/lib/juju', isWritable: true};
  return [
    'nsenter',
    `--net=${paths.network}`,
    'systemd-nspawn',
    '--quiet',
    '--register=no',
    '--keep-unit',
    '--settings=no',
    '--link-journal=no',
    '--resolv-conf=off',
    '--timezone=off',
    '--console=read-only',
    `--network-namespace-path=${paths.network}`,
    '--capability=CAP_NET_ADMIN,CAP_IPC_LOCK',
    `--machine=${name}`,
    `--hostname=${machine.hostname}`,
    `--directory=${paths.root}`,
    ...[own, ...binds].map(
      ({from, to, isWritable}) => `--bind${isWritable ? '' : '-ro'}=${escapePath(from)}:${escapePath(to)}`,
    ),
    '--boot',
  ];
}

function escapePath(path: string): string {
  return path.replaceAll(/[\\:]/g, String.raw`\$&`);
}

/** Removes what killed systemd-nspawns of machines with such names left in /run. */
export async function removeHostFolders(isOurs: (name: string) => boolean): Promise<void> {
  for (const folder of HOST_FOLDERS) {
    const names = await readdir(folder).catch((): string[] => []);
    for (const name of names.filter(isOurs)) await rm(join(folder, name), {recursive: true, force: true});
  }
}

/**
 * The machine's first process as the host sees it: the child of systemd-nspawn that is number 1 in a namespace of its own. Null
 * while there is none yet or any more. Never a process of the host's own namespace: who would enter that one is on the host.
 */
export async function findLeader({pid, start}: ProcessIdentity): Promise<number | null> {
  const children = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').catch(() => '');
  for (const child of children.split(' ').filter((word) => word !== '')) {
    const status = await readFile(`/proc/${child}/status`, 'utf8').catch(() => '');
    if (!isFirstProcess(status) || (await isOwnNamespace(child))) continue;
    // Read last: had the id gone to another process meanwhile, its children would not be these.
    if ((await readStat(pid))?.start === start) return Number(child);
  }
  return null;
}

/** Whether /proc/<pid>/status is of a process that is number 1 in a namespace directly below this one. */
export function isFirstProcess(status: string): boolean {
  return /^NSpid:\t\d+\t1$/m.test(status);
}

async function isOwnNamespace(pid: string): Promise<boolean> {
  const [own, other] = await Promise.all([
    readlink('/proc/self/ns/pid'),
    readlink(`/proc/${pid}/ns/pid`).catch(() => ''),
  ]);
  return other === '' || own === other;
}
