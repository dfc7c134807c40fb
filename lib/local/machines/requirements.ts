import {readFile, statfs} from 'node:fs/promises';
import {freemem} from 'node:os';

import type {Processes} from '#charm';

import {readDistribution} from './layers/host-archives.ts';
import {createGroups, removeGroups} from './room/cgroups.ts';
import {isMountable} from './room/mounts.ts';

/** What this computer is and has, as far as machines depend on it. */
export interface RequirementFacts {
  /** As Node.js names them: linux, x64. */
  readonly platform: string;
  readonly architecture: string;
  readonly isRoot: boolean;
  /** The content of /etc/os-release; empty where there is none. */
  readonly osRelease: string;
  /** Those of `PROGRAMS` that are not there. */
  readonly missingPrograms: readonly string[];
  /** Null when an overlay on the data folder works, else why not; not tried without root. */
  readonly overlayError: string | null;
  /** Null when groups of processes can be made, else why not; not tried without root. */
  readonly cgroupError: string | null;
  /** How many inotify instances each user may have; null where the kernel does not say. */
  readonly inotifyInstances: number | null;
  readonly dataFolder: string;
  readonly freeDiskBytes: number;
  readonly freeMemoryBytes: number;
}

/** Programs that machines are made with, and the package that has each on Debian and Ubuntu. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'apt-config': 'apt',
  chroot: 'coreutils',
  debootstrap: 'debootstrap',
  find: 'findutils',
  ip: 'iproute2',
  mmdebstrap: 'mmdebstrap',
  mount: 'mount',
  nsenter: 'util-linux',
  perl: 'perl-base',
  setpriv: 'util-linux',
  'systemd-nspawn': 'systemd-container',
  timeout: 'coreutils',
  umount: 'mount',
  unshare: 'util-linux',
};

const GIB = 1024 ** 3;

/** A base, some layers and the downloads they came from: an OpenStack control plane takes three. */
const NEEDED_DISK_BYTES = 4 * GIB;

/** A dozen machines with Pacemaker, at some 100 MB each, and their controller. */
const NEEDED_MEMORY_BYTES = 2 * GIB;

/** What systemd, udev and D-Bus of one machine take, all of root's: the kernel's default of 128 is enough for some 25 machines. */
const INOTIFY_INSTANCES_EACH = 5;

/** Below that a deployment with three machines of a control plane and some computes does not boot. */
const NEEDED_MACHINES = 8;

const MEMORY_CLOUD = 'the memory cloud does not';

/** What keeps this computer from having machines, one line for each, with what to do; none when it can. */
export function checkRequirements(facts: RequirementFacts): readonly string[] {
  if (facts.platform !== 'linux') return [`the machines cloud needs Linux; ${MEMORY_CLOUD}`];
  // Charms are packed with a runtime for x86_64.
  if (facts.architecture !== 'x64' || readDistribution(facts.osRelease, facts.architecture) === null) {
    return [`the machines cloud needs Debian or Ubuntu on x86_64; ${MEMORY_CLOUD}`];
  }
  const problems = [...describePrograms(facts.missingPrograms)];
  if (!facts.isRoot) {
    return [...problems, `the machines cloud needs root: run it with sudo; ${MEMORY_CLOUD}`];
  }
  return [...problems, ...describeDataFolder(facts), ...describeKernel(facts), ...describeRoom(facts)];
}

function describePrograms(missing: readonly string[]): string[] {
  const names = missing.filter((name) => name !== 'debootstrap' && name !== 'mmdebstrap');
  // One of the two is enough.
  const bootstrap = missing.length - names.length === 2 ? ['mmdebstrap'] : [];
  const all = [...names, ...bootstrap].sort();
  if (all.length === 0) return [];
  const packages = [...new Set(all.map((name) => PROGRAMS[name] ?? name))].sort();
  const subject = all.length === 1 ? 'a program is' : 'programs are';
  return [`${subject} missing: ${all.join(', ')}; install with: sudo apt-get install ${packages.join(' ')}`];
}

/** Machines are mounted from below it. */
function describeDataFolder({dataFolder}: RequirementFacts): string[] {
  if (isMountable(dataFolder)) return [];
  return [
    `machines cannot be mounted from ${dataFolder}: name a data folder without , : \\ or " with JUJU_LOCAL_DATA=FOLDER`,
  ];
}

