import {rm, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';

import type {CommandResult, Processes} from '#charm';

import {LocalError} from '../../errors.ts';
import {isMounted} from './mounts.ts';
import {parseLinkNames, planRemoval} from './network.ts';
import {waitUntil} from './waiting.ts';

const REMOVAL = {limitMs: 10_000, pollMs: 20};

/** Makes a network namespace that a file holds, until it is unmounted. One that is there already is kept. */
export async function ensureNamespace(processes: Processes, file: string): Promise<void> {
  if (await isMounted(file)) return;
  await rm(file, {force: true});
  await writeFile(file, '', {mode: 0o600});
  const {exitCode, stderr} = await processes.run('unshare', [`--net=${file}`, 'true']);
  if (exitCode !== 0) throw new LocalError(`cannot make a network namespace: ${stderr.trim()}`);
}

/** Gives lines to `ip -batch` in the namespace that a file holds. Relative paths in them begin at `folder`. */
export async function changeLinks(
  processes: Processes,
  file: string,
  lines: readonly string[],
  folder = dirname(file),
): Promise<void> {
  if (lines.length === 0) return;
  const {exitCode, stderr} = await runBatch(processes, lines, {file, folder, isForced: false});
  if (exitCode !== 0) throw new LocalError(`cannot set up the network: ${stderr.trim()}`);
}

/** Names of the links in the namespace that a file holds; none when it holds none. */
export async function readLinks(processes: Processes, file: string): Promise<ReadonlySet<string>> {
  if (!(await isMounted(file))) return new Set();
  const {exitCode, stdout, stderr} = await processes.run('nsenter', [`--net=${file}`, 'ip', '-json', 'link', 'show']);
  if (exitCode !== 0) throw new LocalError(`cannot read the network: ${stderr.trim()}`);
  return parseLinkNames(stdout);
}

/**
 * Takes away the ends of a machine's interfaces (`e`), or all links that are the machine's. The kernel takes away those of a
 * namespace that has just ended by itself, at any moment: what is gone already is no error.
 */
export async function removeLinks(
  processes: Processes,
  file: string,
  machine: string,
  kinds: 'e' | 'ebu',
): Promise<void> {
  const isDone = await waitUntil(async () => {
    const lines = planRemoval(machine, kinds, await readLinks(processes, file));
    if (lines.length === 0) return true;
    await runBatch(processes, lines, {file, folder: dirname(file), isForced: true});
    return false;
  }, REMOVAL);
  if (!isDone) throw new LocalError(`cannot remove the network links of machine ${machine}`);
}

function runBatch(
  processes: Processes,
  lines: readonly string[],
  {file, folder, isForced}: {readonly file: string; readonly folder: string; readonly isForced: boolean},
): Promise<CommandResult> {
  const options = isForced ? ['-force'] : [];
  return processes.run('nsenter', [`--net=${file}`, `--wd=${folder}`, 'ip', ...options, '-batch', '-'], {
    stdin: lines.map((line) => `${line}\n`).join(''),
  });
}
