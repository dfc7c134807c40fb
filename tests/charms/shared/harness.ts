import {isDeepStrictEqual} from 'node:util';

import type {Charm, Databag, Network} from '#charm';
import {
  createUnitState,
  readCharmMeta,
  runHook,
  type PackageCatalog,
  type PackageModel,
  type RelationState,
  type RunHookOptions,
  type RunHookResult,
  type TestEvent,
  type UnitState,
} from '#charm/testing';

/** What the tests of one stand-in need: its program, its metadata, and a unit with an address on every binding. */
export interface Bench {
  createUnit(given?: Partial<UnitState>): UnitState;
  run(state: UnitState, event?: TestEvent, commands?: RunHookOptions['commands']): Promise<RunHookResult>;
}

/** A bench for the charm in the folder that holds the calling test. */
export function createBench(charm: Charm, testUrl: string): Bench {
  const meta = readCharmMeta(new URL('charmcraft.yaml', testUrl));
  const bindings = [...Object.keys(meta.endpoints), ...meta.bindings];
  const networks = Object.fromEntries(bindings.map((name) => [name, createNetwork(ADDRESSES[name] ?? '10.80.0.10')]));
  return {
    createUnit: (given = {}) => createUnitState({unit: `${meta.name}/0`, leader: true, networks, ...given}),
    run: (state, event = {hook: 'update-status'}, commands = {}) =>
      runHook({charm, meta, state, event, catalog: CATALOG, commands}),
  };
}

/** A machine on which what stand-ins stand for runs for real. */
export const DEBIAN: Pick<UnitState, 'facts'> = {
  facts: {...createUnitState({unit: 'any/0'}).facts, os: {id: 'debian', version: '12'}},
};

const ADDRESSES: Readonly<Record<string, string>> = {public: '10.0.0.10', admin: '10.70.0.10'};

function createNetwork(address: string): Network {
  return {
    bindAddresses: [
      {interfaceName: 'eth0', macAddress: '00:16:3e:00:00:01', addresses: [{value: address, cidr: `${address}/24`}]},
    ],
    ingressAddresses: [address],
    egressSubnets: [`${address}/32`],
  };
}

/** A relation with an application whose units have these bags: `mysql/0`, `mysql/1` ... */
export function relate(
  endpoint: string,
  id: number,
  remoteApplication: string,
  bags: readonly Databag[],
): RelationState {
  const units = Object.fromEntries(bags.map((bag, index) => [`${remoteApplication}/${index}`, bag]));
  return {endpoint, id, remoteApplication, units};
}

/** What the unit itself has written to a relation. */
export function getOwnBag({state}: Pick<RunHookResult, 'state'>, id: number): Databag {
  return state.relations.find((relation) => relation.id === id)?.unitData ?? {};
}

/** What a run changed, in words: nothing for one that had nothing to do. */
export function getChanges(before: UnitState, {state, effects, relationWrites}: RunHookResult): readonly string[] {
  return [
    ...effects,
    ...relationWrites,
    ...(isDeepStrictEqual(before.host, state.host) ? [] : ['the machine changed']),
  ];
}

const daemon = (account: string, ...services: readonly string[]): PackageModel => ({
  version: '1',
  users: [account],
  groups: [account],
  services,
});

/** The packages that the stand-ins install, with the accounts and services that they use. */
const CATALOG: PackageCatalog = {
  apache2: {version: '1', services: ['apache2']},
  ceph: daemon('ceph'),
  'ceph-common': daemon('ceph'),
  'ceph-osd': daemon('ceph'),
  'glance-api': daemon('glance', 'glance-api'),
  keystone: daemon('keystone', 'keystone'),
  'libapache2-mod-wsgi-py3': {version: '1'},
  'libvirt-daemon-system': {version: '1', services: ['libvirtd']},
  'mariadb-server': {...daemon('mysql', 'mariadb'), programs: ['mysql']},
  'mysql-server': {...daemon('mysql', 'mysql'), programs: ['mysql']},
  'neutron-api': daemon('neutron', 'neutron-api'),
  'neutron-plugin-ml2': {version: '1'},
  'neutron-server': daemon('neutron', 'neutron-server'),
  'nova-api': daemon('nova', 'nova-api', 'nova-api-metadata'),
  'nova-api-os-compute': daemon('nova', 'nova-api-os-compute'),
  'nova-compute': daemon('nova', 'nova-compute'),
  'nova-compute-kvm': {version: '1'},
  'nova-conductor': daemon('nova', 'nova-conductor'),
  'nova-scheduler': daemon('nova', 'nova-scheduler'),
  'placement-api': daemon('placement', 'placement-api'),
  'python3-pymysql': {version: '1'},
  'python3-rbd': {version: '1'},
  'rabbitmq-server': {...daemon('rabbitmq', 'rabbitmq-server'), programs: ['rabbitmqctl']},
};
