import {readFileSync} from 'node:fs';
import {readdir, readFile, readlink} from 'node:fs/promises';

import {readEnvironment, type CommandResult, type Environment} from '#charm';

import type {FollowedProcess} from '../../processes.ts';
import {endProcess} from '../../store/process-identity.ts';
import type {FollowInside, MachinePorts, RunInside} from '../ports.ts';
import {waitUntil} from './waiting.ts';

/** What a command inside has in its environment when nothing else is said, as root's services have it. */
const ENVIRONMENT: Environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};

const DEFAULT_TIMEOUT_MS = 120_000;

/** What a command that is asked to end may take before it is killed, and before nsenter itself is. */
const GRACE_S = 5;
const GRACE_MS = 20_000;

const KILLING = {limitMs: 10_000, pollMs: 20};

/** The environment of a command inside: that of root's services, and over it what the caller gives. */
export function getInsideEnvironment(environment: Environment = {}): Environment {
  return {...ENVIRONMENT, ...environment};
}

/** Enters all namespaces of a machine's first process, with its root and from `/`, and nothing of this process's environment. */
export function getEnterCommand(
  leader: number,
  command: readonly string[],
  environment: Environment,
): readonly string[] {
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  return [...enter(leader), 'env', '--ignore-environment', ...variables, ...command];
}

/** The beginning of an argument list whose rest is a command that runs inside. */
export function enter(leader: number): readonly string[] {
  // 0 and 1 are what an empty or wrong id turns into, and 1 is the host.
  if (!Number.isInteger(leader) || leader <= 1) throw new RangeError(`${String(leader)} is no machine's process`);
  return ['nsenter', '--target', String(leader), '--all'];
}

/** Runs a command to its end, in a process group of its own that is ended when its time is over. */
export async function runInside(
  {processes}: MachinePorts,
  leader: number,
  command: readonly string[],
  options: RunInside = {},
): Promise<CommandResult> {
  const {environment, stdin, workingFolder, timeoutMs = DEFAULT_TIMEOUT_MS} = options;
  const inside = getInsideEnvironment(environment);
  // Values stay out of argument lists, which everybody on the host can read: they are inherited, and the host's own are unset.
  const unset = Object.keys(readEnvironment()).flatMap((name) => (name in inside ? [] : [`--unset=${name}`]));
  const [program = '', ...args] = [
    ...enter(leader),
    'env',
    ...unset,
    ...getFolderArguments(workingFolder),
    'timeout',
    `--kill-after=${String(GRACE_S)}`,
    String(timeoutMs / 1000),
    ...command,
  ];
  return processes.run(program, args, {
    environment: getDefined(inside),
    timeoutMs: timeoutMs + GRACE_MS,
    ...(stdin === undefined ? {} : {stdin}),
  });
}

/**
 * Starts a command in a session of its own, and tells its lines. Without that it would be in the process group of this process, and
 * `kill 0`, with which scripts end what they started, reaches the whole group, across process namespaces. A signal goes to the
 * command itself, not to nsenter before it: setsid(1) does not fork for who leads no group.
 */
export function followInside(
  {long}: MachinePorts,
  leader: number,
  command: readonly string[],
  {environment, workingFolder, onLine}: FollowInside,
): FollowedProcess {
  const [program = '', ...args] = [...enter(leader), 'env', ...getFolderArguments(workingFolder), 'setsid', ...command];
  const followed = long.follow(program, args, {environment: getInsideEnvironment(environment), onLine});
  return {
    ...followed,
    kill: (signal) => {
      if (!signalChildren(followed.pid, signal)) followed.kill(signal);
    },
  };
}

function getFolderArguments(workingFolder: string | undefined): readonly string[] {
  return workingFolder === undefined ? [] : [`--chdir=${workingFolder}`];
}

function getDefined(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** nsenter forks, since only children enter a process namespace. Whether there was a child. */
function signalChildren(pid: number | undefined, signal: NodeJS.Signals): boolean {
  if (pid === undefined) return false;
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').split(' ');
    const pids = children.map(Number).filter((child) => child > 1);
    for (const child of pids) process.kill(child, signal);
    return pids.length > 0;
  } catch {
    return false;
  }
}

/** Whether the environment of a process, as in /proc/<pid>/environ, is that of a hook (of this context). */
export function isOfHook(environ: string, contextId?: string): boolean {
  return environ
    .split('\0')
    .some((entry) =>
      contextId === undefined ? entry.startsWith('JUJU_CONTEXT_ID=') : entry === `JUJU_CONTEXT_ID=${contextId}`,
    );
}

/** Kills until none is left: one that is killed may just have started another. */
export async function killHookInside(leader: number, contextId?: string): Promise<boolean> {
  const namespace = await readNamespace(String(leader));
  if (namespace === '') return true;
  return waitUntil(async () => {
    const found = await findHookProcesses(namespace, contextId);
    for (const pid of found) endProcess(pid);
    return found.length === 0;
  }, KILLING);
}

async function findHookProcesses(namespace: string, contextId?: string): Promise<readonly number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      if ((await readNamespace(name)) !== namespace) return [];
      const environ = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
      return isOfHook(environ, contextId) ? [Number(name)] : [];
    }),
  );
  return found.flat();
}

function readNamespace(pid: string): Promise<string> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => '');
}
