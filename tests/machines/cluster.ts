import {parseCibXml, parseCrmStatus, type Cib, type CrmStatus} from '#cluster';

import {createModel} from '#local';

import {baseBundle, getUnits, overlay, root, type JujuModel, type MachineStatus, type Status} from './juju.ts';
import {waitFor} from './waiting.ts';

/** A member of the cluster: its unit of hacluster, its container, and the machine that this stands on. */
export interface Member {
  readonly unit: string;
  readonly machine: string;
  readonly host: string;
  /** Its name in the cluster. */
  readonly name: string;
  readonly isLeader: boolean;
}

function findMachine(status: Status, id: string): MachineStatus | undefined {
  const [host = ''] = id.split('/');
  const machine = status.machines[host];
  return id === host ? machine : machine?.containers?.[id];
}

/** The host name of a machine or container. */
export function getHostname(status: Status, id: string): string {
  const machine = findMachine(status, id);
  return machine?.hostname ?? machine?.['instance-id'] ?? '';
}

/** The members by rising machine. */
export function getMembers(status: Status): readonly Member[] {
  return [...getUnits(status)]
    .filter(([name]) => name.startsWith('hacluster/'))
    .map(([unit, {machine, leader}]) => ({
      unit,
      machine,
      host: machine.split('/')[0] ?? '',
      name: getHostname(status, machine),
      isLeader: leader === true,
    }))
    .sort((one, other) => one.machine.localeCompare(other.machine, 'en', {numeric: true}));
}

/** What one member's Pacemaker says of the cluster. */
export async function readCrmStatus(juju: JujuModel, unit: string): Promise<CrmStatus> {
  return parseCrmStatus(await juju.exec(unit, 'crm', 'status'));
}

export async function readCib(juju: JujuModel, unit: string): Promise<Cib> {
  return parseCibXml(await juju.exec(unit, 'cibadmin', '--query'));
}

/** Names of nodes of a type that are online and nothing else. */
export function getOnline({nodes}: CrmStatus, type: 'member' | 'remote'): readonly string[] {
  return nodes
    .filter((node) => node.type === type && node.online && !node.unclean && !node.pending && !node.standby)
    .map(({name}) => name)
    .sort();
}

/** Resources (and instances of clones) that are not active anywhere. */
export function getStopped({resources}: CrmStatus): readonly string[] {
  return resources.filter(({nodes}) => nodes.length === 0).map(({id}) => id);
}

/** Waits until a member sees these members and remotes online, everything started, and itself in a partition with quorum. */
export function waitForCluster(
  juju: JujuModel,
  unit: string,
  wanted: {readonly members: readonly string[]; readonly remotes: readonly string[]},
  limitSeconds = 240,
): Promise<CrmStatus> {
  return waitFor(
    `a cluster of ${wanted.members.join(', ')} with remotes ${wanted.remotes.join(', ')}`,
    async () => {
      const status = await readCrmStatus(juju, unit);
      const isWhole =
        getOnline(status, 'member').join() === [...wanted.members].sort().join() &&
        getOnline(status, 'remote').join() === [...wanted.remotes].sort().join();
      const stopped = getStopped(status);
      if (isWhole && status.quorate && stopped.length === 0) return status;
      throw new Error(
        `members ${getOnline(status, 'member').join(' ')}; remotes ${getOnline(status, 'remote').join(' ')}; ` +
          `stopped ${stopped.join(' ')}; ${status.quorate ? 'with' : 'without'} quorum`,
      );
    },
    limitSeconds,
  );
}

/**
 * What `crm configure show` of the seed's deployment is in memory, normalised, with the names that machines have in another model:
 * a container's name holds part of its model's uuid.
 */
export async function expectConfiguration(status: Status): Promise<readonly string[]> {
  const model = await createModel({charmLibrary: [`${root}charms`, `${root}tests/charms`]});
  await model.deploy(baseBundle, {overlays: [overlay]});
  await model.settle();
  const {stdout} = await model.exec('hacluster/0', ['crm', 'configure', 'show']);
  const machines = Object.values(model.state.machines);
  const text = machines.reduce((shown, {id, hostname}) => shown.replaceAll(hostname, getHostname(status, id)), stdout);
  return normalise(text);
}

/**
 * The text of `crm configure show` as objects in one order, without colours and the numbers of nodes, which are those of units.
 * Properties stand in the order in which they were set, which is that of events: they are sorted too.
 */
export function normalise(text: string): readonly string[] {
  return text
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .replaceAll(/^node \d+: /gm, 'node ')
    .split(/\n(?=\S)/)
    .map((object) => object.trimEnd())
    .filter((object) => object !== '')
    .map((object) => (object.startsWith('property ') ? sortLines(object) : object))
    .sort();
}

function sortLines(object: string): string {
  const [head = '', ...lines] = object.split(' \\\n');
  return [head, ...lines.sort()].join(' \\\n');
}
