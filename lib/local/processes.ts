import {spawn, type ChildProcess} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';

import type {Environment} from '#charm';

import {LineSplitter} from './lines.ts';

/**
 * What a local Juju starts besides programs that are run to their end (`createProcesses` of #charm does those): some outlive
 * this process, some talk while they run, some have the user's own terminal.
 */
export interface LongProcesses {
  /** Starts a program in a session of its own that goes on when this process ends. Its output is added to a file. */
  startDetached(
    program: string,
    args: readonly string[],
    options: {readonly output: string; readonly environment?: Environment},
  ): Promise<number>;
  /** Starts a program and tells each line it prints, one of more than 1 MiB in pieces. `environment` replaces this process's own. */
  follow(program: string, args: readonly string[], options?: FollowOptions): FollowedProcess;
  /** Runs a program on this process's own standard streams, and gives its exit status (128 and the number of a signal). */
  runAttached(program: string, args: readonly string[]): Promise<number>;
}

export interface FollowOptions {
  readonly environment?: Environment;
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
}

export interface FollowedProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Its exit status, and the signal that ended it or the reason why it never ran, once its output has ended too or a second is over. */
  readonly ended: Promise<{readonly exitCode: number; readonly reason: string | null}>;
  kill(signal: NodeJS.Signals): void;
}

/** How long the last of a program's output may take to come. */
const OUTPUT_AFTER_END_MS = 1000;

const NOT_STARTED = 127;
const BY_SIGNAL = 128;

/** Starts real processes. */
export function createLongProcesses(): LongProcesses {
  return {startDetached, follow, runAttached};
}

function startDetached(
  program: string,
  args: readonly string[],
  {output, environment}: {readonly output: string; readonly environment?: Environment},
): Promise<number> {
  const file = openSync(output, 'a', 0o600);
  return new Promise<number>((resolve, reject) => {
    const env = environment === undefined ? {} : {env: {...environment}};
    const child = spawn(program, args, {detached: true, stdio: ['ignore', file, file], ...env});
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      if (child.pid === undefined) reject(new Error(`${program} has no process id`));
      else resolve(child.pid);
    });
  }).finally(() => {
    closeSync(file);
  });
}

function follow(program: string, args: readonly string[], {environment, onLine}: FollowOptions = {}): FollowedProcess {
  const env = environment === undefined ? {} : {env: {...environment}};
  const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe'], ...env});
  for (const stream of ['stdout', 'stderr'] as const) {
    const splitter = new LineSplitter((line) => onLine?.(stream, line));
    const output = child[stream].setEncoding('utf8');
    output.on('data', (text: string) => {
      splitter.push(text);
    });
    output.once('close', () => {
      splitter.end();
    });
  }
  endOutput(child);
  return {
    pid: child.pid,
    ended: waitForEnd(child),
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

/** A program may leave others behind that hold its output open for as long as they run: what they print is not waited for. */
function endOutput(child: ChildProcess): void {
  child.once('exit', () => {
    const timer = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, OUTPUT_AFTER_END_MS);
    child.once('close', () => {
      clearTimeout(timer);
    });
  });
}

async function runAttached(program: string, args: readonly string[]): Promise<number> {
  const {exitCode} = await waitForEnd(spawn(program, args, {stdio: 'inherit'}));
  return exitCode;
}

function waitForEnd(child: ChildProcess): FollowedProcess['ended'] {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({exitCode: NOT_STARTED, reason: error.message});
    });
    child.once('close', (exitCode, signal) => {
      resolve(exitCode === null ? {exitCode: BY_SIGNAL, reason: signal ?? 'a signal'} : {exitCode, reason: null});
    });
  });
}
