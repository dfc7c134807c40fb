import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';

import {getDataFolder} from './juju.ts';

/** The process that serves a controller. */
export const CONTROLLER = /bin\/controller\.mjs/;

/** Kills every process of a controller whose command line fits: its own, gateways, systemd-nspawn. Gives their number. */
export async function killProcesses(controller: string, pattern: RegExp): Promise<number> {
  const pids = await listProcesses(controller, pattern);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  return pids.length;
}

async function listProcesses(controller: string, pattern: RegExp): Promise<readonly number[]> {
  const home = join(getDataFolder(), 'controllers', controller);
  const isIts = (command: string): boolean =>
    command.includes(`${home}/`) || command.trimEnd().endsWith(` ${getDataFolder()} ${controller}`);
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const command = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
      return pattern.test(command) && isIts(command) ? [Number(name)] : [];
    }),
  );
  return found.flat();
}
