import {renderOsloConfig} from '#charm';
import {getDatabaseUri, getTransportUrl, type Database, type MessageBroker, type ServiceUser} from '#openstack';

import type {Options} from './options.ts';

/** What masakari.conf is made from: every interface complete. */
export interface ConfInput {
  readonly database: Database;
  readonly broker: MessageBroker;
  readonly user: ServiceUser;
  readonly options: Options;
  /** Seconds that the engine waits before it evacuates a compute node. */
  readonly evacuationDelay: number;
  /** Where the broker's CA lies. */
  readonly brokerCaPath: string;
  readonly hasTaskflowStore: boolean;
}

/** The text of masakari.conf. */
export function renderMasakariConf(input: ConfInput): string {
  const {database, user, hasTaskflowStore} = input;
  const connection = getDatabaseUri(database);
  return renderOsloConfig({
    DEFAULT: getDefaults(input),
    wsgi: {api_paste_config: '/etc/masakari/api-paste.ini'},
    ...(hasTaskflowStore ? {taskflow: {connection}} : {}),
    keystone_authtoken: {
      www_authenticate_uri: user.serviceUrl,
      auth_url: user.authUrl,
      auth_type: 'password',
      project_domain_name: user.domain,
      user_domain_name: user.domain,
      project_name: user.project,
      username: user.username,
      password: user.password,
      memcached_servers: '127.0.0.1:11211',
    },
    database: {connection},
    oslo_messaging_rabbit: getRabbit(input),
    host_failure: {evacuate_all_instances: input.options['evacuate-all-instances']},
  });
}

function getDefaults({
  broker,
  user,
  options,
  evacuationDelay,
}: ConfInput): Parameters<typeof renderOsloConfig>[0][string] {
  return {
    enabled_apis: 'masakari_api',
    debug: options.debug,
    use_syslog: options['use-syslog'] ? true : undefined,
    auth_strategy: 'keystone',
    transport_url: getTransportUrl(broker),
    os_region_name: options.region,
    os_user_domain_name: user.domain,
    os_project_domain_name: user.domain,
    nova_catalog_admin_info: `compute:nova:${options['use-internal-endpoints'] ? 'internalURL' : 'publicURL'}`,
    os_privileged_user_name: user.username,
    os_privileged_user_password: user.password,
    os_privileged_user_tenant: user.project,
    os_privileged_user_auth_url: `${user.serviceUrl}/v3`,
    notification_driver: 'taskflow_driver',
    wait_period_after_service_update: evacuationDelay,
    notifications_expired_interval: options['notification-expiration'] ?? undefined,
    check_expired_notifications_interval: options['check-expired-interval'] ?? undefined,
  };
}

function getRabbit({broker, brokerCaPath}: ConfInput): Parameters<typeof renderOsloConfig>[0][string] {
  return {
    rabbit_ha_queues: broker.hasMirroredQueues ? true : undefined,
    ssl: broker.usesTls ? true : undefined,
    ssl_ca_file: broker.usesTls && broker.tlsCa !== undefined ? brokerCaPath : undefined,
  };
}
