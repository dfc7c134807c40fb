/** What differs between the distributions the monitors are installed on: all of it, here. */
export interface Distribution {
  readonly packages: readonly string[];
  /** The group the monitors run as. */
  readonly group: string;
  /** Files that make the services read the monitors' own configuration file, where they do not by themselves. */
  readonly argumentFiles: readonly string[];
  /** How the monitors start what needs root, where their own default does not fit the machine's sudoers. */
  readonly privilegedHelper?: string;
}

export const CONF_PATH = '/etc/masakarimonitors/masakarimonitors.conf';
export const PROCESS_LIST_PATH = '/etc/masakarimonitors/process_list.yaml';
export const HOST_MONITOR = 'masakari-host-monitor';
export const SERVICES = [HOST_MONITOR, 'masakari-instance-monitor'] as const;
/** The package whose version is the workload's. */
export const VERSION_PACKAGE = 'masakari-monitors-common';

/** What makes a machine a member of a cluster, and what makes it a remote node of one. They exclude each other. */
export const MEMBER_PACKAGE = 'pacemaker';
export const REMOTE_PACKAGE = 'pacemaker-remote';

const PACKAGES: readonly string[] = [...SERVICES, VERSION_PACKAGE];

const UBUNTU: Distribution = {packages: PACKAGES, group: 'masakarimonitors', argumentFiles: []};

/** Debian's units name Masakari's file, which is not the monitors'; their start scripts read /etc/default. */
const DEBIAN: Distribution = {
  packages: [...PACKAGES, 'sudo'],
  group: 'masakari',
  argumentFiles: SERVICES.map((service) => `/etc/default/${service}`),
  privilegedHelper: `sudo /usr/bin/privsep-helper --config-file ${CONF_PATH}`,
};

/** The data for a machine, by the `ID` of its os-release; one that is unknown is taken for Ubuntu. */
export function getDistribution(osId: string): Distribution {
  return osId === 'debian' ? DEBIAN : UBUNTU;
}
