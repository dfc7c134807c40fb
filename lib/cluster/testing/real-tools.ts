// Comparing with the real programs is the point of this file; only tests import it, and they skip where there are none.
// eslint-disable-next-line no-restricted-imports
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ProgramResult} from '../port.ts';

/** The real programs of Pacemaker and crmsh, working on a CIB file instead of a cluster. */
export interface RealTools {
  run(program: string, args: readonly string[], stdin?: string): ProgramResult;
  readCib(): string;
  writeCib(text: string): void;
  /** Where the CIB file is. */
  readonly path: string;
  remove(): void;
}

const searchPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Whether a program is installed here. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], {env: {PATH: searchPath}}).error === undefined;
}

/** Programs on a CIB file of their own. */
export function openRealTools(cib: string): RealTools {
  const folder = mkdtempSync(join(tmpdir(), 'cib-'));
  const path = join(folder, 'cib.xml');
  writeFileSync(path, cib);
  return {
    path,
    run(program, args, stdin = '') {
      const env = {PATH: searchPath, CIB_file: path, HOME: folder, LANG: 'C.UTF-8', TZ: 'UTC'};
      const {status, stdout, stderr} = spawnSync(program, args, {env, input: stdin, encoding: 'utf8'});
      return {exitCode: status ?? 127, stdout, stderr};
    },
    readCib: () => readFileSync(path, 'utf8'),
    writeCib: (text) => {
      writeFileSync(path, text);
    },
    remove: () => {
      rmSync(folder, {recursive: true});
    },
  };
}
