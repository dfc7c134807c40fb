// Runs juju-local from its TypeScript sources: for its own program and for `npm start`.
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

if (!existsSync(join(root, 'node_modules', 'tsx'))) {
  process.stderr.write('ERROR dependencies are missing: run npm start or npm install first\n');
  process.exit(1);
}
const {register} = await import('tsx/esm/api');
register();
const {runJujuLocal} = await import('../command.ts');

/** Programs that have the terminal now: what the user types there, Ctrl-C too, is theirs. */
let attached = 0;

// The first signal ends the command after the hook that runs, the next one at once. One Ctrl-C can arrive twice: from the
// terminal and from npm.
const stop = new AbortController();
const REPEAT_MS = 500;
let since = 0;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (attached > 0 && signal === 'SIGINT') return;
    if (stop.signal.aborted && Date.now() - since > REPEAT_MS) process.exit(130);
    if (!stop.signal.aborted) since = Date.now();
    stop.abort();
  });
}
// Who reads our output may end before us: `juju-local debug-log | head`.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));

/** One line of standard input, or null at its end and when the user stops. */
function readLine() {
  return new Promise((resolve) => {
    const lines = createInterface({input: process.stdin});
    const finish = (line) => {
      resolve(line);
      lines.close();
    };
    lines.once('line', finish);
    lines.once('close', () => resolve(null));
    stop.signal.addEventListener('abort', () => finish(null), {once: true});
  });
}

/** Runs a program on this process's own standard streams. */
async function runAttached([program, ...args]) {
  const {createLongProcesses} = await import('../processes.ts');
  attached += 1;
  try {
    return await createLongProcesses().runAttached(program, args);
  } finally {
    attached -= 1;
  }
}

/** Runs one verb and resolves with its exit status. `write` takes what it prints; standard output unless told. */
export function run(argv, write = (text) => process.stdout.write(text), warn = (text) => process.stderr.write(text)) {
  return runJujuLocal({
    argv,
    environment: process.env,
    cwd: process.cwd(),
    charmFolders: [join(root, 'charms'), join(root, 'tests', 'charms')],
    write,
    warn,
    readLine,
    runAttached,
    isTerminal: process.stderr.isTTY === true,
    signal: stop.signal,
    now: Date.now,
  });
}
