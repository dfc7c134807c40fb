import {defineEndpoint, parseNothing, parseWith, renderOsloConfig, type Databag} from '#charm';
import {getDatabaseUri, hostField, sayOnAll, textField, type Database} from '#openstack';
import * as z from 'zod/mini';

import {
  defineApiCharm,
  getApiWorkers,
  getTokenSection,
  getTransport,
  type ApiView,
  type DatabaseSide,
  type Given,
} from '../../shared/api-charm.ts';
import {getAddress} from '../../shared/address.ts';
import {defineAsking, getValue} from '../../shared/requirer.ts';
import {renderUwsgiArguments, type SetUpCommand} from '../../shared/server.ts';
import {urlField} from '../../shared/text.ts';

const image = defineAsking('image-service', parseWith(z.object({'glance-api-server': urlField})));
const network = defineAsking(
  'neutron-api',
  parseWith(z.object({'neutron-url': urlField, 'neutron-plugin': textField, 'neutron-security-groups': textField})),
);
const placement = defineAsking('placement', parseWith(z.object({placement_enabled: z.literal('True')})));
const computes = defineEndpoint({name: 'cloud-compute', unit: parseNothing, readsUnits: false});

const CONFIG_FILE = '/etc/nova/nova.conf';

/** Packages and services have one name. */
const SERVICES = ['nova-api-os-compute', 'nova-conductor', 'nova-scheduler'];

/** The conductor first: the others ask it. */
const DEBIAN_SERVICES = ['nova-conductor', 'nova-scheduler', 'nova-api'];

type Command = Omit<SetUpCommand, 'user'>;
const manage = (...args: readonly string[]): Command => ({program: 'nova-manage', args});
/** nova-manage fills in what nova.conf says at the time (Nova's guide to cells, "Template URLs in Cell Mappings"), so no password is here. */
const HOST = '{username}:{password}@{hostname}';
const CELL0 = `mysql+pymysql://${HOST}/nova_cell0`;
const CELL1 = [
  '--database_connection',
  `mysql+pymysql://${HOST}/nova`,
  '--transport-url',
  `rabbit://${HOST}:{port}/{path}`,
];
const SET_UP: readonly Command[] = [
  manage('api_db', 'sync'),
  manage('cell_v2', 'map_cell0', '--database_connection', CELL0),
  manage('db', 'sync'),
  {...manage('cell_v2', 'create_cell', '--name', 'cell1', ...CELL1), doneBefore: 'combination already exists'},
];

/** The databases of Nova: the cell’s, the API’s and that of instances that never got a host. */
interface NovaDatabases {
  readonly cell: Database;
  readonly api: Database;
}

const databases: DatabaseSide<NovaDatabases> = createDatabases();

/** Nova's API, conductor and scheduler; it hands its own credentials to the computes, as its name says. */
export const charm = defineApiCharm({
  service: 'nova',
  port: 8774,
  path: '/v2.1',
  keystonePrefix: 'nova_',
  database: databases,
  amqp: {username: 'nova', vhost: 'openstack'},
  workload: {packages: SERVICES, services: SERVICES},
  debian: {
    packages: [...DEBIAN_SERVICES, 'python3-pymysql'],
    services: DEBIAN_SERVICES,
    unused: ['nova-api-metadata'],
    renderFiles: (_given, view) => [renderUwsgiArguments('nova-api', [`--processes ${getApiWorkers(view)}`])],
    user: 'nova',
    getSetUp: (given) => ({
      dependsOn: [getDatabaseUri(given.database.cell), getDatabaseUri(given.database.api), getTransport(given) ?? ''],
      commands: SET_UP,
    }),
  },
  endpoints: [image.endpoint, network.endpoint, placement.endpoint, computes],
  readRequired: (view) => ({
    'image-service': image.read(view),
    'neutron-api': network.read(view),
    placement: placement.read(view),
  }),
  renderFiles: (given, view) => [{path: CONFIG_FILE, content: renderConfig(given, view), group: 'nova', mode: 0o640}],
  tell: (view, given) => [
    // Placement has been a charm of its own since Train: Nova's is off everywhere, which is what it asks for.
    ...sayOnAll(view, 'placement', {nova_placement_disabled: 'True'}),
    ...(given === null ? [] : sayOnAll(view, 'cloud-compute', getComputeSettings(given, view))),
  ],
});

