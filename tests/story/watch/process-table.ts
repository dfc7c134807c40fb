import {readdirSync, readFileSync} from 'node:fs';

import type {Look} from './verdict.ts';

/** What the names of a model's control groups begin with, and the host that each machine is, by the machine's part of that name. */
export interface Places {
  readonly prefix: string;
  readonly hosts: ReadonlyMap<string, string>;
}

/**
 * Looks at all processes of this computer, in which those of its machines are whatever their namespaces. All at once, without a
 * wait in between.
 */
export function lookAtProcesses({prefix, hosts}: Places, now: () => number): Look {
  const begun = now();
  const on = new Set<string>();
  const processes: Look['processes'][number][] = [];
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const host = hosts.get(findSlug(readOf(pid, 'cgroup'), prefix));
    if (host === undefined) continue;
    on.add(host);
    const guest = findGuest(readOf(pid, 'cmdline'));
    if (guest !== null) processes.push({guest, host});
  }
  return {kind: 'look', begun, time: now(), on: [...on], processes};
}

/** The machine's part of the name of its group, in lines of /proc/PID/cgroup; empty for processes of nobody here. */
export function findSlug(groups: string, prefix: string): string {
  const at = groups.indexOf(`/${prefix}`);
  return at < 0 ? '' : (/^[0-9a-z-]+/.exec(groups.slice(at + 1 + prefix.length))?.[0] ?? '');
}

/** The uuid that libvirt gives QEMU; null for what is no QEMU. Its arguments end with a NUL each. */
export function findGuest(command: string): string | null {
  const [program = '', ...words] = command.split('\0');
  if (!/qemu-system/.test(program)) return null;
  const at = words.indexOf('-uuid');
  return at < 0 ? null : (words[at + 1] ?? null);
}

/** Empty for a process that has ended meanwhile, or is about to. */
function readOf(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
