import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import * as z from 'zod/mini';

import {createProcesses, readEnvironment} from '#charm';
import {TOOL_CLIENT, ToolServer} from '#local';

import {getMedian, getMin, renderTable} from './table.ts';

/** What one call may take, in milliseconds, on a computer that does nothing else. */
const GOAL_MS = 10;

const CONTEXT = 'app/0-update-status-1';
const RUNS = 200;

/**
 * Times one call of a hook tool on a machine of the machines cloud, without the machine: the program that hooks start, the socket, and a
 * server whose tools answer at once; in turns with a perl that does nothing. Gives a table.
 */
export async function reportTools(): Promise<string> {
  const processes = createProcesses();
  if ((await processes.run('perl', ['-e', '0'])).exitCode !== 0)
    return 'Hook tools: not measured, as perl is not here\n';
  const folder = await mkdtemp(join(tmpdir(), 'bench-tools-'));
  const server = new ToolServer(join(folder, 'agent.socket'));
  try {
    await server.open(CONTEXT, () => Promise.resolve({exitCode: 0, stdout: 'true\n', stderr: ''}));
    const env = {
      PATH: readEnvironment()['PATH'] ?? '',
      JUJU_CONTEXT_ID: CONTEXT,
      JUJU_AGENT_SOCKET_ADDRESS: join(folder, 'agent.socket'),
      JUJU_AGENT_SOCKET_NETWORK: 'unix',
    };
    const commands = {perl: ['perl', '-e', '0'], tool: ['perl', TOOL_CLIENT, '--format=json']};
    const timer = fileURLToPath(new URL('timer.mjs', import.meta.url));
    const stdin = JSON.stringify({runs: RUNS, cwd: folder, env, commands});
    const {exitCode, stdout, stderr} = await processes.run(process.execPath, [timer], {stdin, timeoutMs: 600_000});
    if (exitCode !== 0) throw new Error(stderr);
    return renderTimes(z.object({perl: z.array(z.number()), tool: z.array(z.number())}).parse(JSON.parse(stdout)));
  } finally {
    await server.close(CONTEXT);
    await rm(folder, {recursive: true, force: true});
  }
}

function renderTimes({perl, tool}: {readonly perl: readonly number[]; readonly tool: readonly number[]}): string {
  const [best, bare] = [getMin(tool), getMin(perl)];
  const times = [best, getMedian(tool), bare, getMedian(perl)].map((time) => `${time.toFixed(1)} ms`);
  const row = [...times, `${(best / bare).toFixed(2)}x`, `${GOAL_MS} ms`, best <= GOAL_MS ? 'met' : 'missed'];
  const head = ['min', 'median', 'perl min', 'median', 'ratio', 'goal', 'verdict'];
  return `One call of a hook tool on a machine, against perl -e 0 (${RUNS} runs each)\n${renderTable(head, [row])}\n`;
}
