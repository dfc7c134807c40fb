/** The program behind stonith:external/maas; cluster-glue starts it through the launcher that `getFencingAgent` wants. */
import {readFileSync} from 'node:fs';

import {createHookProcesses, readEnvironment, readRandom} from '#charm';
import {sendHttp} from '#maas';

import {runAgent, type LogLevel} from '../stonith/agent.ts';
import {createLossRecord} from '../stonith/permission.ts';

const processes = createHookProcesses();
const LOG_MS = 5000;
/** A program of Pacemaker that does not answer by then is asked again. */
const CLUSTER_MS = 7000;

/** By cluster-glue's own logger, which its wrapper puts on PATH; where it is missing, for whoever started the wrapper. */
async function log(level: LogLevel, line: string): Promise<void> {
  const {exitCode} = await processes.run('ha_log.sh', [level, line], {timeoutMs: LOG_MS});
  if (exitCode !== 0) process.stderr.write(`external/maas: ${line}\n`);
}

process.exitCode = await runAgent({
  args: process.argv.slice(2),
  environment: readEnvironment(),
  readFile: (path) => readFileSync(path, 'utf8'),
  send: sendHttp,
  losses: createLossRecord((program, args, options = {}) =>
    processes.run(program, args, {...options, timeoutMs: CLUSTER_MS}),
  ),
  clock: {
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  },
  nonce: () => readRandom(16).toString('hex'),
  print: (line) => process.stdout.write(`${line}\n`),
  log,
});
