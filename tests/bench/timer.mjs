/**
 * Times whole processes, in turns: reads {runs, cwd, env, commands: {name: [program, ...args]}} from standard input and prints the milliseconds
 * of every run by name. A small program of its own, since starting a process costs more the larger the one that starts it.
 */
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';

const {runs, cwd, env, commands} = JSON.parse(readFileSync(0, 'utf8'));
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let turn = 0; turn < runs; turn += 1) {
  for (const [name, [program, ...args]] of Object.entries(commands)) {
    const start = performance.now();
    const {status, stderr, error} = spawnSync(program, args, {cwd, env});
    times[name].push(performance.now() - start);
    if (error !== undefined || status !== 0) {
      process.stderr.write(`${program} failed: ${error?.message ?? stderr.toString()}\n`);
      process.exit(1);
    }
  }
}
process.stdout.write(JSON.stringify(times));
