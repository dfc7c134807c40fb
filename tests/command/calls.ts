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
  /** A call that must succeed; resolves with what it printed. */
  print(...argv: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function createCalls(): Promise<Calls> {
  const folder = await mkdtemp(join(tmpdir(), 'juju-local-calls-'));
  const run = async (...argv: readonly string[]): Promise<Call> => {
    let stdout = '';
    let stderr = '';
    const status = await runJujuLocal({
      argv,
      environment: {JUJU_LOCAL_DATA: join(folder, 'data')},
      cwd: root,
      charmFolders: charmLibrary,
      write: (text) => (stdout += text),
      warn: (text) => (stderr += text),
      isTerminal: false,
      signal: new AbortController().signal,
      now: Date.now,
    });
    return {status, stdout, stderr};
  };
  return {
    folder,
    run,
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
