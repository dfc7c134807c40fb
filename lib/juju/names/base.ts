import type {Base} from '../charm/types.ts';
import {NameError} from '../errors.ts';
import {quote} from './go-format.ts';

/** A base without architectures: `ubuntu@22.04/stable`. */
export type BaseName = Pick<Base, 'name' | 'channel'>;

const systems: ReadonlySet<string> = new Set(['ubuntu', 'centos', 'windows', 'osx', 'opensuse', 'genericlinux']);
const risks: ReadonlySet<string> = new Set(['stable', 'candidate', 'beta', 'edge']);

/** Ubuntu's releases, oldest first. */
const ubuntu: readonly (readonly [string, string])[] = [
  ['precise', '12.04'],
  ['quantal', '12.10'],
  ['raring', '13.04'],
  ['saucy', '13.10'],
  ['trusty', '14.04'],
  ['utopic', '14.10'],
  ['vivid', '15.04'],
  ['wily', '15.10'],
  ['xenial', '16.04'],
  ['yakkety', '16.10'],
  ['zesty', '17.04'],
  ['artful', '17.10'],
  ['bionic', '18.04'],
  ['cosmic', '18.10'],
  ['disco', '19.04'],
  ['eoan', '19.10'],
  ['focal', '20.04'],
  ['groovy', '20.10'],
  ['hirsute', '21.04'],
  ['impish', '21.10'],
  ['jammy', '22.04'],
  ['kinetic', '22.10'],
  ['lunar', '23.04'],
  ['mantic', '23.10'],
  ['noble', '24.04'],
  ['oracular', '24.10'],
  ['plucky', '25.04'],
  ['questing', '25.10'],
  ['resolute', '26.04'],
];

const centos: readonly (readonly [string, string])[] = [
  ['centos7', '7'],
  ['centos8', '8'],
  ['centos9', '9'],
];

/** Reads a channel, `[track/]risk[/branch]` or a track alone, and writes its risk out; throws a NameError. */
export function parseChannel(text: string): string {
  const parts = text.split('/');
  const bad = parts.length > 3 || parts.some((part) => !/^[^\s/]+$/u.test(part));
  const riskAt = parts.findIndex((part) => risks.has(part));
  const misplaced = parts.length > 1 && riskAt !== 0 && riskAt !== 1;
  if (bad || misplaced || (parts.length === 3 && riskAt !== 1)) throw new NameError(`channel ${quote(text)} not valid`);
  return riskAt < 0 ? `${text}/stable` : text;
}

/** Reads `ubuntu@22.04` or `ubuntu@22.04/edge`; throws a NameError. */
export function parseBase(text: string): BaseName {
  const [name = '', channel = '', ...rest] = text.split('@');
  if (name === '' || channel === '' || rest.length > 0) {
    throw new NameError(`expected base string to contain os and channel separated by '@', got ${quote(text)}`);
  }
  if (!isSystem(name)) throw new NameError(`os ${quote(name)} not valid`);
  return {name: name.toLowerCase(), channel: parseChannel(channel)};
}

/** Whether an operating system is one that charms can name in a base; letter case does not matter. */
export function isSystem(name: string): boolean {
  return systems.has(name.toLowerCase());
}

/** The printed form: `ubuntu@22.04/stable`. */
export function renderBase(base: BaseName): string {
  return `${base.name}@${base.channel}`;
}

/** The form that status shows: `ubuntu@22.04`, with the risk only when it is not stable. */
export function renderShortBase(base: BaseName): string {
  return renderBase(base).replace(/\/stable$/u, '');
}

/** The base of a series such as `bionic`; null for an unknown one. */
export function getBaseOfSeries(series: string): BaseName | null {
  const release = ubuntu.find(([name]) => name === series)?.[1];
  if (release !== undefined) return {name: 'ubuntu', channel: `${release}/stable`};
  const version = centos.find(([name]) => name === series)?.[1];
  return version === undefined ? null : {name: 'centos', channel: `${version}/stable`};
}

/** The series of a base, such as `bionic`; null when it has none. */
export function getSeriesOfBase(base: BaseName): string | null {
  const [track] = base.channel.split('/');
  if (base.name === 'ubuntu') return ubuntu.find(([, release]) => release === track)?.[0] ?? null;
  if (base.name === 'centos') return centos.find(([, version]) => version === track)?.[0] ?? null;
  return null;
}
