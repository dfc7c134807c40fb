import {hostname} from 'node:os';
import {fileURLToPath} from 'node:url';

import {createUnitState, readCharmMeta, runHook} from '#charm/testing';
import type {CharmMeta, ModelledCommand, PackageCatalog, RelationState, UnitState} from '#charm/testing';
import {emptyClusterState, runClusterCommand} from '#cluster/memory';
import type {ClusterHost} from '#cluster/memory';
import type {Call} from './answers.ts';
import {charm} from '../../charms/hacluster/src/charm.ts';

const source = new URL('../../charms/hacluster/', import.meta.url);
const now = '2026-01-01T00:00:00.000Z';
const members = ['10.80.0.21', '10.80.0.22', '10.80.0.23'].map((address, index) => ({
  unit: `hacluster/${index}`,
  // The packed charm asks the kernel for its name.
  name: index === 0 ? hostname() : `juju-c0ffee-1-lxd-${index}`,
  address,
}));

const catalog: PackageCatalog = {
  corosync: {version: '3.1.6-1ubuntu1', services: ['corosync']},
  pacemaker: {version: '2.1.2-1ubuntu3', services: ['pacemaker'], users: ['hacluster'], groups: ['haclient']},
  ...Object.fromEntries(
    ['crmsh', 'pacemaker-cli-utils', 'resource-agents', 'cluster-glue'].map((name) => [name, {version: '1.0-1'}]),
  ),
};

/** The leader of hacluster, settled, with what its machine answers. */
export interface SettledHacluster {
  readonly state: UnitState;
  readonly meta: CharmMeta;
  /** What `cibadmin --query` and `crm_mon --output-as=xml` print. */
  readonly cib: string;
  readonly monitor: string;
  /** Programs and hook tools that an update-status starts when there is nothing to do. */
  readonly calls: readonly Call[];
}

/** Settles a leader of three members with so many related remotes, on a modelled machine. */
export async function settleHacluster(remotes: number): Promise<SettledHacluster> {
  const meta = readCharmMeta(new URL('charmcraft.yaml', source));
  const world = createCluster(remotes);
  let state = createState(remotes);
  for (let round = 0; round < 20; round += 1) {
    world.setMember(state);
    const result = await runHook({
      charm,
      meta,
      state,
      event: {hook: 'update-status'},
      catalog,
      commands: world.commands,
    });
    if (result.exitCode !== 0) throw new Error(`hacluster fails: ${result.log.map(({message}) => message).join('\n')}`);
    state = result.state;
    if (result.effects.length === 0 && result.relationWrites.length === 0 && round > 2) {
      return {
        state,
        meta,
        cib: world.ask('cibadmin', ['--query']),
        monitor: world.ask('crm_mon', ['--output-as=xml']),
        calls: [...result.toolCalls, ...result.programs].map(([program = '', ...args]): Call => [program, ...args]),
      };
    }
  }
  throw new Error(`hacluster does not settle: ${state.status.message}`);
}

interface ModelledCluster {
  readonly commands: Readonly<Record<string, ModelledCommand>>;
  readonly setMember: (state: UnitState) => void;
  readonly ask: (program: string, args: readonly string[]) => string;
}

