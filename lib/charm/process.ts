import {spawn, type ChildProcess} from 'node:child_process';
import {Socket} from 'node:net';

import {execa} from 'execa';

import {readEnvironment} from './environment.ts';
import {createHookShells, type ShellProcess} from './hook-shell.ts';
import type {CommandOptions, CommandResult, Processes, RunHookTool} from './host.ts';
import {readRandom} from './random.ts';

/** How long a program may run when its caller names no limit. Installing packages names its own. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** One that does not end when it is asked to is killed after so long. */
const KILL_DELAY_MS = 5000;

/**
 * What people's programs may print on each stream. A character of it may take six in the JSON in which a local Juju passes it on, and
 * one text has at most 512 MiB.
 */
const OUTPUT_LIMIT_BYTES = 32 * 1024 ** 2;

/** Each hook tool is a process of some ten megabytes, and the unit agent answers one at a time. */
const HOOK_TOOLS_AT_ONCE = 8;

/**
 * Starts real programs for what people start and may interrupt: packing, the local Juju, tests. What it started ends with
 * this process, however this one ends; that is what execa is here for. One that prints more than 32 MiB is ended, and has failed.
 * Hooks have `createHookProcesses`.
 */
export function createProcesses(): Processes {
  return {
    run: async (program, args, options = {}) => {
      if (hasNul(args)) {
        return describeNul(program);
      }
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const child = execa(program, args, {
        reject: false,
        // execa has its own limit, and its messages repeat all output: V8 ends the whole process over one of many megabytes.
        buffer: false,
        timeout: timeoutMs,
        forceKillAfterDelay: KILL_DELAY_MS,
        ...(options.stdin === undefined ? {stdin: 'ignore'} : {input: options.stdin}),
        ...(options.environment === undefined ? {} : {env: options.environment}),
      });
      const cut = new AbortController();
      const onLimit = (): void => {
        cut.abort();
        child.kill();
        // What it has started may go on to print there.
        child.stdout.destroy();
        child.stderr.destroy();
      };
      const printed = {stdout: collect(child.stdout, onLimit), stderr: collect(child.stderr, onLimit)};
      const result = await child;
      const stdout = printed.stdout();
      if (cut.signal.aborted) {
        return describeCut(stdout, printed.stderr());
      }
      if (result.timedOut) {
        return describeTimeout(program, stdout, timeoutMs);
      }
      if (result.exitCode === undefined) {
        return describeFailure(program, stdout, result);
      }
      return {exitCode: result.exitCode, stdout, stderr: printed.stderr()};
    },
  };
}

/**
 * The same contract for hooks, on Node.js alone: every unit runs a hook every few minutes, and loading execa takes as long
 * as starting Node.js itself (`npm run bench -- hook`). What needs nothing but its arguments, as reads do, is started by a
 * shell. A program that a killed hook started goes on to its end: an installation is not to be left half done.
 */
export function createHookProcesses(): Processes {
  const runByShell = createHookShells({
    start: startShell,
    mark: readRandom(16).toString('hex'),
    timeoutMs: DEFAULT_TIMEOUT_MS,
    runAlone: runProgram,
  });
  return {
    run: (program, args, options = {}) => {
      if (hasNul(args)) {
        return Promise.resolve(describeNul(program));
      }
      return Object.keys(options).length === 0 ? runByShell(program, args) : runProgram(program, args, options);
    },
  };
}

function runProgram(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const {stdin, environment, timeoutMs = DEFAULT_TIMEOUT_MS} = options;
  return new Promise((resolve) => {
    try {
      const child = spawn(program, args, {
        stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        ...(environment === undefined ? {} : {env: {...readEnvironment(), ...environment}}),
      });
      follow({program, child, timeoutMs, resolve});
      // A program need not read what it is given; its exit status says whether that was right.
      child.stdin?.on('error', () => undefined).end(stdin);
    } catch (error) {
      // Arguments that are too long are thrown; a program that is missing is an event.
      resolve(describeFailure(program, '', {code: getCode(error)}));
    }
  });
}

interface Running {
  readonly program: string;
  readonly child: ChildProcess;
  readonly timeoutMs: number;
  readonly resolve: (result: CommandResult) => void;
}

