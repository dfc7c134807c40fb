import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';

import type {Environment, Processes} from '#charm';

import {LocalError} from '../../errors.ts';
import {createArchiveServer, type LocalArchiveServer} from './archive-server.ts';
import {getProxy, getSetting, readAptSettings, type AptSettings} from './apt-settings.ts';
import {readCredentials} from './credentials.ts';
import {createDownloadCache} from './download-cache.ts';
import {readArchives, type Archive, type Distribution, type SourcesFile} from './sources.ts';
import {createUpstream} from './upstream.ts';

/** The distribution of a computer, and where it gets its packages. */
export interface HostArchives {
  readonly distribution: Distribution;
  /** At least one; machines know them by their place here. */
  readonly archives: readonly Archive[];
}

/** What a program that reads the host's apt configuration needs. */
export interface ReadHostOptions {
  readonly processes: Processes;
  readonly environment: Environment;
}

const ARCHITECTURES: Readonly<Record<string, string>> = {x64: 'amd64', arm64: 'arm64'};

/** Packages kept for later machines: enough for a few OpenStack releases. */
const MAX_DOWNLOADS_BYTES = 8 * 1024 ** 3;

/**
 * The distribution of an /etc/os-release, or null when machines cannot be made of it: another distribution, or one that does
 * not name its release.
 */
export function readDistribution(osRelease: string, nodeArchitecture: string): Distribution | null {
  const read = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, 'm').exec(osRelease)?.[1]?.trim() ?? '';
  const id = read('ID');
  const codename = read('VERSION_CODENAME');
  const architecture = ARCHITECTURES[nodeArchitecture];
  if ((id !== 'debian' && id !== 'ubuntu') || codename === '' || architecture === undefined) return null;
  return {id, codename, architecture};
}

/** Reads /etc/os-release and apt's sources. What machines cannot be made of is a LocalError that says what to do. */
export async function readHostArchives(root = '/'): Promise<HostArchives> {
  const osRelease = await readFile(join(root, 'etc/os-release'), 'utf8').catch(() => '');
  const distribution = readDistribution(osRelease, process.arch);
  if (distribution === null) {
    throw new LocalError('the machines cloud needs Debian or Ubuntu on x86_64; the memory cloud does not');
  }
  const found = readArchives(await readSourcesFiles(root), distribution);
  const archives = await Promise.all(found.map((archive) => followMirrorList(archive, root)));
  const reachable = archives.filter(({uri}) => URL.canParse(uri) && /^https?:\/\/./.test(uri));
  if (reachable.length === 0) {
    throw new LocalError(
      `/etc/apt/sources.list and sources.list.d name no archive of ${distribution.id} ${distribution.codename} over http ` +
        'or https: add one, with the suites and components of the distribution',
    );
  }
  return {distribution, archives: reachable};
}

async function readSourcesFiles(root: string): Promise<SourcesFile[]> {
  const folder = join(root, 'etc/apt/sources.list.d');
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) =>
    /^[\w.-]+\.(list|sources)$/.test(name),
  );
  const paths = [join(root, 'etc/apt/sources.list'), ...names.sort().map((name) => join(folder, name))];
  return Promise.all(paths.map(async (path) => ({path, content: await readFile(path, 'utf8').catch(() => '')})));
}

/** The first mirror of a list on this host (apt-transport-mirror(1)), which Ubuntu's images for some public clouds have. */
async function followMirrorList(archive: Archive, root: string): Promise<Archive> {
  const [, path] = /^mirror\+file:\/*(\/.+)$/.exec(archive.uri) ?? [];
  if (path === undefined) return archive;
  const list = await readFile(join(root, path), 'utf8').catch(() => '');
  const [uri = ''] = list.split('\n').flatMap((line) => /^https?:\/\/\S+/.exec(line)?.[0] ?? []);
  return {...archive, uri: uri.replace(/\/+$/, '')};
}

/** The host's apt configuration. */
export async function readHostSettings({processes}: Pick<ReadHostOptions, 'processes'>): Promise<AptSettings> {
  const {exitCode, stdout} = await processes.run('apt-config', ['dump']);
  if (exitCode !== 0) throw new LocalError('apt-config dump fails: the configuration of apt on this host is damaged');
  return readAptSettings(stdout);
}

/**
 * A server of the host's archives that reaches them as the host's own apt does (proxy, certificates, credentials), and keeps
 * packages in this folder.
 */
export async function createHostArchiveServer(
  folder: string,
  {archives}: HostArchives,
  {processes, environment}: ReadHostOptions,
): Promise<LocalArchiveServer> {
  const settings = await readHostSettings({processes});
  const credentials = readCredentials(await readCredentialFiles());
  return createArchiveServer({
    archives,
    cache: createDownloadCache(folder, MAX_DOWNLOADS_BYTES),
    upstream: createUpstream({
      getProxy: (target) => getProxy(settings, environment, target),
      getCredentials: credentials,
      authorities: await readAuthorities(settings),
    }),
  });
}

async function readCredentialFiles(): Promise<string[]> {
  const names = await readdir('/etc/apt/auth.conf.d').catch((): string[] => []);
  const paths = ['/etc/apt/auth.conf', ...names.sort().map((name) => `/etc/apt/auth.conf.d/${name}`)];
  return Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
}

async function readAuthorities(settings: AptSettings): Promise<string | undefined> {
  const configured = getSetting(settings, 'acquire::https::cainfo');
  const path = configured === '' ? '/etc/ssl/certs/ca-certificates.crt' : configured;
  return readFile(path, 'utf8').catch(() => undefined);
}
