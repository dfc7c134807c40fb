import {isDeepStrictEqual} from 'node:util';
import {getPlacement} from '../memory/placement.ts';
import {isInstalled, openRealTools} from './real-tools.ts';
import type {RealTools} from './real-tools.ts';
import {getSituationNodes} from './situation-nodes.ts';
import type {Situation} from './situations.ts';
import {makeSituation} from './situations.ts';
import type {Places} from './simulation.ts';
import {simulate} from './simulation.ts';

/** A cluster in which the modelled placement is another than Pacemaker's. */
export interface Difference {
  readonly seed: number;
  readonly features: readonly string[];
  /** Of the primitives that differ: the model's nodes, then Pacemaker's. */
  readonly places: Readonly<Record<string, readonly [readonly string[], readonly string[]]>>;
}

/** What comparing many clusters gave. A cluster that can not be compared is named, not passed over. */
export interface ConformanceReport {
  readonly compared: number;
  /** How many of them Pacemaker could carry out only without live migration of connections. */
  readonly stalled: number;
  /** Seeds of those that Pacemaker could not carry out at all: the steps that it had decided on waited for each other. */
  readonly unwalkable: readonly number[];
  readonly differences: readonly Difference[];
  /** How many clusters have each feature. */
  readonly features: ReadonlyMap<string, number>;
}

/** Whether Pacemaker's own scheduler is here to compare with. */
export function hasSimulator(): boolean {
  return isInstalled('crm_simulate');
}

/** Where the model has each primitive when fencing succeeds. */
export function getModelledPlaces(situation: Situation): Places {
  const {cib, quorate, running} = situation;
  const placement = getPlacement({
    cib,
    nodes: getSituationNodes(situation),
    quorate,
    running,
    unreachable: new Set(),
  });
  return Object.fromEntries([...placement].map(([id, names]) => [id, names.toSorted()]));
}

function getDifference(seed: number, situation: Situation, simulated: Places): Difference | null {
  const modelled = getModelledPlaces(situation);
  const ids = [...new Set([...Object.keys(modelled), ...Object.keys(simulated)])];
  const wrong = ids.filter((id) => !isDeepStrictEqual(modelled[id], simulated[id]));
  if (wrong.length === 0) return null;
  const places = Object.fromEntries(wrong.map((id) => [id, [modelled[id] ?? [], simulated[id] ?? []] as const]));
  return {seed, features: situation.features, places};
}

function compareWith(tools: RealTools, seeds: readonly number[]): ConformanceReport {
  const features = new Map<string, number>();
  const differences: Difference[] = [];
  const unwalkable: number[] = [];
  let stalled = 0;
  for (const seed of seeds) {
    const situation = makeSituation(seed);
    const {places, isStalled} = simulate(situation, tools);
    const difference = places === null ? null : getDifference(seed, situation, places);
    if (places === null) unwalkable.push(seed);
    if (difference !== null) differences.push(difference);
    stalled += Number(isStalled);
    for (const feature of situation.features) features.set(feature, (features.get(feature) ?? 0) + 1);
  }
  return {compared: seeds.length - unwalkable.length, stalled, unwalkable, differences, features};
}

/**
 * Compares the modelled placement with Pacemaker's on the generated clusters of `count` seeds.
 *
 * @throws Error when crm_simulate fails.
 */
export function compareWithPacemaker(firstSeed: number, count: number): ConformanceReport {
  const tools = openRealTools('');
  try {
    return compareWith(
      tools,
      Array.from({length: count}, (_, i) => firstSeed + i),
    );
  } finally {
    tools.remove();
  }
}

/** A report as lines: how many were compared, what was in them, and what differed. */
export function printReport({compared, stalled, unwalkable, differences, features}: ConformanceReport): string {
  const counts = [...features].sort((a, b) => b[1] - a[1]).map(([feature, count]) => `${feature} ${count}`);
  return [
    `${compared} clusters compared, ${differences.length} differ; ${stalled - unwalkable.length} without live migration`,
    `${unwalkable.length} that Pacemaker could not carry out itself (seeds ${unwalkable.join(', ')})`,
    `with ${counts.join(', ')}`,
    ...differences.map(({seed, features: own, places}) =>
      [`seed ${seed} (${own.join(', ')})`, ...Object.entries(places).map(printPlace)].join('\n  '),
    ),
  ].join('\n');
}

function printPlace([id, [modelled, simulated]]: readonly [
  string,
  readonly [readonly string[], readonly string[]],
]): string {
  const print = (names: readonly string[]): string => (names.length === 0 ? 'nowhere' : names.join(' '));
  return `${id}: modelled on ${print(modelled)}, Pacemaker has it on ${print(simulated)}`;
}
