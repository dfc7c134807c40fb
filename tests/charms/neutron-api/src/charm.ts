import {defineEndpoint, parseNothing, renderOsloConfig} from '#charm';
import {getDatabaseUri, sayOnAll} from '#openstack';

import {defineApiCharm, getTokenSection, getTransport} from '../../shared/api-charm.ts';
import {askForDatabase} from '../../shared/database.ts';

const neutronApi = defineEndpoint({name: 'neutron-api', unit: parseNothing});

const CONFIG_FILE = '/etc/neutron/neutron.conf';

/** Neutron's API: without agents or networks, which evacuating a guest does not need. */
export const charm = defineApiCharm({
  service: 'neutron',
  port: 9696,
  database: askForDatabase('neutron'),
  amqp: {username: 'neutron', vhost: 'openstack'},
  workload: {packages: ['neutron-server', 'neutron-plugin-ml2'], services: ['neutron-server']},
  endpoints: [neutronApi],
  renderFiles: (given) => [
    {
      path: CONFIG_FILE,
      group: 'neutron',
      mode: 0o640,
      content: renderOsloConfig({
        DEFAULT: {
          core_plugin: 'ml2',
          service_plugins: 'router',
          transport_url: getTransport(given),
          notify_nova_on_port_status_changes: false,
          notify_nova_on_port_data_changes: false,
        },
        database: {connection: getDatabaseUri(given.database)},
        keystone_authtoken: getTokenSection(given.keystone),
        oslo_concurrency: {lock_path: '/var/lib/neutron/lock'},
      }),
    },
  ],
  tell: (view, given) =>
    given === null
      ? []
      : sayOnAll(view, 'neutron-api', {
          'neutron-url': given.internalUrl,
          'neutron-plugin': 'ovs',
          'neutron-security-groups': 'yes',
        }),
});
