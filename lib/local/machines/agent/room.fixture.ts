import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {createProcesses} from '#charm';

import {createLongProcesses} from '../../processes.ts';
import type {AgentRoom} from './unit-agents.ts';

/** overlayfs without root: what lies below is copied, then what the unit made. A mounted folder has a mark beside it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  mount: `
options=$4 target=$6
lower=\${options#lowerdir=} lower=\${lower%%,*}
upper=\${options#*upperdir=} upper=\${upper%%,*}
cp -R "$lower/." "$target/" && cp -R "$upper/." "$target/" && : >"$target.mounted"
`,
  umount: `
case $1 in --lazy) shift ;; esac
rm -rf "$1" "$1.mounted" && mkdir "$1"
`,
  mountpoint: `test -e "$2.mounted"`,
};

/** A room whose machines are folders of this computer: programs run here, each machine's Juju folder is below `folder`. */
export async function createFolderRoom(folder: string): Promise<AgentRoom & {readonly killed: string[]}> {
  const programs = join(folder, 'bin');
  await mkdir(programs, {recursive: true});
  for (const [name, body] of Object.entries(PROGRAMS)) {
    await writeFile(join(programs, name), `#!/bin/sh\n${body}`);
    await chmod(join(programs, name), 0o755);
  }
  const processes = createProcesses();
  const long = createLongProcesses();
  const killed: string[] = [];
  return {
    killed,
    run: (_id, [program = '', ...args], {environment = {}, workingFolder = '/'} = {}) => {
      const path = `${environment['PATH'] ?? ''}:${programs}:/usr/sbin:/usr/bin:/bin`;
      const words = Object.entries({...environment, PATH: path}).map(([name, value]) => `${name}=${value}`);
      return processes.run('env', ['-i', `--chdir=${workingFolder}`, ...words, program, ...args]);
    },
    follow: (_id, command, {environment, workingFolder, onLine}) =>
      Promise.resolve(long.follow('env', [`--chdir=${workingFolder}`, ...command], {environment, onLine})),
    killHook: (id, context = '') => {
      killed.push(`${id} ${context}`);
      return Promise.resolve();
    },
    getJujuFolder: (id) => join(folder, id),
  };
}
