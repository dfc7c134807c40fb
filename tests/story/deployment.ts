import {parseCrmStatus, type CrmStatus} from '#cluster';
import type {TechnicianRoom} from '#local';

import {getHostname, getMembers, type Member} from '../machines/cluster.ts';
import {MaasOutage} from '../machines/maas-outage.ts';
import {getTroubles, getUnits, root, type JujuModel, type Status} from '../machines/juju.ts';

/** A compute node: its name for Nova, Pacemaker, Masakari and MAAS, and its machine in Juju. */
export interface Compute {
  readonly name: string;
  readonly machine: string;
}

/** What is deployed, in this order. */
export const BUNDLE = `${root}bundles/openstack-base.yaml`;
export const OVERLAYS = [
  `${root}overlays/masakari.yaml`,
  `${root}overlays/one-host.yaml`,
  `${root}tests/story/fast.yaml`,
];

/** The machine of the control plane, from which an operator works. */
export const CONTROL = '0';

/** The deployment that the stories are about, as it stood when it had settled. */
export class Deployment {
  readonly juju: JujuModel;
  readonly room: TechnicianRoom;
  /** What its MAAS can be made to do. */
  readonly maas: MaasOutage;
  readonly computes: readonly Compute[];
  /** Members of the cluster, by rising machine. */
  readonly members: readonly Member[];

  private constructor(juju: JujuModel, status: Status) {
    this.juju = juju;
    this.room = juju.enterRoom();
    this.maas = new MaasOutage(juju.place.folder);
    this.members = getMembers(status);
    this.computes = [...getUnits(status)]
      .filter(([name]) => name.startsWith('nova-compute/'))
      .map(([, {machine}]) => ({machine, name: getHostname(status, machine)}))
      .sort((one, other) => one.name.localeCompare(other.name));
  }

  static async read(juju: JujuModel): Promise<Deployment> {
    return new Deployment(juju, await juju.readStatus());
  }

  getCompute(name: string): Compute {
    const found = this.computes.find((compute) => compute.name === name);
    if (found === undefined) throw new Error(`no compute is called ${name}`);
    return found;
  }

  /** Every machine and container. */
  async listMachines(): Promise<readonly string[]> {
    const {machines} = await this.juju.readStatus();
    return Object.entries(machines).flatMap(([id, {containers = {}}]) => [id, ...Object.keys(containers)]);
  }

  async isOn(machine: string): Promise<boolean> {
    return (await this.room.getPower(machine)) === 'on';
  }

  /** A member whose machine is on. */
  async getLivingMember(): Promise<Member> {
    for (const member of this.members) if (await this.isOn(member.machine)) return member;
    throw new Error('no member of the cluster is on');
  }

  /** The unit of masakari on a member whose machine is on. */
  async getLivingMasakari(): Promise<string> {
    const {machine} = await this.getLivingMember();
    const units = [...getUnits(await this.juju.readStatus())];
    const found = units.find(([name, unit]) => name.startsWith('masakari/') && unit.machine === machine);
    if (found === undefined) throw new Error(`no unit of masakari is on machine ${machine}`);
    return found[0];
  }

  /** The cluster as a living member has it. */
  async readCluster(): Promise<CrmStatus> {
    const {stdout, stderr, exitCode} = await this.room.run((await this.getLivingMember()).machine, ['crm', 'status'], {
      timeoutMs: 30_000,
    });
    if (exitCode !== 0) throw new Error(`crm status: ${stderr.trim()}`);
    return parseCrmStatus(stdout);
  }

  /** Units that are not active, with what they say. */
  async getTroubles(): Promise<Readonly<Record<string, string>>> {
    return getTroubles(await this.juju.readStatus());
  }
}
