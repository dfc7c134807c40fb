/** The program that Pacemaker's alert of fencing and systemd's timer start, by the launcher that the charm writes. */
import fs from 'node:fs';
import {hostname} from 'node:os';

import {createHookProcesses, readEnvironment} from '#charm';
import {sendHttp} from '#maas';

import {runAgent} from '../alert/agent.ts';
import {createSpoolFiles} from '../alert/folder.ts';
import {CREDENTIALS_PATH, SPOOL} from '../alert/paths.ts';
import {isConnected} from '../alert/connection.ts';

const processes = createHookProcesses();

process.exitCode = await runAgent({
  args: process.argv.slice(2),
  environment: readEnvironment(),
  member: hostname(),
  files: createSpoolFiles(SPOOL),
  readCredentials: () => fs.readFileSync(CREDENTIALS_PATH, 'utf8'),
  send: sendHttp,
  clock: {
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  },
  isConnected: (host) => isConnected(processes, host),
  print: (line) => process.stdout.write(`${line}\n`),
});
