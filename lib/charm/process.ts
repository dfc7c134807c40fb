import {execa} from 'execa';

import type {CommandResult, Processes, RunHookTool} from './host.ts';

/** How long a program may run when its caller names no limit. Installing packages names its own. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** Each hook tool is a process of some ten megabytes, and the unit agent answers one at a time. */
const HOOK_TOOLS_AT_ONCE = 8;

/** Starts real programs: the one place that does. */
export function createProcesses(): Processes {
  return {
    run: async (program, args, options = {}) => {
      // The kernel ends an argument there; refused here, since the refusal of others repeats the argument.
      if (args.some((arg) => arg.includes('\0'))) {
        return {exitCode: 127, stdout: '', stderr: `${program} could not be started (a NUL character in an argument)`};
      }
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const result = await execa(program, args, {
        reject: false,
        stripFinalNewline: false,
        timeout: timeoutMs,
        ...(options.stdin === undefined ? {stdin: 'ignore'} : {input: options.stdin}),
        ...(options.environment === undefined ? {} : {env: options.environment}),
      });
      const stdout = getText(result.stdout);
      if (result.timedOut) {
        return {exitCode: 124, stdout, stderr: `${program} did not end within ${timeoutMs} ms`};
      }
      if (result.exitCode === undefined) {
        return {exitCode: 127, stdout, stderr: describeStartFailure(program, result.signal, result.code)};
      }
      return {exitCode: result.exitCode, stdout, stderr: getText(result.stderr)};
    },
  };
}

/** What was printed; there is nothing, not even an empty text, of a program that never started. */
function getText(printed: unknown): string {
  return typeof printed === 'string' ? printed : '';
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

/** Arguments stay out of it: a caller may have been given one that should not be repeated. */
function describeStartFailure(program: string, signal: string | undefined, code: string | undefined): string {
  return signal === undefined
    ? `${program} could not be started${code === undefined ? '' : ` (${code})`}`
    : `${program} was ended by ${signal}`;
}
