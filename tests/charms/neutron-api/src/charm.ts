import {defineEndpoint, parseNothing, renderOsloConfig} from '#charm';
import {getDatabaseUri, sayOnAll} from '#openstack';

import {defineApiCharm, getApiWorkers, getTokenSection, getTransport} from '../../shared/api-charm.ts';
import {askForDatabase} from '../../shared/database.ts';
import {renderUwsgiArguments} from '../../shared/server.ts';

const neutronApi = defineEndpoint({name: 'neutron-api', unit: parseNothing});

const CONFIG_FILE = '/etc/neutron/neutron.conf';
const PLUGIN_FILE = '/etc/neutron/plugins/ml2/ml2_conf.ini';
const WSGI_FILE = '/etc/neutron/charm-wsgi.py';

/** A type that no agent serves: without one of its own the API's workers end as soon as they start. */
const PLUGIN = renderOsloConfig({
  ml2: {type_drivers: 'local', tenant_network_types: 'local', mechanism_drivers: ''},
});

/**
 * Debian 12's own file, /usr/bin/neutron-api, leaves SQLAlchemy's mappers to be configured by the first request; where that is a list of
 * ports the worker answers every later one with an AttributeError about port_forwardings.
 */
const WSGI = `# Written by the charm; changes made here are lost.
from neutron.cmd.eventlet.server import main_api_eventlet
from sqlalchemy.orm import configure_mappers

application = main_api_eventlet()
configure_mappers()
`;

/** Neutron's API: without agents or networks, which evacuating a guest does not need. */
export const charm = defineApiCharm({
  service: 'neutron',
  port: 9696,
  database: askForDatabase('neutron'),
  amqp: {username: 'neutron', vhost: 'openstack'},
  workload: {packages: ['neutron-server', 'neutron-plugin-ml2'], services: ['neutron-server']},
  debian: {
    // neutron-common has the plugin there.
    packages: ['neutron-api', 'python3-pymysql'],
    services: ['neutron-api'],
    renderFiles: (_given, view) => [
      {path: PLUGIN_FILE, content: PLUGIN, group: 'neutron', mode: 0o640},
      {path: WSGI_FILE, content: WSGI},
      renderUwsgiArguments('neutron-server', [`--processes ${getApiWorkers(view)}`, `--wsgi-file ${WSGI_FILE}`]),
    ],
    user: 'neutron',
    getSetUp: ({database}) => ({
      dependsOn: [getDatabaseUri(database)],
      commands: [
        {
          program: 'neutron-db-manage',
          args: ['--config-file', CONFIG_FILE, '--config-file', PLUGIN_FILE, 'upgrade', 'head'],
        },
      ],
    }),
  },
  endpoints: [neutronApi],
  renderFiles: (given) => [
    {
      path: CONFIG_FILE,
      group: 'neutron',
      mode: 0o640,
      content: renderOsloConfig({
        DEFAULT: {
          core_plugin: 'ml2',
          // Else it is the folder of Neutron's code.
          state_path: '/var/lib/neutron',
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
