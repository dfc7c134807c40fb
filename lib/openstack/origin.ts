import type {WantedFile} from '#charm';

import {isOneLine} from './fields.ts';

/** Where packages come from, as `openstack-origin` says it. */
export type Origin =
  | {readonly kind: 'distro'}
  | {readonly kind: 'cloud'; readonly series: string; readonly release: string; readonly pocket: 'updates' | 'proposed'}
  | {readonly kind: 'ppa'; readonly owner: string; readonly name: string}
  | {readonly kind: 'deb'; readonly line: string};

/** Ubuntu series with an Ubuntu Cloud Archive, each with its version, its own release and those of the archive. */
const SERIES: Readonly<
  Record<string, {readonly version: string; readonly own: string; readonly releases: readonly string[]}>
> = {
  trusty: {version: '14.04', own: 'icehouse', releases: ['juno', 'kilo', 'liberty', 'mitaka']},
  xenial: {version: '16.04', own: 'mitaka', releases: ['newton', 'ocata', 'pike', 'queens']},
  bionic: {version: '18.04', own: 'queens', releases: ['rocky', 'stein', 'train', 'ussuri']},
  focal: {version: '20.04', own: 'ussuri', releases: ['victoria', 'wallaby', 'xena', 'yoga']},
  jammy: {version: '22.04', own: 'yoga', releases: ['zed', 'antelope', 'bobcat', 'caracal']},
  noble: {version: '24.04', own: 'caracal', releases: ['dalmatian', 'epoxy', 'flamingo', 'gazpacho']},
};

/**
 * Reads an `openstack-origin`: `distro`, `cloud:<series>-<release>[/<pocket>]`, `ppa:<owner>/<name>` or a sources.list
 * line. Null for anything else.
 */
export function parseOrigin(text: string): Origin | null {
  const origin = text.trim();
  if (origin === '' || origin === 'distro') {
    return {kind: 'distro'};
  }
  if (origin.startsWith('cloud:')) {
    return parseCloud(origin);
  }
  const ppa = /^ppa:(?<owner>[a-z0-9][a-z0-9.+-]*)\/(?<name>[a-z0-9][a-z0-9.+-]*)$/i.exec(origin)?.groups;
  if (ppa !== undefined) {
    return {kind: 'ppa', owner: ppa['owner'] ?? '', name: ppa['name'] ?? ''};
  }
  return /^deb\s+(\[[^\]]*\]\s+)?[a-z+]+:\S+\s+\S+/.test(origin) && isOneLine(origin)
    ? {kind: 'deb', line: origin}
    : null;
}

function parseCloud(origin: string): Origin | null {
  const match = /^cloud:(?<series>[a-z]+)-(?<release>[a-z]+)(\/(?<pocket>updates|proposed))?$/.exec(origin)?.groups;
  const {series = '', release = '', pocket} = match ?? {};
  const known = SERIES[series];
  if (known === undefined || !(release === known.own || known.releases.includes(release))) {
    return null;
  }
  return {kind: 'cloud', series, release, pocket: pocket === 'proposed' ? 'proposed' : 'updates'};
}

/** What an origin asks of a machine. */
export type Archive =
  /** The distribution's own packages; `remark` says why an origin that names others is not used. */
  | {readonly kind: 'own'; readonly remark?: string}
  /** A source file, and the package with the key it is signed by. It must be there before anything else is installed. */
  | {readonly kind: 'source'; readonly file: WantedFile; readonly keyring?: string}
  | {readonly kind: 'unusable'; readonly reason: string};

/** The file that holds the source. */
export const ARCHIVE_PATH = '/etc/apt/sources.list.d/openstack-origin.list';

/**
 * What is to be done on a machine for an origin. A pocket of the Ubuntu Cloud Archive for another series than the machine's
 * cannot be used; the machine then keeps to its own distribution.
 */
export function getArchive(origin: Origin, os: {readonly id: string; readonly version: string}): Archive {
  switch (origin.kind) {
    case 'distro':
      return {kind: 'own'};
    case 'deb':
      // A line may hold the password of an archive.
      return {kind: 'source', file: {path: ARCHIVE_PATH, content: `${origin.line}\n`, mode: 0o600}};
    case 'ppa':
      return {
        kind: 'unusable',
        reason: 'option openstack-origin: a ppa cannot be used, give its "deb [signed-by=…] …" line instead',
      };
    case 'cloud':
      return getCloudArchive(origin, os);
  }
}

function getCloudArchive(
  {series, release, pocket}: Extract<Origin, {kind: 'cloud'}>,
  {id, version}: {readonly id: string; readonly version: string},
): Archive {
  const known = SERIES[series];
  if (id !== 'ubuntu' || known?.version !== version) {
    return {kind: 'own', remark: `openstack-origin is for ${series}, the release of ${id} ${version} is used`};
  }
  if (release === known.own && pocket === 'updates') {
    return {kind: 'own'};
  }
  const line = `deb http://ubuntu-cloud.archive.canonical.com/ubuntu ${series}-${pocket}/${release} main`;
  return {kind: 'source', file: {path: ARCHIVE_PATH, content: `${line}\n`}, keyring: 'ubuntu-cloud-keyring'};
}

/** The version of a Debian package as OpenStack gives it: without epoch and Debian revision. */
export function getUpstreamVersion(debianVersion: string): string {
  return debianVersion.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}
