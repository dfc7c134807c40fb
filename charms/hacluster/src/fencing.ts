import {blocked, getSha1, type Status} from '#charm';
import {
  getConnectedRemotes,
  getResource,
  getValue,
  makePrimitive,
  type Cib,
  type NodeState,
  type Primitive,
  type ResourceState,
} from '#cluster';
import {isApiKey} from '#maas';

import {CREDENTIALS_FOLDER} from './facts.ts';
import type {Member} from './members.ts';
import type {Options} from './options.ts';
import type {Remote} from './remotes.ts';

/** How MAAS is reached: its URL, and a root-only file with the API key, which stays out of the CIB. */
export interface Maas {
  readonly url: string;
  readonly device: string;
  readonly credentialsFile: string;
  readonly credentials: string;
  /** What a node's fencing comes to: Pacemaker asks for a reboot, the device does this. */
  readonly action: Options['stonith_action'];
}

/** What fencing needs and has: MAAS when it is asked for and configured, or why it is not. */
export interface FencingSettings {
  readonly isWanted: boolean;
  readonly maas: Maas | null;
  readonly problems: readonly Status[];
}

/** Fencing is wanted when some remote names itself for it. */
export function getFencingSettings(options: Options, remotes: readonly Remote[]): FencingSettings {
  const isWanted = remotes.some(({stonithHostname}) => stonithHostname !== null);
  const {maas_url: url, maas_credentials: credentials} = options;
  const problems = isWanted ? checkMaas(options) : [];
  const isUsable =
    isWanted && url !== null && credentials !== null && url !== '' && credentials !== '' && problems.length === 0;
  return {isWanted, problems, maas: isUsable ? createMaas(url, credentials, options.stonith_action) : null};
}

function checkMaas({maas_url: url, maas_credentials: credentials}: Options): Status[] {
  const reason = 'a pacemaker-remote application has enable-stonith set';
  return [
    ...(url === null || url === '' ? [blocked(`option maas_url is missing: ${reason}`)] : checkUrl(url)),
    ...(credentials === null || credentials === '' ? [blocked(`option maas_credentials is missing: ${reason}`)] : []),
    ...(credentials !== null && credentials !== '' && !isApiKey(credentials)
      ? [blocked('option maas_credentials must be a MAAS API key, three parts joined by colons')]
      : []),
  ];
}

function checkUrl(url: string): Status[] {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && (parsed.username !== '' || parsed.password !== '')) {
    return [blocked('option maas_url must hold no user and password: it is shown; the API key is in maas_credentials')];
  }
  const isFine = parsed !== null && /^https?:$/.test(parsed.protocol) && !/[\s"']/.test(url);
  return isFine ? [] : [blocked('option maas_url must be an http or https URL')];
}

/** One device for each MAAS: its name ends in the first 7 hex digits of the SHA-1 of its URL. */
function createMaas(url: string, credentials: string, action: Maas['action']): Maas {
  const hash = getSha1(url).slice(0, 7);
  return {
    url,
    credentials,
    action,
    device: `st-maas-${hash}`,
    credentialsFile: `${CREDENTIALS_FOLDER}/maas-${hash}.credentials`,
  };
}

/** The file that the device reads its key from, on every member: any of them may run it. */
export function getCredentialsFile({credentialsFile, credentials}: Maas): {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
} {
  return {path: credentialsFile, content: `${credentials.trim()}\n`, mode: 0o600};
}

const ST_NULL = 'st-null';

/**
 * How long a member that MAAS does not know has to stop what it runs before the others take it for fenced: nobody cuts its power, so
 * after a division of the ring two members would hold the virtual IPs. It knows that it has no quorum when the others know that it is
 * gone, but while it has connections to remote nodes that do not answer it waits for their monitor, 20 s by default (seen with
 * Pacemaker 2.1.5: 14 s).
 */
const STOPPING = '25s';

const MONITOR = [{name: 'monitor', interval: '25', attributes: {'start-delay': '25', timeout: '25'}}] as const;

export interface FencedNodes {
  /** Names that MAAS switches off. */
  readonly maas: readonly string[];
  /** Members that MAAS does not know (LP 1889094). */
  readonly none: readonly string[];
}

interface FencingFacts {
  readonly cib: Cib;
  readonly nodes: readonly NodeState[];
  readonly resources: readonly ResourceState[];
  readonly maas: Maas;
  /** Remotes that stay as they are. */
  readonly kept: readonly string[];
}

/**
 * Who may be fenced now. A remote is taken in only when it has been seen online with its rules in place, so that one that
 * is still being added is never shot (LP 1884284); once in, it stays.
 */
export function getFencedNodes(
  remotes: readonly Remote[],
  members: readonly Member[],
  {cib, nodes, resources, maas, kept}: FencingFacts,
): FencedNodes {
  const known = getDeviceNames(cib, maas.device);
  const online = getConnectedRemotes(nodes, resources);
  const fenceable = remotes.flatMap(({hostname, stonithHostname}) =>
    stonithHostname !== null && (known.has(stonithHostname) || online.has(hostname)) ? [stonithHostname] : [],
  );
  const still = kept.filter((name) => known.has(name));
  const machines = members.filter(({isContainer}) => !isContainer).map(({hostname}) => hostname);
  const containers = members.filter(({isContainer}) => isContainer).map(({hostname}) => hostname);
  return {maas: [...new Set([...fenceable, ...still, ...machines])].sort(), none: containers.sort()};
}

/** Remotes that are to be fenced when they fail, and are not yet, as they were never seen online. */
export function getUnfenced(remotes: readonly Remote[], {device}: Maas, cib: Cib): readonly string[] {
  const known = getDeviceNames(cib, device);
  return remotes.flatMap(({hostname, stonithHostname}) =>
    stonithHostname === null || known.has(stonithHostname) ? [] : [hostname],
  );
}

/** The credentials files that devices in the CIB name. */
export function getUsedFiles(cib: Cib): readonly string[] {
  return cib.resources.flatMap((resource) =>
    resource.kind === 'primitive' ? (getValue(resource.params, 'apikey_file') ?? []) : [],
  );
}

/** The names that a device in the CIB already fences. */
function getDeviceNames(cib: Cib, device: string): ReadonlySet<string> {
  const resource = getResource(cib, device);
  const hostnames = resource?.kind === 'primitive' ? (getValue(resource.params, 'hostnames') ?? '') : '';
  return new Set(hostnames.split(' ').filter((name) => name !== ''));
}

/** The fencing devices; none for a list of nobody. */
export function makeFencingDevices(maas: Maas, fenced: FencedNodes): readonly Primitive[] {
  const {url, device, credentialsFile, action} = maas;
  const maasParams = {url, apikey_file: credentialsFile, hostnames: fenced.maas.join(' '), pcmk_reboot_action: action};
  return [
    ...(fenced.maas.length === 0
      ? []
      : [makePrimitive({id: device, agent: 'stonith:external/maas', params: maasParams, operations: MONITOR})]),
    ...(fenced.maas.length === 0 || fenced.none.length === 0
      ? []
      : [
          makePrimitive({
            id: ST_NULL,
            agent: 'stonith:null',
            params: {hostlist: fenced.none.join(' '), pcmk_delay_base: STOPPING},
            operations: MONITOR,
          }),
        ]),
  ];
}
