/**
 * `npm test`: every check of the project, cheap ones first and two at a time, stopping at the first that fails; then the tests,
 * whose last line says `N passed, N failed`. `npm run types` and the others run one of them alone.
 */
import {spawn} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const program = (...path) => [process.execPath, join(root, 'node_modules', ...path)];

const eslint = [
  ...program('eslint', 'bin', 'eslint.js'),
  '--cache',
  '--cache-strategy',
  'content',
  '--cache-location',
  '.cache/eslint/',
];
const prettier = [
  ...program('prettier', 'bin', 'prettier.cjs'),
  '--check',
  '--log-level',
  'warn',
  '--cache',
  '--cache-location',
  '.cache/prettier',
];

/** Commands of each check, run one after the other. */
const checks = {
  types: [
    [
      ...program('typescript', 'bin', 'tsc'),
      '-p',
      '.',
      '--incremental',
      '--tsBuildInfoFile',
      '.cache/types.tsbuildinfo',
    ],
  ],
  lint: [
    [...eslint, '--max-warnings', '0', 'lib', 'charms', 'tests'],
    [...prettier, 'lib', 'charms', 'tests'],
  ],
  arrows: [
    [
      ...program('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err-long',
      'lib',
      'charms',
      'tests',
    ],
  ],
};
const mocha = program('mocha', 'bin', 'mocha.js');

/**
 * Mocha with these arguments. It adds files that are named to those of its configuration (`spec`), so that all would run:
 * when there are any (they come first, or end in `.ts`) it gets the same configuration without that list.
 */
function getUnitCommand(args) {
  const hasFiles = args.some((arg, index) => !arg.startsWith('-') && (index === 0 || arg.endsWith('.ts')));
  if (!hasFiles) return [...mocha, ...args];
  const {spec, ...others} = JSON.parse(readFileSync(join(root, '.mocharc.json'), 'utf8'));
  const path = join(root, '.cache', 'mocharc.json');
  writeFileSync(path, JSON.stringify(others));
  return [...mocha, '--config', path, ...args];
}

/** Mocha on the tests that need root and real machines, one after the other: they share two cores and one deployment. */
function getMachinesCommand(args) {
  const files = args.filter((arg) => arg.endsWith('.ts'));
  const options = args.filter((arg) => !arg.endsWith('.ts'));
  const config = {
    spec: files.length > 0 ? files : ['tests/machines/*.machines.ts'],
    'node-option': ['import=tsx', 'no-warnings'],
    'forbid-only': true,
    timeout: 1_500_000,
    reporter: 'tests/reporter.cjs',
    'reporter-option': ['base=Spec'],
  };
  const path = join(root, '.cache', 'mocharc-machines.json');
  writeFileSync(path, JSON.stringify(config));
  return [...mocha, '--config', path, ...options];
}

/** The same for the failure stories. */
function getStoryCommand(args) {
  return getMachinesCommand(['tests/story/story.machines.ts', ...args]);
}

const running = new Set();

/** Resolves with the exit status and, unless it is shown as it comes, what was printed. */
function run([file, ...args], isShown) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', isShown ? 'inherit' : 'pipe', isShown ? 'inherit' : 'pipe'],
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({status: 127, output: `${output}${error.message}\n`}));
    child.on('close', (code) => {
      running.delete(child);
      resolve({status: code ?? 1, output});
    });
  });
}

/** Says how one check went. A failed one prints what its program said and ends the whole run with its status. */
async function check(name) {
  const start = performance.now();
  for (const command of checks[name]) {
    const {status, output} = await run(command, false);
    if (status !== 0) {
      process.stdout.write(`${output.trimEnd()}\n${name} failed\n`);
      for (const child of running) child.kill();
      process.exit(status);
    }
  }
  process.stdout.write(`${name.padEnd(8)} ok  ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

async function checkAll(names) {
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await check(name);
  };
  await Promise.all([work(), work()]);
}

mkdirSync(join(root, '.cache'), {recursive: true});
const [name, ...rest] = process.argv.slice(2);
const suites = {unit: getUnitCommand, machines: getMachinesCommand, story: getStoryCommand};
if (name !== undefined && !(name in suites) && !(name in checks)) {
  const known = [...Object.keys(checks), ...Object.keys(suites)];
  process.stderr.write(`ERROR no check "${name}"; there are: ${known.join(', ')}\n`);
  process.exit(1);
}
if (name === undefined || name in checks) await checkAll(name === undefined ? Object.keys(checks) : [name]);
if (name === undefined || name in suites) {
  process.exitCode = (await run(suites[name ?? 'unit'](rest), true)).status;
}
