import {readFile} from 'node:fs/promises';

import type {Processes} from '#charm';

import {LocalError} from '../../errors.ts';
import {waitUntil} from './waiting.ts';

/** A line of /proc/<pid>/mountinfo (proc(5)). */
export interface Mount {
  /** The folder of the mounted file system that is seen there. */
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
  /** Options of the file system itself, such as the controllers of a cgroup hierarchy. */
  readonly superOptions: readonly string[];
}

/** Parses /proc/<pid>/mountinfo; lines of another form are left out. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right] = line.split(' - ');
    const [, , , root, mountPoint] = left.split(' ');
    const [type, , superOptions = ''] = right?.split(' ') ?? [];
    if (root === undefined || mountPoint === undefined || type === undefined) return [];
    return [{root: unescape(root), mountPoint: unescape(mountPoint), type, superOptions: superOptions.split(',')}];
  });
}

/** Spaces, tabs, line ends and backslashes are three octal digits there. */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** Mount points at a path or below it, the last mounted first: the order in which they can be taken away. */
export function findMountsBelow(mounts: readonly Mount[], path: string): readonly string[] {
  return mounts
    .map(({mountPoint}) => mountPoint)
    .filter((point) => point === path || point.startsWith(`${path}/`))
    .reverse();
}

export async function readMounts(): Promise<readonly Mount[]> {
  return parseMounts(await readFile('/proc/self/mountinfo', 'utf8'));
}

export async function isMounted(path: string): Promise<boolean> {
  return (await readMounts()).some(({mountPoint}) => mountPoint === path);
}

/** Takes away every mount at a path or below it. What keeps one busy is given a moment: processes that were killed let go late. */
export async function unmountBelow(processes: Processes, path: string): Promise<void> {
  let reason = '';
  const isDone = await waitUntil(async () => {
    const points = findMountsBelow(await readMounts(), path);
    for (const point of points) {
      const {exitCode, stderr} = await processes.run('umount', ['--no-canonicalize', point]);
      if (exitCode !== 0) reason = stderr.trim();
    }
    return findMountsBelow(await readMounts(), path).length === 0;
  }, UNMOUNT);
  if (!isDone) throw new LocalError(`cannot unmount what is below ${path}: ${reason}`);
}

const UNMOUNT = {limitMs: 10_000, pollMs: 50};

/** Others would be taken for the end of the path: overlayfs parts folders by colons, mount(8) options by commas. */
export function isMountable(folder: string): boolean {
  return !/[,:\\"]/.test(folder);
}

/** The options of an overlay of these folders, the top one first. */
export function getOverlayOptions(lower: readonly string[], upper: string, work: string): string {
  for (const folder of [...lower, upper, work]) {
    if (!isMountable(folder)) throw new LocalError(`cannot mount ${folder}: choose a data folder without , : \\ or "`);
  }
  return `lowerdir=${lower.join(':')},upperdir=${upper},workdir=${work}`;
}
