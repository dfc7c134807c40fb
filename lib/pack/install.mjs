/**
 * Installs the project's packages when they are not there or are not those of package-lock.json, and else does nothing within
 * milliseconds; so `npm start` and `npm test` work on a fresh clone with Node.js and npm alone, offline too once it was done.
 *
 * It stands in this room because this room is the one that fetches from the registry, and is plain JavaScript without packages because it
 * runs before there are any. It runs from scripts rather than as `prepare` or `postinstall`, so that installing runs no code.
 */
import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync} from 'node:fs';
import {join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const modules = join(root, 'node_modules');
const lock = join(root, '.cache', 'installing');

/** Nobody installs for longer; a lock as old was left behind. */
const staleLockMs = 15 * 60_000;

const fail = (message) => {
  process.stderr.write(`ERROR ${message}\n`);
  process.exit(1);
};

const readJson = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8'));

/** Whether npm's own note of what it installed agrees with package-lock.json. npm writes it last, so it is never of half an installation. */
function isInstalled() {
  let have;
  try {
    have = readJson('node_modules', '.package-lock.json').packages;
  } catch {
    return false;
  }
  const {'': self, ...want} = readJson('package-lock.json').packages;
  const isSame = (path) =>
    have[path]?.version === want[path]?.version && have[path]?.integrity === want[path]?.integrity;
  // Optional packages may be for other systems than this one.
  const needed = Object.keys(want).filter((path) => want[path].optional !== true && want[path].devOptional !== true);
  return [...needed, ...Object.keys(have)].every(isSame);
}

function install() {
  process.stderr.write('Installing what is needed (first use)...\n');
  // Dev packages too, whatever npm is configured to leave out: tsx runs the product, the others check it.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const {status, error, stderr} = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (error !== undefined) fail(`npm could not be started: ${error.message}`);
  if (status !== 0)
    fail(`npm could not install the packages: ${getReason(stderr) ?? `it ended with status ${status}`}`);
}

/** The first of npm's `npm error` lines that says something to people; codes come before it, a stack and hints after. */
function getReason(stderr) {
  const texts = stderr.split('\n').map((line) => /^npm (?:error|ERR!) (\S.*)$/u.exec(line)?.[1] ?? '');
  return texts.find((text) => text !== '' && !/^(?:code|syscall|errno) /u.test(text));
}

/** Puts the project's own commands beside those of its packages, where `npx` and npm's scripts look first. */
function linkCommands() {
  for (const [name, target] of Object.entries(readJson('package.json').bin ?? {})) {
    const link = join(modules, '.bin', name);
    const program = join(root, target);
    if (existsSync(link) || !existsSync(program) || process.platform === 'win32') continue;
    rmSync(link, {force: true});
    mkdirSync(join(modules, '.bin'), {recursive: true});
    chmodSync(program, statSync(program).mode | 0o111);
    symlinkSync(relative(join(modules, '.bin'), program), link);
  }
}

/** Two first uses at once would delete each other's packages: the second waits. */
function takeLock() {
  mkdirSync(join(root, '.cache'), {recursive: true});
  for (let told = false; ; told = true) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`cannot write ${lock}: ${error.message}`);
    }
    if (!told) process.stderr.write('Waiting for another installation in this folder...\n');
    const since = statSync(lock, {throwIfNoEntry: false})?.mtimeMs ?? Date.now();
    if (Date.now() - since > staleLockMs) rmSync(lock, {recursive: true, force: true});
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  }
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11))
  fail(`Node.js 20.11 or newer is needed; this is ${process.versions.node}`);

if (!isInstalled()) {
  takeLock();
  const release = () => rmSync(lock, {recursive: true, force: true});
  process.on('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  if (!isInstalled()) install();
}
linkCommands();