function createDatabases(): DatabaseSide<NovaDatabases> {
  const answer = z.object({
    db_host: hostField,
    nova_password: textField,
    novaapi_password: textField,
    nova_allowed_units: z.string(),
  });
  const {endpoint, read} = defineAsking('shared-db', parseWith(answer));
  return {
    endpoint,
    read: (view) => {
      const reading = read(view);
      if (reading.state !== 'complete') {
        return reading;
      }
      const found = reading.value.find((unit) => unit.nova_allowed_units.split(' ').includes(view.context.unit));
      if (found === undefined) {
        return {state: 'incomplete'};
      }
      const common = {host: found.db_host, username: 'nova'};
      const value = {
        cell: {...common, name: 'nova', password: found.nova_password},
        api: {...common, name: 'nova_api', password: found.novaapi_password},
      };
      return {state: 'complete', value, relationId: reading.relationId};
    },
    getRequest: (hostname) => ({
      nova_database: 'nova',
      nova_username: 'nova',
      nova_hostname: hostname,
      novaapi_database: 'nova_api',
      novaapi_username: 'nova',
      novaapi_hostname: hostname,
      novacell0_database: 'nova_cell0',
      novacell0_username: 'nova',
      novacell0_hostname: hostname,
    }),
  };
}

function renderConfig(given: Given<NovaDatabases>, view: ApiView): string {
  const images = getValue(image.read(view)) ?? [];
  const networks = getValue(network.read(view)) ?? [];
  const auth = getTokenSection(given.keystone);
  return renderOsloConfig({
    DEFAULT: {
      enabled_apis: 'osapi_compute',
      // Else it is the folder of Nova's code.
      state_path: '/var/lib/nova',
      my_ip: getAddress(view, 'internal') ?? undefined,
      transport_url: getTransport(given),
      ...view.config['config-flags'],
    },
    api: {auth_strategy: 'keystone'},
    conductor: {workers: getApiWorkers(view)},
    api_database: {connection: getDatabaseUri(given.database.api)},
    database: {connection: getDatabaseUri(given.database.cell)},
    glance: {api_servers: images.map((unit) => unit['glance-api-server']).join(',')},
    keystone_authtoken: auth,
    neutron: {...auth, endpoint_override: networks[0]?.['neutron-url'], region_name: given.region},
    oslo_concurrency: {lock_path: '/var/lock/nova'},
    placement: {...auth, region_name: given.region},
    scheduler: {discover_hosts_in_cells_interval: 30, workers: getApiWorkers(view)},
  });
}

/** What a compute needs to call the other services: the same for each of them. */
function getComputeSettings({keystone, region}: Given<NovaDatabases>, view: ApiView): Databag {
  const auth = new URL(keystone.authUrl);
  const service = new URL(keystone.serviceUrl);
  const [neutron] = getValue(network.read(view)) ?? [];
  if (neutron === undefined) {
    return {};
  }
  const neutronUrl = new URL(neutron['neutron-url']);
  return {
    network_manager: 'neutron',
    volume_service: 'cinder',
    region,
    api_version: '3',
    keystone_host: auth.hostname,
    auth_host: auth.hostname,
    auth_port: getPort(auth),
    auth_protocol: auth.protocol.slice(0, -1),
    service_host: service.hostname,
    service_port: getPort(service),
    service_protocol: service.protocol.slice(0, -1),
    service_tenant_name: keystone.project,
    service_username: keystone.username,
    service_password: keystone.password,
    admin_domain_name: keystone.domain,
    quantum_plugin: neutron['neutron-plugin'],
    quantum_security_groups: neutron['neutron-security-groups'],
    quantum_url: neutron['neutron-url'],
    quantum_host: neutronUrl.hostname,
    quantum_port: getPort(neutronUrl),
  };
}

/** A URL leaves out the port that its scheme implies. */
function getPort({port, protocol}: URL): string {
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port;
}