/** Collects what a program prints, and resolves once it and its output have ended or its time is over. */
function follow({program, child, timeoutMs, resolve}: Running): void {
  const printed = {stdout: collect(child.stdout), stderr: collect(child.stderr)};
  let isLate = false;
  let killing: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill();
    killing = setTimeout(() => child.kill('SIGKILL'), KILL_DELAY_MS);
    // Not of interest any more: what it has started may hold its output open for as long as it likes.
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, timeoutMs);
  const end = (result: CommandResult): void => {
    clearTimeout(timer);
    clearTimeout(killing);
    resolve(result);
  };
  child.on('error', (error) => {
    end(describeFailure(program, '', {code: getCode(error)}));
  });
  child.on('close', (exitCode: number | null, signal: string | null) => {
    const stdout = printed.stdout();
    if (isLate) {
      end(describeTimeout(program, stdout, timeoutMs));
    } else if (exitCode === null) {
      end(describeFailure(program, stdout, {signal: signal ?? 'a signal'}));
    } else {
      end({exitCode, stdout, stderr: printed.stderr()});
    }
  });
}

/**
 * Decoded at the end: a character may come in two pieces. What is beyond the limit is dropped; told once, and only by those who give
 * one.
 */
function collect(output: ChildProcess['stdout'], onLimit?: () => void): () => string {
  const chunks: Buffer[] = [];
  let left = onLimit === undefined ? Infinity : OUTPUT_LIMIT_BYTES;
  output?.on('data', (chunk: Buffer) => {
    if (left > 0 && chunk.length > left) {
      onLimit?.();
    }
    if (left > 0) {
      chunks.push(chunk.subarray(0, left));
    }
    left -= chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function getCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The kernel ends an argument there. Refused before anything else sees it, since the refusal of others repeats the argument. */
function hasNul(args: readonly string[]): boolean {
  return args.some((arg) => arg.includes('\0'));
}

function describeNul(program: string): CommandResult {
  return {exitCode: 127, stdout: '', stderr: `${program} could not be started (a NUL character in an argument)`};
}

function describeTimeout(program: string, stdout: string, timeoutMs: number): CommandResult {
  return {exitCode: 124, stdout, stderr: `${program} did not end within ${timeoutMs} ms`};
}

function describeCut(stdout: string, stderr: string): CommandResult {
  const cut = `the output was cut at ${String(OUTPUT_LIMIT_BYTES)} bytes, and no more was waited for: have it write to a file`;
  return {exitCode: 1, stdout, stderr: `${stderr}${stderr === '' || stderr.endsWith('\n') ? '' : '\n'}ERROR ${cut}\n`};
}

/** Arguments stay out of it: a caller may have been given one that should not be repeated. */
function describeFailure(
  program: string,
  stdout: string,
  {signal, code}: {readonly signal?: string | undefined; readonly code?: string | undefined},
): CommandResult {
  const stderr =
    signal === undefined
      ? `${program} could not be started${code === undefined ? '' : ` (${code})`}`
      : `${program} was ended by ${signal}`;
  return {exitCode: 127, stdout, stderr};
}

/** Juju's hook tools as programs on PATH, as the unit agent puts them there; a few at a time, in the order asked for. */
export function createHookToolRunner(processes: Processes): RunHookTool {
  const queue = createQueue(HOOK_TOOLS_AT_ONCE);
  return (tool, args, stdin): Promise<CommandResult> =>
    queue(() => processes.run(tool, args, stdin === undefined ? {} : {stdin}));
}

/** Lets so many tasks run at once; the others wait their turn. */
function createQueue(places: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (task) => {
    if (free > 0) {
      free -= 1;
    } else {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) {
        free += 1;
      } else {
        next();
      }
    }
  };
}

/** A shell for `createHookShells`. */
export function startShell(): ShellProcess {
  // A group of its own, so that it can be ended with what it runs.
  const shell = spawn('/bin/sh', [], {stdio: 'pipe', detached: true});
  const pipes = [shell.stdin, shell.stdout, shell.stderr].filter((pipe) => pipe instanceof Socket);
  shell.stdin.on('error', () => undefined);
  return {
    listen: ({stdout, stderr, ended}) => {
      shell.stdout.setEncoding('utf8').on('data', stdout);
      shell.stderr.setEncoding('utf8').on('data', stderr);
      shell.on('error', (error) => {
        ended(getCode(error) ?? 'no shell');
      });
      shell.on('exit', () => {
        ended('its shell ended');
      });
    },
    write: (text) => {
      shell.stdin.write(text);
    },
    hold: (isHeld) => {
      for (const part of [shell, ...pipes]) {
        if (isHeld) {
          part.ref();
        } else {
          part.unref();
        }
      }
    },
    kill: () => {
      if (shell.pid !== undefined) {
        process.kill(-shell.pid, 'SIGKILL');
      }
    },
  };
}
