import {renderOsloConfig} from '#charm';
import type {Credentials} from '#openstack';

import {PROCESS_LIST_PATH, type Distribution} from './distribution.ts';
import type {Options} from './options.ts';

/** What masakarimonitors.conf is made from. */
export interface ConfInput {
  readonly credentials: Credentials;
  readonly options: Options;
  /** The machine's own name, which is the name of its Pacemaker remote and of its Nova and Masakari host. */
  readonly hostname: string;
  readonly distribution: Distribution;
}

/** The text of masakarimonitors.conf. */
export function renderMonitorsConf({credentials, options, hostname, distribution}: ConfInput): string {
  const {privilegedHelper} = distribution;
  return renderOsloConfig({
    DEFAULT: {
      debug: options.debug,
      use_syslog: options['use-syslog'] ? true : undefined,
      hostname,
      ...options['config-flags'],
    },
    api: {
      api_interface: options['use-internal-endpoints'] ? 'internal' : 'public',
      region: options.region,
      auth_url: credentials.authUrl,
      username: credentials.username,
      password: credentials.password,
      project_name: credentials.project,
      user_domain_name: credentials.userDomainName,
      user_domain_id: credentials.userDomainId,
      project_domain_name: credentials.projectDomainName,
      project_domain_id: credentials.projectDomainId,
    },
    // Compute nodes are Pacemaker remotes and fenced by the cluster, so nodes are never asked by IPMI.
    host: {restrict_to_remotes: true, disable_ipmi_check: true},
    process: {process_list_path: PROCESS_LIST_PATH},
    ...(privilegedHelper === undefined ? {} : {masakarimonitors_privileged: {helper_command: privilegedHelper}}),
  });
}
