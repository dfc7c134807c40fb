import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';

import {readJournal, type Journal} from '../guest/journal.ts';
import type {Compute, Deployment} from './deployment.ts';

/** A guest's process on a compute. */
export interface GuestProcess {
  readonly pid: number;
  /** Nova's id of the guest. */
  readonly server: string;
  /** Name of the compute. */
  readonly host: string;
}

/** The process table of guests: QEMU names each by its uuid. */
export async function listGuestProcesses(
  {room}: Pick<Deployment, 'room'>,
  computes: readonly Compute[],
): Promise<readonly GuestProcess[]> {
  const found = await Promise.all(
    computes.map(async ({name, machine}) => {
      // 1: none; 127: the machine is off, and so is all that was there.
      const {stdout, exitCode, stderr} = await room.run(machine, ['pgrep', '--list-full', '--full', 'qemu-system']);
      if (![0, 1, 127].includes(exitCode)) throw new Error(`cannot look at the processes of ${name}: ${stderr.trim()}`);
      return parseGuestProcesses(stdout).map((process) => ({...process, host: name}));
    }),
  );
  return found.flat();
}

/** Lines of `pgrep --list-full`: a process's id and its command line. */
export function parseGuestProcesses(text: string): readonly Omit<GuestProcess, 'host'>[] {
  return [...text.matchAll(/^(\d+) .* -uuid ([0-9a-f-]{36})( |$)/gm)].map(([, pid = '', server = '']) => ({
    pid: Number(pid),
    server,
  }));
}

/** What a guest has written to its disk so far, read from the storage that all computes share. */
export async function readGuestJournal({juju}: Pick<Deployment, 'juju'>, server: string): Promise<Journal> {
  const folder = join(juju.place.folder, 'storage');
  for (const storage of await readdir(folder)) {
    const disk = await readFile(join(folder, storage, server, 'disk')).catch(() => null);
    if (disk !== null) return readJournal(disk);
  }
  throw new Error(`no storage in ${folder} has the disk of the guest ${server}`);
}
