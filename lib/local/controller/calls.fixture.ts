import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {runJujuLocal} from '../command.ts';
import {createLongProcesses} from '../processes.ts';
import {serveController, type Controller} from './controller.ts';
import {ControllerFolder} from './folder.ts';
import {getHostFolder, LIVE_MEMORY} from './live-memory.fixture.ts';
import type {StartController} from './start.ts';

/** How one call ended. */
export interface Call {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test's user does during a call. */
export interface User {
  readonly answers?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onText?: (text: string) => void;
  readonly runAttached?: (command: readonly string[]) => Promise<number>;
}

/** Calls of juju-local on a data folder of their own, with a cloud whose models live in a controller's process. */
export interface LiveCalls {
  readonly data: string;
  readonly host: string;
  readonly folder: ControllerFolder;
  run(...argv: readonly string[]): Promise<Call>;
  runAs(user: User, ...argv: readonly string[]): Promise<Call>;
  /** A call that must succeed; resolves with what it printed. */
  print(...argv: readonly string[]): Promise<string>;
  /** The charm `slow`, whose hooks of these names wait until `release`. */
  hold(hook: string): Promise<void>;
  release(): Promise<void>;
  /** Ends whatever still runs, and removes all files. */
  remove(): Promise<void>;
}

export interface LiveCallsOptions {
  /** In a process of its own, which can be killed; else in the process of the test. */
  readonly isOwnProcess?: boolean;
  /** Below the temporary folder; its name alone unless told. */
  readonly deep?: string;
}

export async function createLiveCalls({isOwnProcess = false, deep = ''}: LiveCallsOptions = {}): Promise<LiveCalls> {
  const root = await mkdtemp(join(tmpdir(), 'juju-local-live-'));
  const data = join(root, deep, 'data');
  await mkdir(dirname(data), {recursive: true});
  await writeSlowCharm(root);
  const served: Controller[] = [];
  const start = isOwnProcess ? startProcess : createStart(served);
  const runAs = async (user: User, ...argv: readonly string[]): Promise<Call> => {
    const answers = [...(user.answers ?? [])];
    let stdout = '';
    let stderr = '';
    const status = await runJujuLocal({
      argv,
      environment: {JUJU_LOCAL_DATA: data},
      cwd: root,
      charmFolders: [join(root, 'charms')],
      write: (text) => (stdout += text),
      warn: (text) => {
        stderr += text;
        user.onText?.(text);
      },
      readLine: () => Promise.resolve(answers.shift() ?? null),
      runAttached: user.runAttached,
      isTerminal: false,
      signal: user.signal ?? new AbortController().signal,
      now: Date.now,
      clouds: LIVE_MEMORY,
      startController: start,
    });
    return {status, stdout, stderr};
  };
  const folder = new ControllerFolder(data, 'c');
  return {
    data,
    host: getHostFolder(data),
    folder,
    runAs,
    run: (...argv) => runAs({}, ...argv),
    print: async (...argv) => {
      const {status, stdout, stderr} = await runAs({}, ...argv);
      if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${String(status)}: ${stderr}`);
      return stdout;
    },
    hold: (hook) => writeFile(join(root, 'held'), hook),
    release: () => rm(join(root, 'held'), {force: true}),
    remove: async () => {
      await rm(join(root, 'held'), {force: true});
      for (const controller of served) await controller.close().catch(() => undefined);
      const pid = await folder.readServer();
      if (pid !== null && pid !== process.pid) process.kill(pid, 'SIGKILL');
      await rm(root, {recursive: true, force: true});
    },
  };
}

const startProcess: StartController = (dataFolder, name, output) => {
  const program = fileURLToPath(new URL('./live-memory-process.fixture.mjs', import.meta.url));
  return createLongProcesses().startDetached(process.execPath, [program, dataFolder, name], {output});
};

function createStart(served: Controller[]): StartController {
  return async (dataFolder, name, output) => {
    const lines: string[] = [];
    const warn = (line: string): void => {
      lines.push(line);
    };
    const controller = await serveController({dataFolder, name, clouds: LIVE_MEMORY, now: Date.now, warn});
    await writeFile(output, await readFile(output).catch(() => ''));
    served.push(controller);
    void controller.stopped.then(() => controller.close());
    return process.pid;
  };
}

/** A charm that says in its status which hook ran last, and has one action and one option. */
async function writeSlowCharm(root: string): Promise<void> {
  const folder = join(root, 'charms', 'slow');
  await mkdir(join(folder, 'src'), {recursive: true});
  await writeFile(
    join(folder, 'charmcraft.yaml'),
    'name: slow\ntype: charm\nsummary: s\ndescription: d\nbase: ubuntu@22.04\nplatforms: {amd64: }\n' +
      'config: {options: {mood: {type: string, default: calm}}}\nactions: {greet: {description: Says hello.}}\n' +
      'peers: {ring: {interface: ring}}\n',
  );
  const held = JSON.stringify(join(root, 'held'));
  await writeFile(
    join(folder, 'src', 'charm.mjs'),
    `import {readFile} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';

async function isHeld(hook) {
  return (await readFile(${held}, 'utf8').catch(() => '')) === hook;
}

async function run({environment, tools}) {
  const hook = environment.JUJU_DISPATCH_PATH.replace(/^.*[/]/, '');
  while (await isHeld(hook)) await sleep(10);
  if (hook === 'greet') await tools('action-set', ['hello=world']);
  const {stdout} = await tools('config-get', ['mood']);
  await tools('status-set', ['active', 'mood ' + stdout.trim()]);
  return 0;
}

export const charm = {endpoints: [], actions: [], run};
`,
  );
}
