import {join} from 'node:path';

import {createLongProcesses} from '#local';

import {getDataFolder, root} from '../machines/juju.ts';
import {parseArguments, StoryError, USAGE} from './arguments.ts';
import {Narrator} from './narrator.ts';
import {STORIES} from './stories/index.ts';
import {Theatre} from './theatre.ts';

/** `npm run story`: tells the stories to somebody at a terminal. Exit status: 0, 1 when one went wrong, 130 when interrupted. */
async function main(words: readonly string[]): Promise<number> {
  const wanted = parseArguments(
    words,
    STORIES.map(({name}) => name),
  );
  if (wanted.kind === 'help') return print(USAGE);
  if (wanted.kind === 'list') return print(STORIES.map(({name, title}) => `${name.padEnd(26)}${title}\n`).join(''));
  const narrator = new Narrator((line) => process.stdout.write(`${line}\n`));
  const theatre = new Theatre(narrator);
  await theatre.enter();
  await installPrograms();
  const {isKept} = wanted;
  const interrupted = listenForInterrupt();
  const telling = tellAll(theatre, wanted.names);
  const status = await Promise.race([telling, interrupted]).catch((error: unknown) => report(error));
  narrator.summarise();
  const isRemoved = !isKept && theatre.isOwn;
  if (isRemoved) print('removing the deployment\n');
  await theatre.close({isKept});
  if (!isRemoved) {
    const data = `JUJU_LOCAL_DATA=${getDataFolder()}`;
    print(`The model ${theatre.juju.name} stays: sudo ${data} npx juju-local status -m ${theatre.juju.name}\n`);
    print(`To be rid of it: sudo ${data} npx juju-local kill-controller ${theatre.juju.controller}\n`);
  }
  return status;
}

/** What machines need and this computer lacks; who only asks for names needs nothing. */
async function installPrograms(): Promise<void> {
  const status = await createLongProcesses().runAttached(process.execPath, [join(root, 'tests/machines/install.mjs')]);
  if (status !== 0) throw new StoryError('what the machines need could not be installed');
}

async function tellAll(theatre: Theatre, names: readonly string[]): Promise<number> {
  await theatre.open();
  for (const story of STORIES.filter(({name}) => names.includes(name))) await theatre.tell(story);
  return 0;
}

const INTERRUPTED = 130;

/** A second signal ends this process at once; the next run, or `kill-controller`, then removes what is left. */
function listenForInterrupt(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        process.stderr.write('interrupted; a second time leaves everything as it is\n');
        resolve(INTERRUPTED);
      });
    }
  });
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** What went wrong in a story is an assertion or a wait that names itself: its message says all. */
function report(error: unknown): number {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n');
  process.stderr.write(lines.map((line) => `ERROR ${line}\n`).join(''));
  return 1;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof StoryError)) throw error;
  process.exit(report(error));
}
