/** The service that has a member without quorum leave the ring, and come back; systemd starts it through the launcher that the charm writes. */
import fs from 'node:fs';
import {fileURLToPath} from 'node:url';

import {createHookProcesses} from '#charm';

import {HELD_MARK} from '../quorum/paths.ts';
import {createQuorumWatch} from '../quorum/watch.ts';

const LOOK_MS = 1000;

/** The charm replaces this file when it is upgraded, and takes it away when it goes. */
const readVersion = (): number | undefined =>
  fs.statSync(fileURLToPath(import.meta.url), {throwIfNoEntry: false})?.mtimeMs;
const version = readVersion();

const watch = createQuorumWatch({
  processes: createHookProcesses(),
  now: () => Number(process.hrtime.bigint() / 1_000_000n),
  mark: {
    read: () => (fs.existsSync(HELD_MARK) ? fs.readFileSync(HELD_MARK, 'utf8') : null),
    write: (text) => {
      if (text === null) fs.rmSync(HELD_MARK, {force: true});
      else fs.writeFileSync(HELD_MARK, text);
    },
  },
  log: (line) => process.stdout.write(`${line}\n`),
});

// systemd starts what is there then.
while (version === readVersion()) {
  await watch.look();
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
