/** `npm run pack [-- charm...] [--output folder]`: writes the charms' archives, and the overlays that name them, to dist/. */
import {relative} from 'node:path';
import {Command} from 'commander';

import {createProcesses} from '#charm';
import {JujuError} from '#juju';
import {PackError, packProject} from '../index.ts';

interface Options {
  readonly output?: string;
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function run(charms: readonly string[], options: Options): Promise<void> {
  const {archives, overlays} = await packProject({
    ...options,
    ...(charms.length === 0 ? {} : {charms}),
    processes: createProcesses(),
    notify: print,
  });
  for (const {path, size, sha256} of archives) {
    print(`${sha256.slice(0, 16)}  ${(size / 1e6).toFixed(1)} MB  ${relative('.', path)}`);
  }
  for (const path of overlays) print(`overlay for a real Juju      ${relative('.', path)}`);
}

const command = new Command('pack')
  .description('Pack the charms in charms/ into .charm archives for Juju.')
  .argument('[charms...]', 'names of charms; all of them unless given')
  .option('--output <folder>', 'where to write; dist in the checkout unless given')
  .action(run);

try {
  await command.parseAsync();
} catch (error) {
  const known =
    error instanceof PackError || error instanceof JujuError || (error instanceof Error && 'syscall' in error);
  if (!known) throw error;
  process.stderr.write(`ERROR ${error.message}\n`);
  process.exitCode = 1;
}
