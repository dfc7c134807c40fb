import {mkdir, readFile, statfs} from 'node:fs/promises';
import {availableParallelism} from 'node:os';

const GIB = 1024 ** 3;

/** What this computer has for machines, as far as a whole OpenStack depends on it. */
export interface HostFacts {
  readonly isRoot: boolean;
  readonly cores: number;
  readonly freeMemoryBytes: number;
  readonly freeDiskBytes: number;
  readonly dataFolder: string;
}

/** Guests have emulated processors, and Pacemaker's time-outs hold on a computer that answers. */
const NEEDED_CORES = 2;

/** Machines with all their guests take 3.8 GB (the control plane 1.6, members 0.35 each, computes 0.4 each); the rest is their files and the controller. */
const NEEDED_MEMORY = 6 * GIB;

/** Layers and downloads, what the machines write, and a prepared deployment that is kept. */
const NEEDED_DISK = 15 * GIB;

/** Why the stories cannot be told here, one line each with what is needed; none when they can. */
export function checkHost({isRoot, cores, freeMemoryBytes, freeDiskBytes, dataFolder}: HostFacts): readonly string[] {
  if (!isRoot) return ['the stories run on machines, and need root: sudo npm run story'];
  return [
    ...(cores < NEEDED_CORES
      ? [`the stories need ${String(NEEDED_CORES)} processor cores; here is ${String(cores)}`]
      : []),
    ...(freeMemoryBytes < NEEDED_MEMORY
      ? [`the stories need ${toGib(NEEDED_MEMORY)} GiB of free memory; here are ${toGib(freeMemoryBytes)} GiB`]
      : []),
    ...(freeDiskBytes < NEEDED_DISK
      ? [
          `the stories need ${toGib(NEEDED_DISK)} GiB of free disk in ${dataFolder}, where are ${toGib(freeDiskBytes)} GiB: ` +
            'make room, or name another folder with JUJU_LOCAL_TEST_DATA=FOLDER',
        ]
      : []),
  ];
}

/** Never more than there is: 6.96 is not 7.0. */
function toGib(bytes: number): string {
  return (Math.floor((bytes / GIB) * 10) / 10).toFixed(1);
}

/** Looks up what this computer has; makes the data folder, whose disk is the one that counts. */
export async function readHostFacts(dataFolder: string): Promise<HostFacts> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) await mkdir(dataFolder, {recursive: true});
  const {bavail, bsize} = await statfs(dataFolder).catch(() => ({bavail: 0, bsize: 1}));
  const [, kilobytes = '0'] = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8')) ?? [];
  return {
    isRoot,
    cores: availableParallelism(),
    freeMemoryBytes: Number(kilobytes) * 1024,
    freeDiskBytes: bavail * bsize,
    dataFolder,
  };
}
