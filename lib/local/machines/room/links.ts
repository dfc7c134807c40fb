import {rm, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';

import type {Processes} from '#charm';

import {LocalError} from '../../errors.ts';
import {isMounted} from './mounts.ts';
import {parseLinkNames} from './network.ts';

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
  const {exitCode, stderr} = await processes.run('nsenter', [`--net=${file}`, `--wd=${folder}`, 'ip', '-batch', '-'], {
    stdin: lines.map((line) => `${line}\n`).join(''),
  });
  if (exitCode !== 0) throw new LocalError(`cannot set up the network: ${stderr.trim()}`);
}

/** Names of the links in the namespace that a file holds; none when it holds none. */
export async function readLinks(processes: Processes, file: string): Promise<ReadonlySet<string>> {
  if (!(await isMounted(file))) return new Set();
  const {exitCode, stdout, stderr} = await processes.run('nsenter', [`--net=${file}`, 'ip', '-json', 'link', 'show']);
  if (exitCode !== 0) throw new LocalError(`cannot read the network: ${stderr.trim()}`);
  return parseLinkNames(stdout);
}
