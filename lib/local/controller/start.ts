import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {setTimeout as sleep} from 'node:timers/promises';

import {LocalError} from '../errors.ts';
import {connectController, type ClientLink} from './client.ts';
import {endProcess, isAlive} from '../store/process-identity.ts';
import type {ControllerFolder} from './folder.ts';

/** Starts the process of a controller, and gives its id. What it prints is added to a file. */
export type StartController = (dataFolder: string, name: string, output: string) => Promise<number>;

/** Starts the product's own. */
export const startController: StartController = async (dataFolder, name, output) => {
  const {createLongProcesses} = await import('../processes.ts');
  const program = fileURLToPath(new URL('../bin/controller.mjs', import.meta.url));
  return createLongProcesses().startDetached(process.execPath, [program, dataFolder, name], {output});
};

const POLL_MS = 50;
const PATIENCE_MS = 60_000;

/** Starts a controller's process and resolves with a connection to it when it answers; one that cannot is a LocalError. */
export async function startAndConnect(
  name: string,
  {dataFolder, folder, start}: {dataFolder: string; folder: ControllerFolder; start: StartController},
): Promise<ClientLink> {
  await folder.create();
  const before = (await readLog(folder)).length;
  const pid = await start(dataFolder, name, folder.log);
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const link = await connectController(name, folder);
    if (link !== null) return link;
    if (!(await isAlive({pid, start: ''})) && (await folder.readServer()) === null) break;
    await sleep(POLL_MS);
  }
  const [line = 'it did not answer'] = (await readLog(folder)).slice(before).trim().split('\n').slice(-1);
  throw new LocalError(
    `cannot start the process of controller "${name}": ${line.replace(/^ERROR /, '')} (see ${folder.log})`,
  );
}

async function readLog(folder: ControllerFolder): Promise<string> {
  return readFile(folder.log, 'utf8').catch(() => '');
}

/** What a process is given to end by itself before it is killed. */
const STOP_MS = 15_000;

/** Who is to be ended need not be waited for as long as one that has work to do. */
const STOP_HELLO_MS = 3_000;

/** Ends the process of a controller, whatever state it is in, and resolves when it is gone. */
export async function stopController(name: string, folder: ControllerFolder): Promise<void> {
  const pid = await folder.readServer();
  if (pid === null) return;
  const link = await connectController(name, folder, STOP_HELLO_MS).catch(() => null);
  link?.send({kind: 'stop'});
  if (link === null || !(await waitForEnd(folder, pid, STOP_MS))) endProcess(pid);
  if (await waitForEnd(folder, pid, STOP_MS)) return;
  throw new LocalError(`the process ${String(pid)} of controller "${name}" does not end`);
}

/** Whether the process that held the controller is gone in time. */
async function waitForEnd(folder: ControllerFolder, pid: number, patience: number): Promise<boolean> {
  for (let waited = 0; waited < patience; waited += POLL_MS) {
    if ((await folder.readServer()) !== pid) return true;
    await sleep(POLL_MS);
  }
  return false;
}
