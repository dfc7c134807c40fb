import type {Cib} from '../cib.ts';
import {formatTime, pacemakerVersion} from './cibs.ts';
import type {ModelledNode} from './nodes.ts';
import type {PlacedPrimitive, Root} from './resources.ts';
import {getConfiguration} from './resources.ts';
import type {SettledPartition} from './settle.ts';
import {compareText} from '../values.ts';

/** One instance of a primitive on its way to a status program. */
export interface Instance {
  readonly id: string;
  readonly agent: string;
  readonly node: string | null;
  readonly isUnmanaged: boolean;
  readonly isStopped: boolean;
  readonly isFailed: boolean;
  /** Its node went without a word and was not seen off. */
  readonly isUnclean: boolean;
}

/** A root with its instances: for a group one list a member, for a clone one a copy. */
export interface ShownRoot {
  readonly root: Root;
  /** Copies of the root: one, or as many as a clone may have. Each is a list of its members. */
  readonly copies: readonly (readonly Instance[])[];
}

/** All that the status programs print, worked out once. */
export interface Snapshot {
  readonly cib: Cib;
  readonly version: string;
  readonly dc: {readonly name: string; readonly id: string};
  readonly quorate: boolean;
  readonly now: string;
  /** By name. */
  readonly nodes: readonly ModelledNode[];
  readonly roots: readonly ShownRoot[];
  readonly instanceCount: number;
  readonly disabledCount: number;
}

function getAgentName({agentClass, provider, type}: PlacedPrimitive): string {
  return [agentClass, provider, type].filter((part) => part !== '').join(':');
}

function toInstance(member: PlacedPrimitive, node: string | null, settled: SettledPartition): Instance {
  return {
    id: member.primitive.id,
    agent: getAgentName(member),
    node,
    isUnmanaged: member.isUnmanaged,
    isStopped: member.isStopped,
    isFailed: settled.unreachable.has(member.primitive.id),
    isUnclean: node !== null && settled.nodes.some(({name, unclean}) => unclean && name === node),
  };
}

function getCopyCount(root: Root, nodes: readonly ModelledNode[]): number {
  if (root.clone === null) return 1;
  const max = root.clone.meta.flatMap((set) => set.pairs).find((pair) => pair.name === 'clone-max')?.value;
  return max === undefined ? nodes.length : Number(max);
}

function showRoot(root: Root, settled: SettledPartition): ShownRoot {
  const count = getCopyCount(root, settled.nodes);
  const [first] = root.members;
  const active = first === undefined ? [] : (settled.placement.get(first.primitive.id) ?? []).toSorted(compareText);
  const copies = Array.from({length: Math.max(count, active.length)}, (_, i) =>
    root.members.map((member) => {
      const names = (settled.placement.get(member.primitive.id) ?? []).toSorted(compareText);
      return toInstance(member, names[i] ?? null, settled);
    }),
  );
  return {root, copies};
}

const known = new WeakMap<SettledPartition, Omit<Snapshot, 'now'>>();

/** What the status programs of a partition show; all but the time is worked out once for each state that it comes to. */
export function getSnapshot(settled: SettledPartition, now: string): Snapshot {
  const still = known.get(settled) ?? showPartition(settled);
  known.set(settled, still);
  return {...still, now: formatTime(now)};
}

function showPartition(settled: SettledPartition): Omit<Snapshot, 'now'> {
  const {cib, partition, nodes} = settled;
  const {roots} = getConfiguration(cib);
  const byId = new Map(roots.map((root) => [root.id, root]));
  const inOrder = cib.resources.flatMap(({id}) => byId.get(id) ?? []);
  const shown = inOrder.map((root) => showRoot(root, settled));
  const instances = shown.flatMap(({copies}) => copies.flat());
  return {
    cib,
    version: pacemakerVersion,
    dc: {name: partition.dc.name, id: String(partition.dc.nodeId)},
    quorate: partition.quorate,
    nodes: nodes.toSorted((a, b) => compareText(a.name, b.name)),
    roots: shown,
    instanceCount: instances.length,
    disabledCount: instances.filter((instance) => instance.isStopped).length,
  };
}