/** All members have what the one that runs has been given. */
function createCluster(remotes: number): ModelledCluster {
  let cluster = emptyClusterState;
  let hosts: readonly ClusterHost[] = [];
  const host = members[0]?.name ?? '';
  const run = (
    program: string,
    args: readonly string[],
    stdin?: string,
  ): {exitCode: number; stdout: string; stderr: string} => {
    const options = stdin === undefined ? {} : {stdin};
    const result = runClusterCommand(program, args, options, {hosts, state: cluster, host, now});
    cluster = result.state;
    return result;
  };
  const programs = [
    'cibadmin',
    'crm_mon',
    'crm_node',
    'crm_resource',
    'crm_attribute',
    'corosync-cfgtool',
    'corosync-quorumtool',
  ];
  return {
    commands: Object.fromEntries(
      programs.map((program): [string, ModelledCommand] => [
        program,
        (args, options) => run(program, args, options.stdin),
      ]),
    ),
    setMember: ({host: {files, services}}) => {
      const content = (path: string): string | null => files[path]?.content ?? null;
      const shared = {
        corosyncConf: content('/etc/corosync/corosync.conf'),
        corosyncKey: content('/etc/corosync/authkey'),
        pacemakerKey: content('/etc/pacemaker/authkey'),
      };
      const isClusterRunning = services['corosync']?.isRunning === true && services['pacemaker']?.isRunning === true;
      hosts = [
        ...members.map(({name, address}) => ({
          ...shared,
          name,
          addresses: [address],
          isClusterRunning,
          isRemoteRunning: false,
        })),
        ...getRemotes(remotes).map(({name, address}) => ({
          ...shared,
          corosyncConf: null,
          corosyncKey: null,
          name,
          addresses: [address],
          isClusterRunning: false,
          isRemoteRunning: true,
        })),
      ];
    },
    ask: (program, args) => run(program, args).stdout,
  };
}

function getRemotes(
  count: number,
): readonly {readonly name: string; readonly address: string; readonly unit: string}[] {
  return Array.from({length: count}, (_, index) => ({
    name: `compute-${index}`,
    address: `10.70.${1 + Math.floor(index / 200)}.${1 + (index % 200)}`,
    unit: `pacemaker-remote/${index}`,
  }));
}

function createState(remotes: number): UnitState {
  const [own] = members;
  const address = own?.address ?? '';
  return createUnitState({
    unit: own?.unit ?? '',
    leader: true,
    principalUnit: 'masakari/0',
    config: {maas_url: 'http://10.0.0.205/MAAS', maas_credentials: 'a:b:c'},
    relations: getRelations(remotes),
    networks: {
      hanode: {
        bindAddresses: [
          {interfaceName: 'eth2', macAddress: '52:54:00:00:00:01', addresses: [{value: address, cidr: '10.80.0.0/24'}]},
        ],
        ingressAddresses: [address],
        egressSubnets: [`${address}/32`],
      },
    },
    facts: {
      hostname: own?.name ?? '',
      cpus: 2,
      addresses: [{interfaceName: 'eth2', address, cidr: '10.80.0.0/24'}],
      os: {id: 'ubuntu', version: '22.04'},
    },
  });
}

function getRelations(remotes: number): readonly RelationState[] {
  const peers = members
    .slice(1)
    .map(({unit, name, address}): [string, Record<string, string>] => [
      unit,
      {'private-address': address, hostname: name, machine: '1/lxd/0', ready: 'True', member_ready: 'True'},
    ]);
  const request = {
    json_resources: JSON.stringify({
      res_masakari_haproxy: 'lsb:haproxy',
      res_masakari_29a0f9d_vip: 'ocf:heartbeat:IPaddr2',
    }),
    json_resource_params: JSON.stringify({
      res_masakari_haproxy: 'op monitor interval="5s"',
      res_masakari_29a0f9d_vip: 'params ip="10.70.0.236" op monitor timeout="20s" interval="10s" depth="0"',
    }),
    json_groups: JSON.stringify({grp_masakari_vips: 'res_masakari_29a0f9d_vip'}),
    json_clones: JSON.stringify({cl_res_masakari_haproxy: 'res_masakari_haproxy'}),
  };
  const related: RelationState = {
    endpoint: 'pacemaker-remote',
    id: 9,
    remoteApplication: 'pacemaker-remote',
    units: Object.fromEntries(
      getRemotes(remotes).map(({unit, name, address}) => [
        unit,
        {
          'remote-hostname': JSON.stringify(name),
          'remote-ip': JSON.stringify(address),
          'enable-resources': 'false',
          'stonith-hostname': JSON.stringify(name),
        },
      ]),
    ),
  };
  return [
    {endpoint: 'hanode', id: 1, remoteApplication: 'hacluster', units: Object.fromEntries(peers)},
    {endpoint: 'ha', id: 5, remoteApplication: 'masakari', units: {'masakari/0': request}},
    ...(remotes === 0 ? [] : [related]),
  ];
}

/** Where the packed charm is built from. */
export const haclusterFolder = fileURLToPath(source);
