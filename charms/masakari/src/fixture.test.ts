import type {Databag, Network} from '#charm';
import {
  createUnitState,
  readCharmMeta,
  runHook,
  type ModelledCommand,
  type PackageCatalog,
  type RelationState,
  type RunHookResult,
  type TestEvent,
  type UnitState,
} from '#charm/testing';

import {charm} from './charm.ts';

/** What the tests of this charm share: a machine, its packages, networks and the other ends of relations. */

export const meta = readCharmMeta(new URL('../charmcraft.yaml', import.meta.url));

const daemon = (version: string, account: string, ...services: string[]): PackageCatalog[string] => ({
  version,
  services,
  users: [account],
  groups: [account],
});

export const catalog: PackageCatalog = {
  'masakari-common': daemon('12.0.0-0ubuntu1', 'masakari'),
  'masakari-api': {version: '12.0.0-0ubuntu1', depends: ['masakari-common']},
  'masakari-engine': {...daemon('12.0.0-0ubuntu1', 'masakari', 'masakari-engine'), depends: ['masakari-common']},
  haproxy: daemon('2.4.22-0ubuntu0.22.04.2', 'haproxy', 'haproxy'),
  memcached: daemon('1.6.14-1ubuntu0.1', 'memcache', 'memcached'),
  apache2: {version: '2.4.52-1ubuntu4.7', services: ['apache2']},
  'libapache2-mod-wsgi-py3': {version: '4.9.0-1ubuntu1'},
  'python3-memcache': {version: '1.59-6'},
  'python3-pymysql': {version: '1.0.2-1ubuntu1'},
  'python3-sqlalchemy-utils': {version: '0.38.2-1'},
  'ubuntu-cloud-keyring': {version: '2021.03.26'},
};

export const debianCatalog: PackageCatalog = {
  ...catalog,
  'masakari-common': daemon('14.0.2-2', 'masakari'),
  'masakari-api': {...daemon('14.0.2-2', 'masakari', 'masakari-api'), depends: ['masakari-common']},
};

export function network(address: string, interfaceName: string, prefix = 24): Network {
  const cidr = address.includes(':')
    ? `${address.slice(0, address.lastIndexOf('::'))}::/64`
    : address.replace(/\d+$/, `0/${prefix}`);
  return {
    bindAddresses: [{interfaceName, macAddress: '', addresses: [{value: address, cidr}]}],
    ingressAddresses: [address],
    egressSubnets: [],
  };
}

export const networks: Readonly<Record<string, Network>> = {
  public: network('10.0.0.11', 'eth0'),
  admin: network('10.70.0.11', 'eth1'),
  internal: network('10.80.0.11', 'eth2'),
  'shared-db': network('10.80.0.11', 'eth2'),
  amqp: network('10.80.0.11', 'eth2'),
};

export const VIPS = '10.0.0.236 10.70.0.236 10.80.0.236';
export const DATABASE_PASSWORD = 'db-Secret-1';
export const BROKER_PASSWORD = 'mq-Secret-2';
export const KEYSTONE_PASSWORD = 'ks-Secret-3';

export const databaseData: Databag = {
  db_host: '10.80.0.20',
  password: DATABASE_PASSWORD,
  allowed_units: 'masakari/1 masakari/0',
};
export const brokerData: Databag = {password: BROKER_PASSWORD, 'private-address': '10.80.0.30'};
export const keystoneData: Databag = {
  service_host: '10.0.0.40',
  service_protocol: 'http',
  service_port: '5000',
  auth_host: '10.70.0.40',
  auth_protocol: 'http',
  auth_port: '35357',
  service_tenant: 'services',
  service_tenant_id: '0123456789abcdef',
  service_username: 'masakari',
  service_password: KEYSTONE_PASSWORD,
  service_domain: 'service_domain',
  api_version: '3',
};

export function relation(
  id: number,
  endpoint: string,
  units: RelationState['units'],
  remoteApplication?: string,
): RelationState {
  const application = Object.keys(units)[0]?.split('/')[0] ?? remoteApplication ?? endpoint;
  return {id, endpoint, remoteApplication: remoteApplication ?? application, units};
}

export const peer: RelationState = {id: 0, endpoint: 'cluster', remoteApplication: 'masakari', units: {}};

/** Relations with all that Masakari needs; `change` replaces the data of one, by endpoint. */
export function completeRelations(change: Readonly<Record<string, Databag>> = {}): RelationState[] {
  return [
    peer,
    relation(1, 'shared-db', {'mysql/0': change['shared-db'] ?? databaseData}),
    relation(2, 'amqp', {'rabbitmq-server/0': change['amqp'] ?? brokerData}),
    relation(3, 'identity-service', {'keystone/0': change['identity-service'] ?? keystoneData}),
  ];
}

export const haRelation = (answer: Databag = {}): RelationState => relation(4, 'ha', {'hacluster/0': answer});

export function createState(given: Partial<UnitState> = {}): UnitState {
  return createUnitState({unit: 'masakari/0', leader: true, networks, ...given});
}

/** `runuser -u masakari -- masakari-manage db sync`, which succeeds. */
export const syncs: ModelledCommand = (_args, _options, host) => {
  host.effects.push('db sync');
  return {exitCode: 0, stdout: '', stderr: ''};
};

export const configChanged: TestEvent = {hook: 'config-changed'};

export function run(
  state: UnitState,
  event: TestEvent = configChanged,
  options: {readonly catalog?: PackageCatalog; readonly runuser?: ModelledCommand} = {},
): Promise<RunHookResult> {
  return runHook({
    charm,
    meta,
    state,
    event,
    catalog: options.catalog ?? catalog,
    commands: {runuser: options.runuser ?? syncs},
  });
}

/** What the unit has written to a relation. */
export function getUnitData(state: UnitState, endpoint: string): Databag {
  return state.relations.find((found) => found.endpoint === endpoint)?.unitData ?? {};
}

export function getFile(state: UnitState, path: string): string {
  return state.host.files[path]?.content ?? '';
}

export const CONF = '/etc/masakari/masakari.conf';

/** How long the engine waits before it evacuates a compute node, in seconds. */
export function getDelay(state: UnitState): number {
  return Number(/^wait_period_after_service_update = (.*)$/m.exec(getFile(state, CONF))?.[1]);
}
