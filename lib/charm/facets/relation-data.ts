import {getUnique, type Desired, type WantedRelationData} from '../desired.ts';
import type {Facet, Step} from '../facet.ts';
import type {Databag, HookTools} from '../hook-tools/index.ts';
import type {Host} from '../host.ts';
import {unlessGone, type RelationReader} from '../relation-reader.ts';

/** What Juju writes into a unit's bag by itself. */
const JUJU_KEYS: readonly string[] = ['private-address', 'ingress-address', 'egress-subnets'];

/** What relation data is read, written and generated with. */
export interface RelationDataPorts {
  readonly tools: HookTools;
  readonly reader: RelationReader;
  readonly host: Host;
  readonly isLeader: () => Promise<boolean>;
}

/** What the unit and, as leader, its application say on relations: one write for each bag that changes. */
export function createRelationDataFacet(ports: RelationDataPorts): Facet<Desired> {
  return {
    name: 'relation data',
    plan: async ({relationData = []}) => {
      const isLeader = await ports.isLeader();
      const unique = getUnique(relationData, ({relationId, scope}) => `the ${scope} data of ${relationId}`);
      const allowed = unique.filter(({scope}) => scope === 'unit' || isLeader);
      const plans = await Promise.all(allowed.map((want) => planBag(want, ports)));
      return plans.flat();
    },
  };
}

async function planBag(want: WantedRelationData, {reader, tools, host}: RelationDataPorts): Promise<Step[]> {
  const {relationId, scope} = want;
  const have = await unlessGone(reader.readOwn(relationId, scope));
  if (have === null) {
    return [];
  }
  const data = getBagChange(have, want, (purpose, bytes) => host.randomBytes(purpose, bytes));
  const keys = Object.keys(data).sort();
  if (keys.length === 0) {
    return [];
  }
  return [
    {
      summary: `say ${keys.join(' ')} on ${relationId}${scope === 'unit' ? '' : ' for the application'}`,
      apply: async () => {
        await unlessGone(tools.relationSet({relationId, app: scope === 'application', data}));
        reader.noteOwn(relationId, scope, data);
      },
    },
  ];
}

/** Keys to be set, and with an empty value those to be removed, so that the bag holds what is wanted. */
export function getBagChange(
  have: Databag,
  {data, scope, keep = []}: WantedRelationData,
  generate: (purpose: string, bytes: number) => string,
): Databag {
  const set = Object.entries(data).flatMap(([key, value]): [string, string][] => {
    if (typeof value !== 'string') {
      return Object.hasOwn(have, key) ? [] : [[key, generate(value.generate, value.bytes)]];
    }
    return value === (Object.hasOwn(have, key) ? have[key] : '') ? [] : [[key, value]];
  });
  const untouched = scope === 'unit' ? [...JUJU_KEYS, ...keep] : keep;
  const removed = Object.keys(have).filter((key) => !Object.hasOwn(data, key) && !untouched.includes(key));
  return Object.fromEntries([...set, ...removed.map((key): [string, string] => [key, ''])]);
}
