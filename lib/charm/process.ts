import {execa} from 'execa';

import type {CommandResult, Processes, RunHookTool} from './host.ts';

/** How long a program may run when its caller names no limit. Installing packages names its own. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** Starts real programs: the one place that does. */
export function createProcesses(): Processes {
  return {
    run: async (program, args, options = {}) => {
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const result = await execa(program, args, {
        reject: false,
        stripFinalNewline: false,
        timeout: timeoutMs,
        ...(options.stdin === undefined ? {stdin: 'ignore'} : {input: options.stdin}),
        ...(options.environment === undefined ? {} : {env: options.environment}),
      });
      const {stdout, stderr} = result;
      if (result.timedOut) {
        return {exitCode: 124, stdout, stderr: `${program} did not end within ${timeoutMs} ms`};
      }
      if (result.exitCode === undefined) {
        return {exitCode: 127, stdout, stderr: describeStartFailure(program, result.signal, result.code)};
      }
      return {exitCode: result.exitCode, stdout, stderr};
    },
  };
}

/** Juju's hook tools as programs on PATH, as the unit agent puts them there. */
export function createHookToolRunner(processes: Processes): RunHookTool {
  return (tool, args, stdin): Promise<CommandResult> => processes.run(tool, args, stdin === undefined ? {} : {stdin});
}

/** Arguments stay out of it: a caller may have been given one that should not be repeated. */
function describeStartFailure(program: string, signal: string | undefined, code: string | undefined): string {
  return signal === undefined
    ? `${program} could not be started${code === undefined ? '' : ` (${code})`}`
    : `${program} was ended by ${signal}`;
}
