import {
  active,
  readInstalled,
  readServices,
  type CharmPorts,
  type Desired,
  type Status,
  type View,
  type WantedFile,
  type WantedService,
} from '#charm';
import {
  assess,
  getIdentityCredentialsRequest,
  getUpstreamVersion,
  requireIdentityCredentials,
  sayOnAll,
  type Credentials,
  type Reading,
} from '#openstack';

import {
  CONF_PATH,
  getDistribution,
  HOST_MONITOR,
  MEMBER_PACKAGE,
  REMOTE_PACKAGE,
  SERVICES,
  VERSION_PACKAGE,
  type Distribution,
} from './distribution.ts';
import {renderMonitorsConf} from './monitors-conf.ts';
import type {Options} from './options.ts';

export const identityCredentials = requireIdentityCredentials();

/** What the charm reads off its machine. */
export interface Facts {
  /** Of the monitors' package; empty before it is installed. */
  readonly version: string;
  /** Whether the machine is a member of a cluster itself, which it can be only instead of a remote node. */
  readonly isMember: boolean;
  /** Whether masakarimonitors.conf was ever written. */
  readonly wasConfigured: boolean;
  /** By service, whether it runs. */
  readonly running: Readonly<Record<string, boolean>>;
}

export async function readFacts({host, ledger}: CharmPorts): Promise<Facts> {
  const [installed, services, {files}] = await Promise.all([
    readInstalled(host.processes, [VERSION_PACKAGE, MEMBER_PACKAGE]),
    readServices(host.processes, SERVICES),
    ledger.read(),
  ]);
  return {
    version: getUpstreamVersion(installed.get(VERSION_PACKAGE) ?? ''),
    isMember: installed.has(MEMBER_PACKAGE),
    wasConfigured: files.includes(CONF_PATH),
    running: Object.fromEntries([...services].map(([name, {isRunning}]) => [name, isRunning])),
  };
}

type MonitorsView = View<Options, Facts>;

/** What should be true of a unit of masakari-monitors. */
export function desire(view: MonitorsView): Desired {
  const distribution = getDistribution(view.host.os.id);
  const reading = identityCredentials.read(view);
  const request = getIdentityCredentialsRequest({username: 'masakari-monitors', project: 'services'});
  const conf = getConf(view, reading, distribution);
  const argumentFiles = distribution.argumentFiles.map(getArgumentFile);
  const restartWhen = [...(conf === null ? [] : [conf]), ...argumentFiles].map(({content}) => content);
  return {
    packages: getPackages(distribution, view.facts),
    files: [...SERVICES.map(getOverrides), ...argumentFiles, conf ?? {path: CONF_PATH, keep: true}],
    services: getServices(view, conf !== null, restartWhen),
    relationData: sayOnAll(view, 'identity-credentials', request),
    ...(view.facts.version === '' ? {} : {workloadVersion: view.facts.version}),
    statuses: getStatuses(view, reading),
  };
}

/**
 * The host monitor needs Pacemaker's programs, whose package depends on `pacemaker | pacemaker-remote`: apt would make the machine a
 * member of a cluster of its own, if the charm pacemaker-remote has not come first.
 */
function getPackages({packages}: Distribution, {isMember}: Facts): readonly string[] {
  return isMember ? packages : [...packages, REMOTE_PACKAGE];
}

function getConf(
  {config, host}: MonitorsView,
  reading: Reading<Credentials>,
  distribution: Distribution,
): WantedFile | null {
  if (reading.state !== 'complete') {
    return null;
  }
  const input = {credentials: reading.value, options: config, hostname: host.hostname, distribution};
  return {path: CONF_PATH, content: renderMonitorsConf(input), group: distribution.group, mode: 0o640};
}

/** /etc/default of one monitor, where its start script takes the program's arguments from. */
function getArgumentFile(path: string): WantedFile {
  const note = '# Written by the masakari-monitors charm; changes made here are lost.';
  return {path, content: `${note}\nDAEMON_ARGS="--config-file=${CONF_PATH}"\n`};
}

/**
 * systemd's drop-in of a monitor. The instance monitor ends with status 0 when libvirt does not answer, as while the machine
 * boots, and the packages' units start one again only after a failure.
 */
function getOverrides(service: string): WantedFile {
  const content = [
    '[Unit]',
    'After=libvirtd.socket libvirtd.service',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Restart=always',
    'RestartSec=10',
    '',
  ].join('\n');
  return {path: `/etc/systemd/system/${service}.service.d/overrides.conf`, content};
}

/** Monitors never run without credentials; those that ran are left alone when credentials are not known for now. */
function getServices(
  {config, facts}: MonitorsView,
  isReady: boolean,
  restartWhen: readonly string[],
): readonly WantedService[] {
  return SERVICES.flatMap((name): WantedService[] => {
    if (!isWanted(name, config)) return [{name, isRunning: false, isEnabled: false}];
    if (isReady) return [{name, isRunning: true, isEnabled: true, restartWhen}];
    return facts.wasConfigured ? [] : [{name, isRunning: false}];
  });
}

function isWanted(service: string, config: Options): boolean {
  return service !== HOST_MONITOR || config['enable-host-monitor'];
}

function getStatuses({config, facts}: MonitorsView, reading: Reading<Credentials>): readonly Status[] {
  const wanted = SERVICES.filter((name) => isWanted(name, config));
  const services = Object.fromEntries(wanted.map((name) => [name, facts.running[name] === true]));
  return [assess({required: {'identity-credentials': reading}, services}) ?? active('Unit is ready')];
}
