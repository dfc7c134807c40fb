import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {runJujuLocal} from '#local';

import {charmLibrary, root} from '../seed/deployment.ts';

/** How one call of juju-local ended. */
export interface Call {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A data folder of its own, in which juju-local is called. */
export interface Calls {
  readonly folder: string;
  run(...argv: readonly string[]): Promise<Call>;
  /** A call by a user who gives these answers and then no more. */
  answer(answers: readonly string[], ...argv: readonly string[]): Promise<Call>;
  /** A call that must succeed; resolves with what it printed. */
  print(...argv: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function createCalls(environment: Readonly<Record<string, string>> = {}): Promise<Calls> {
  const folder = await mkdtemp(join(tmpdir(), 'juju-local-calls-'));
  const answer = async (answers: readonly string[], ...argv: readonly string[]): Promise<Call> => {
    const rest = [...answers];
    let stdout = '';
    let stderr = '';
    const status = await runJujuLocal({
      argv,
      environment: {...environment, JUJU_LOCAL_DATA: join(folder, 'data')},
      cwd: root,
      charmFolders: charmLibrary,
      write: (text) => (stdout += text),
      warn: (text) => (stderr += text),
      readLine: () => Promise.resolve(rest.shift() ?? null),
      isTerminal: false,
      signal: new AbortController().signal,
      now: Date.now,
    });
    return {status, stdout, stderr};
  };
  const run = (...argv: readonly string[]): Promise<Call> => answer([], ...argv);
  return {
    folder,
    run,
    answer,
    print: async (...argv) => {
      const {status, stdout, stderr} = await run(...argv);
      if (status !== 0) {
        throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
      }
      return stdout;
    },
    remove: () => rm(folder, {recursive: true, force: true}),
  };
}
