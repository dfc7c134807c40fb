import type {
  ModelledCommand,
  PackageCatalog,
  RelationState,
  RunHookResult,
  UnitState,
  MemoryHost,
} from '#charm/testing';
import {createUnitState, readCharmMeta, runHook} from '#charm/testing';
import {emptyClusterState, runClusterCommand, type ClusterHost, type ClusterState} from '#cluster/memory';

import {charm} from './charm.ts';

export const meta = readCharmMeta(new URL('../charmcraft.yaml', import.meta.url));

const catalog: PackageCatalog = {
  corosync: {version: '3.1.6-1ubuntu1', services: ['corosync']},
  pacemaker: {version: '2.1.2-1ubuntu3', services: ['pacemaker'], users: ['hacluster'], groups: ['haclient']},
  crmsh: {version: '4.3.1-1ubuntu2'},
  'pacemaker-cli-utils': {version: '2.1.2-1ubuntu3'},
  'resource-agents': {version: '1:4.7.0-1ubuntu7'},
  'cluster-glue': {version: '1.0.12-20build1'},
};

/** What outlasts a hook: the unit's state and the cluster's. */
export interface Scene {
  readonly unit: UnitState;
  readonly cluster: ClusterState;
}

export const NODE = 'juju-f0373f-1-lxd-2';

/** A unit of hacluster that is to be a cluster of its own, in a container; the smallest there is. */
export function createScene(given: Partial<UnitState> = {}): Scene {
  const unit = createUnitState({
    unit: 'hacluster/0',
    leader: true,
    principalUnit: 'masakari/0',
    config: {cluster_count: 1},
    networks: {
      hanode: {
        bindAddresses: [
          {interfaceName: 'eth0', macAddress: '', addresses: [{value: '10.0.0.20', cidr: '10.0.0.0/24'}]},
        ],
        ingressAddresses: ['10.0.0.20'],
        egressSubnets: ['10.0.0.20/32'],
      },
    },
    facts: {
      hostname: NODE,
      cpus: 2,
      addresses: [{interfaceName: 'eth0', address: '10.0.0.20', cidr: '10.0.0.20/24'}],
      os: {id: 'ubuntu', version: '22.04'},
    },
    relations: [createHanode()],
    ...given,
  });
  return {unit, cluster: emptyClusterState};
}

export function createHanode(units: RelationState['units'] = {}): RelationState {
  return {endpoint: 'hanode', id: 1, remoteApplication: 'hacluster', units};
}

export function createHa(data: Readonly<Record<string, string>>): RelationState {
  return {endpoint: 'ha', id: 2, remoteApplication: 'masakari', units: {'masakari/0': data}};
}

export function createRemotes(units: RelationState['units']): RelationState {
  return {endpoint: 'pacemaker-remote', id: 3, remoteApplication: 'pacemaker-remote', units};
}

/** What a pacemaker-remote unit says of a machine. */
export function getRemoteData(hostname: string, address: string, fenced = false): Record<string, string> {
  return {
    'remote-hostname': JSON.stringify(hostname),
    'remote-ip': JSON.stringify(address),
    'enable-resources': 'false',
    'stonith-hostname': JSON.stringify(fenced ? hostname : null),
  };
}

export interface SceneOptions {
  /** Remotes that do not answer: powered off, or not there yet. */
  readonly silent?: readonly string[];
  /** Remotes that went without a word, and were not seen off. */
  readonly lost?: readonly string[];
  /** Ends the run, as a kill would, right after the cluster was changed. */
  readonly killAfterChange?: boolean;
  /** Pacemaker finds every change invalid. */
  readonly refusesChanges?: boolean;
  /** Nodes whose fencing fails when it is ordered. */
  readonly failsToFence?: readonly string[];
}

/** Runs a hook in a scene in which the machines of all given remotes answer, but for the silent ones. */
export async function runScene(
  scene: Scene,
  event: Parameters<typeof runHook>[0]['event'] = {hook: 'config-changed'},
  {silent = [], lost = [], killAfterChange = false, refusesChanges = false, failsToFence = []}: SceneOptions = {},
): Promise<{readonly scene: Scene; readonly result: RunHookResult}> {
  let cluster = scene.cluster;
  const run =
    (program: string): ModelledCommand =>
    (args, {stdin}, host) => {
      if (refusesChanges && isChange(program, args)) {
        return {exitCode: 78, stdout: '', stderr: 'Update does not conform to the configured schema\n'};
      }
      if (program === 'stonith_admin' && args[0] === '--reboot' && failsToFence.includes(args[1] ?? '')) {
        return {exitCode: 1, stdout: '', stderr: 'No route to host\n'};
      }
      const world = {
        hosts: getHosts(scene.unit, host, {silent, lost}),
        state: cluster,
        host: NODE,
        now: '2026-01-01T00:00:00.000Z',
      };
      const {state, ...result} = runClusterCommand(program, args, stdin === undefined ? {} : {stdin}, world);
      cluster = state;
      if (killAfterChange && isChange(program, args)) {
        throw new Error('killed');
      }
      return result;
    };
  const commands = Object.fromEntries(
    ['cibadmin', 'crm_mon', 'crm', 'corosync-cfgtool', 'crm_resource', 'stonith_admin'].map((program) => [
      program,
      run(program),
    ]),
  );
  const result = await runHook({charm, meta, state: scene.unit, event, catalog, commands});
  return {scene: {unit: result.state, cluster}, result};
}

function isChange(program: string, args: readonly string[]): boolean {
  return program === 'cibadmin' && !args.includes('--query');
}

function getHosts(
  {relations}: UnitState,
  {state: {files, services}}: MemoryHost,
  {silent, lost}: Required<Pick<SceneOptions, 'silent' | 'lost'>>,
): readonly ClusterHost[] {
  const isRunning = services['corosync']?.isRunning === true && services['pacemaker']?.isRunning === true;
  const pacemakerKey = files['/etc/pacemaker/authkey']?.content ?? null;
  const member: ClusterHost = {
    name: NODE,
    addresses: ['10.0.0.20'],
    corosyncConf: files['/etc/corosync/corosync.conf']?.content ?? null,
    corosyncKey: files['/etc/corosync/authkey']?.content ?? null,
    pacemakerKey,
    isClusterRunning: isRunning,
    isRemoteRunning: false,
  };
  const remotes = relations
    .filter(({endpoint}) => endpoint === 'pacemaker-remote')
    .flatMap(({units}) => Object.values(units))
    .map((data): ClusterHost => {
      const [name = '', address = ''] = [data['remote-hostname'], data['remote-ip']].map((text) =>
        (text ?? '').replaceAll('"', ''),
      );
      return {
        name,
        addresses: [address],
        corosyncConf: null,
        corosyncKey: null,
        pacemakerKey,
        isClusterRunning: false,
        isRemoteRunning: !silent.includes(name) && !lost.includes(name),
        ...(lost.includes(name) ? {failure: 'lost' as const} : {}),
      };
    });
  return [member, ...remotes];
}
