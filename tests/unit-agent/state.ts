import {readFile} from 'node:fs/promises';
import {join} from 'node:path';

import type {Databag} from '#charm';
import {put, putJson} from './folder.ts';

/** A relation as one unit sees it. */
export interface AgentRelation {
  /** Such as `ha:7`. */
  readonly id: string;
  readonly remoteApplication: string;
  /** Bags of remote units by name. */
  readonly units: Readonly<Record<string, Databag>>;
  readonly remoteApplicationData?: Databag;
  readonly own?: Databag;
  readonly ownApplication?: Databag;
}

/** What the hook tools of a unit answer. */
export interface AgentState {
  readonly unit: string;
  readonly isLeader: boolean;
  /** Every option, null where it is unset. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly endpoints: readonly string[];
  readonly relations: readonly AgentRelation[];
  /** `network-get` by binding. */
  readonly networks: Readonly<Record<string, unknown>>;
}

/** The answer of `network-get` for one address. */
export function networkAnswer(address: string, cidr: string): unknown {
  return {
    'bind-addresses': [
      {'mac-address': '52:54:00:00:00:01', 'interface-name': 'eth0', addresses: [{hostname: '', value: address, cidr}]},
    ],
    'egress-subnets': [`${address}/32`],
    'ingress-addresses': [address],
  };
}

/** Names a bag's file as the tools look it up. */
function bagFile(relation: string, of: string): string {
  return `relations/${relation}/bags/${of.replace('/', '-')}.json`;
}

/** Writes the state of a unit, but for its status, ports and version, which only the unit itself sets. */
export async function writeAgentState(folder: string, state: AgentState): Promise<void> {
  await putJson(folder, 'config.json', state.config);
  await putJson(folder, 'leader.json', state.isLeader);
  for (const endpoint of state.endpoints) {
    const ids = state.relations.map(({id}) => id).filter((id) => id.startsWith(`${endpoint}:`));
    await putJson(folder, `endpoints/${endpoint}.json`, ids.sort());
  }
  for (const [binding, answer] of Object.entries(state.networks))
    await putJson(folder, `networks/${binding}.json`, answer);
  for (const relation of state.relations) await writeRelation(folder, state.unit, relation);
}

async function writeRelation(folder: string, unit: string, relation: AgentRelation): Promise<void> {
  const application = unit.slice(0, unit.lastIndexOf('/'));
  await putJson(folder, `relations/${relation.id}/units.json`, Object.keys(relation.units).sort());
  await putJson(folder, `relations/${relation.id}/app.json`, relation.remoteApplication);
  for (const [name, bag] of Object.entries(relation.units)) await putJson(folder, bagFile(relation.id, name), bag);
  if (relation.remoteApplication !== application) {
    await putJson(folder, bagFile(relation.id, relation.remoteApplication), relation.remoteApplicationData ?? {});
  }
  await putJson(folder, bagFile(relation.id, unit), relation.own ?? {});
  await putJson(folder, bagFile(relation.id, application), relation.ownApplication ?? {});
}

/** What a unit, or an application, has written to a relation. */
export async function readBag(folder: string, relation: string, of: string): Promise<Record<string, string>> {
  return JSON.parse(await readFile(join(folder, bagFile(relation, of)), 'utf8')) as Record<string, string>;
}

/** A unit that has set nothing yet, as `juju deploy` leaves it. */
export async function writeFreshUnit(folder: string): Promise<void> {
  await putJson(folder, 'status.json', {message: 'installing agent', status: 'waiting', 'status-data': {}});
  await putJson(folder, 'ports.json', []);
  await put(join(folder, 'version'), '');
  await put(join(folder, 'calls'), '');
}