function describeKernel({overlayError, cgroupError, inotifyInstances, dataFolder}: RequirementFacts): string[] {
  const problems: string[] = [];
  if (overlayError !== null) {
    problems.push(
      `overlayfs does not work on ${dataFolder} (${overlayError}): put the data folder on ext4 or xfs with ` +
        'JUJU_LOCAL_DATA=FOLDER, and see that the kernel has it: sudo modprobe overlay',
    );
  }
  if (cgroupError !== null) {
    problems.push(
      `control groups cannot be made (${cgroupError}): see that they are mounted for writing at /sys/fs/cgroup: ` +
        'sudo mount -o remount,rw /sys/fs/cgroup',
    );
  }
  if (inotifyInstances !== null && inotifyInstances < NEEDED_MACHINES * INOTIFY_INSTANCES_EACH) {
    problems.push(
      `fs.inotify.max_user_instances is ${inotifyInstances}, and each machine takes ${INOTIFY_INSTANCES_EACH}: ` +
        'sudo sysctl fs.inotify.max_user_instances=1024',
    );
  }
  return problems;
}

function describeRoom({freeDiskBytes, freeMemoryBytes, dataFolder}: RequirementFacts): string[] {
  const problems: string[] = [];
  if (freeDiskBytes < NEEDED_DISK_BYTES) {
    problems.push(
      `${dataFolder} has ${toGib(freeDiskBytes)} GiB free, machines need ${toGib(NEEDED_DISK_BYTES)}: make room, or name ` +
        'another folder with JUJU_LOCAL_DATA=FOLDER',
    );
  }
  if (freeMemoryBytes < NEEDED_MEMORY_BYTES) {
    problems.push(
      `${toGib(freeMemoryBytes)} GiB of memory are free, machines need ${toGib(NEEDED_MEMORY_BYTES)}: end other programs ` +
        '(ps aux --sort=-rss shows the largest)',
    );
  }
  return problems;
}

/** Never more than there is: 3.96 is not 4.0. */
function toGib(bytes: number): string {
  return (Math.floor((bytes / GIB) * 10) / 10).toFixed(1);
}

/** Looks up what this computer is, and tries what can be told only by trying. Leaves nothing behind. */
export async function readRequirementFacts(processes: Processes, dataFolder: string): Promise<RequirementFacts> {
  const {platform, arch} = process;
  const isRoot = process.geteuid?.() === 0;
  const isTried = platform === 'linux' && isRoot;
  return {
    platform,
    architecture: arch,
    isRoot,
    osRelease: await readFile('/etc/os-release', 'utf8').catch(() => ''),
    missingPrograms: platform === 'linux' ? await findMissing(processes) : [],
    overlayError: isTried ? await describeError(() => tryOverlay(processes, dataFolder)) : null,
    cgroupError: isTried ? await describeError(tryGroups) : null,
    inotifyInstances: await readNumber('/proc/sys/fs/inotify/max_user_instances'),
    dataFolder,
    freeDiskBytes: isTried ? await readFreeDisk(dataFolder) : 0,
    freeMemoryBytes: await readFreeMemory(),
  };
}

async function findMissing({run}: Processes): Promise<string[]> {
  const script = 'for name; do command -v "$name" >/dev/null || echo "$name"; done';
  const {stdout} = await run('sh', ['-c', script, 'sh', ...Object.keys(PROGRAMS)]);
  return stdout.split('\n').filter((name) => name !== '');
}

/** Puts one overlay on another, as machines do that are made of layers, where nobody else sees it. */
const TRY_OVERLAY = `
mkdir -p -m 700 "$1"
folder=$(mktemp -d "$1/overlay-XXXXXX")
trap 'cd /; rm -rf "$folder"' EXIT
cd "$folder"; mkdir lower upper work merged upper2 work2 merged2
unshare --mount sh -euc '
mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
mkdir merged/tried
umount merged
mount -t overlay overlay -o lowerdir=upper:lower,upperdir=upper2,workdir=work2 merged2
rmdir merged2/tried'
`;

/** Makes the folder too: Node.js' own way never ends where a file system refuses all folders, as /proc does. */
async function tryOverlay({run}: Processes, dataFolder: string): Promise<void> {
  const {exitCode, stderr} = await run('sh', ['-euc', TRY_OVERLAY, 'sh', dataFolder], {timeoutMs: 20_000});
  if (exitCode !== 0) throw new Error(stderr);
}

async function tryGroups(): Promise<void> {
  await removeGroups(await createGroups(`juju-local-check-${process.pid}`));
}

async function describeError(attempt: () => Promise<void>): Promise<string | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.split('\n').find((line) => line.trim() !== '') ?? 'for no reason given';
  }
}

/** All there is when it cannot be told: then something else is said of the folder. */
async function readFreeDisk(folder: string): Promise<number> {
  const {bavail, bsize} = await statfs(folder).catch(() => ({bavail: Infinity, bsize: 1}));
  return bavail * bsize;
}

async function readNumber(file: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^\d+\n?$/.test(text) ? Number(text) : null;
}

/** What can be had without swapping; `freemem` counts caches as used on old versions of Node.js. */
async function readFreeMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const [, kilobytes] = /^MemAvailable:\s+(\d+) kB$/m.exec(text) ?? [];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}
