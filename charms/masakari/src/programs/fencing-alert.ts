/** The program that Pacemaker's alert of fencing and systemd's timer start, by the launcher that the charm writes. */
import fs from 'node:fs';
import {hostname} from 'node:os';

import {createHookProcesses, readEnvironment} from '#charm';
import {sendHttp} from '#maas';

import {runAgent} from '../alert/agent.ts';
import {createSpoolFiles} from '../alert/folder.ts';
import {isConnected, readConnected} from '../alert/connection.ts';
import {CREDENTIALS_PATH, REPORT_FOLDER, SPOOL} from '../alert/paths.ts';
import {watchProtection} from '../alert/watch.ts';

const processes = createHookProcesses();
const args = process.argv.slice(2);
const ports = {
  readCredentials: () => fs.readFileSync(CREDENTIALS_PATH, 'utf8'),
  send: sendHttp,
  clock: {
    now: Date.now,
    sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  },
  print: (line: string) => process.stdout.write(`${line}\n`),
};

process.exitCode =
  args[0] === 'watch'
    ? await watchProtection({
        ...ports,
        readConnected: () => readConnected(processes),
        report: createSpoolFiles(REPORT_FOLDER),
      })
    : await runAgent({
        ...ports,
        args,
        environment: readEnvironment(),
        member: hostname(),
        files: createSpoolFiles(SPOOL),
        isConnected: (host) => isConnected(processes, host),
      });
