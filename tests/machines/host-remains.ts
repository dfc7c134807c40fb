import {access, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';

/** What a model's machines have on the host, by kind; empty lists when they left nothing. */
export interface HostRemains {
  readonly mounts: readonly string[];
  readonly groups: readonly string[];
  readonly processes: readonly string[];
  readonly links: readonly string[];
  readonly folders: readonly string[];
}

/** Looks everywhere on the host where something of a model may be: in its data folder, and under its id. */
export async function findRemains(folder: string, id: string): Promise<HostRemains> {
  const isOurs = (text: string): boolean => text.includes(folder) || text.includes(`jl-${id}`);
  const [mounts, groups, processes, links] = await Promise.all([
    readFile('/proc/self/mountinfo', 'utf8'),
    listFolders('/sys/fs/cgroup'),
    listProcesses(isOurs),
    readdir('/sys/class/net'),
  ]);
  const kept = await Promise.all(
    ['', 'locks', 'propagate', 'unix-export'].map((name) => list(join('/run/systemd/nspawn', name))),
  );
  const own = await access(folder).then(
    () => [folder],
    () => [],
  );
  return {
    mounts: mounts.split('\n').filter(isOurs),
    groups: groups.filter(isOurs),
    processes,
    // Those of machines belong to namespaces; the host's own namespace has none of their names.
    links: links.filter((name) => /^(br\d+|m\d+([a-z]\d+)?[ebus]\d+)$/.test(name)),
    folders: [...kept.flat().filter(isOurs), ...own],
  };
}

export const NOTHING: HostRemains = {mounts: [], groups: [], processes: [], links: [], folders: []};

/** Processes that are told by their command line, their control group or what they have mounted: all in a machine are. */
async function listProcesses(isOurs: (text: string) => boolean): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
      const [command, group, mounts] = await Promise.all(['cmdline', 'cgroup', 'mountinfo'].map(read));
      const inside = (mounts ?? '').split('\n').filter((line) => line.split(' ')[4] === '/');
      const isOne = isOurs(command ?? '') || isOurs(group ?? '') || inside.some(isOurs);
      return isOne ? [`${pid} ${(command ?? '').replaceAll('\0', ' ')}`] : [];
    }),
  );
  return found.flat();
}

async function listFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, {withFileTypes: true}).catch(() => []);
  const below = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isDirectory()) return [];
      const path = join(folder, entry.name);
      return [path, ...(await listFolders(path))];
    }),
  );
  return below.flat();
}

function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
