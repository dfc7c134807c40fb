import {mkdir, lstat, readdir, readFile, rename, rm, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {TOOL_NAMES} from '../../tools/index.ts';
import type {AgentPaths} from './agent-paths.ts';

/** The program that all hook tools are on a machine. */
export const TOOL_CLIENT = fileURLToPath(new URL('./tool-client.pl', import.meta.url));
const CLIENT_NAME = 'hook-tool';

/** Makes a unit's folders and its hook tools where they are not there yet. All paths here are the host's. */
export async function installAgent(paths: AgentPaths): Promise<void> {
  for (const folder of [paths.charm, paths.upper, paths.work, paths.tools]) await mkdir(folder, {recursive: true});
  const client = join(dirname(paths.tools), CLIENT_NAME);
  const program = await readFile(TOOL_CLIENT);
  if (!(await readFile(client).catch(() => null))?.equals(program)) await replace(client, program, 0o755);
  const known = new Set(await readdir(paths.tools));
  for (const name of TOOL_NAMES) if (!known.has(name)) await symlink(`../${CLIENT_NAME}`, join(paths.tools, name));
}

/** Removes what a unit has on a machine. */
export async function removeAgent(paths: AgentPaths): Promise<void> {
  await rm(paths.agent, {recursive: true, force: true});
  await rm(paths.tools, {recursive: true, force: true});
}

/** The charm that lies below a unit's own files; null before the first. */
export async function readCharmName(paths: AgentPaths): Promise<string | null> {
  return readFile(paths.charmName, 'utf8').catch(() => null);
}

/**
 * Makes a unit's own files fit to another charm, as Juju's upgrade does: what either charm brings is the new charm's, what only the
 * unit made stays. The charm is not mounted meanwhile.
 */
export async function changeCharm(paths: AgentPaths, name: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) await uncover(folder, paths.upper);
  await replace(paths.charmName, Buffer.from(name), 0o600);
}

/** Takes away what hides files of `lower`: changed ones, and the marks of removed ones (character devices; overlayfs of the kernel). */
async function uncover(lower: string, upper: string): Promise<void> {
  const entries = await readdir(lower, {withFileTypes: true}).catch(() => []);
  for (const entry of entries) {
    const cover = join(upper, entry.name);
    const found = await lstat(cover).catch(() => null);
    if (found === null) continue;
    if (entry.isDirectory() && found.isDirectory()) await uncover(join(lower, entry.name), cover);
    else await rm(cover, {recursive: true, force: true});
  }
}

/** Context ids of what ran on a machine when its controller ended, with the files that say so. */
export async function findOrphans(juju: string): Promise<readonly {file: string; context: string}[]> {
  const agents = join(juju, 'agents');
  const found = await Promise.all(
    (await readdir(agents).catch(() => [])).map(async (tag) => {
      const file = join(agents, tag, 'running');
      const context = await readFile(file, 'utf8').catch(() => '');
      return context === '' ? [] : [{file, context}];
    }),
  );
  return found.flat();
}

async function replace(path: string, content: Buffer, mode: number): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, {force: true});
  await writeFile(draft, content, {mode});
  await rename(draft, path);
}
