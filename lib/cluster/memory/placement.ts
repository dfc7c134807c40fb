import type {Cib, Colocation, Order} from '../cib.ts';
import {getValue} from '../lookup.ts';
import {compareText} from '../values.ts';
import type {Scores} from './locations.ts';
import {getLocations} from './locations.ts';
import type {ModelledNode} from './nodes.ts';
import {isRemoteConnection} from './nodes.ts';
import type {Configuration, PlacedPrimitive, Root} from './resources.ts';
import {getConfiguration} from './resources.ts';
import {addScores, getScoreValue, infinity} from './scores.ts';

/** What decides where resources run. */
export interface PlacementInput {
  readonly cib: Cib;
  readonly nodes: readonly ModelledNode[];
  readonly quorate: boolean;
  /** The nodes that each primitive is active on now. */
  readonly running: ReadonlyMap<string, readonly string[]>;
  /** Connections to remote nodes that nobody answers: they can not start. */
  readonly unreachable: ReadonlySet<string>;
}

/** The nodes that each primitive should be active on, one entry an instance. Primitives without an entry are stopped. */
export type Placement = ReadonlyMap<string, readonly string[]>;

/** Gives resources their nodes one after the other, as Pacemaker's scheduler does; the order of the steps is its own. */
class Placer {
  readonly #input: PlacementInput;
  readonly #configuration: Configuration;
  readonly #locations: ReadonlyMap<string, Scores>;
  readonly #memberNames: ReadonlySet<string>;
  readonly #allNames: ReadonlySet<string>;
  readonly #byName: ReadonlyMap<string, ModelledNode>;
  readonly #load = new Map<string, number>();
  readonly #done = new Map<string, readonly string[]>();
  readonly #busy = new Set<string>();
  readonly #colocations: readonly Colocation[];
  readonly placed = new Map<string, readonly string[]>();

  constructor(input: PlacementInput) {
    this.#input = input;
    this.#configuration = getConfiguration(input.cib);
    this.#locations = getLocations(input.cib, input.nodes);
    this.#allNames = new Set(input.nodes.map((node) => node.name));
    const members = input.nodes.filter((node) => node.type === 'member');
    this.#memberNames = new Set(members.map((node) => node.name));
    this.#byName = new Map(input.nodes.map((node) => [node.name, node]));
    this.#colocations = input.cib.constraints.filter((constraint) => constraint.kind === 'colocation');
  }

  run(): Placement {
    const {roots} = this.#configuration;
    const isConnection = (root: Root): boolean => root.members.some(isConnectionMember);
    for (const root of roots.filter(isConnection)) this.#assign(root);
    for (const root of roots.filter((one) => !isConnection(one))) this.#assign(root);
    return this.placed;
  }

  #assign(root: Root): readonly string[] {
    const before = this.#done.get(root.id);
    if (before !== undefined || this.#busy.has(root.id)) return before ?? [];
    this.#busy.add(root.id);
    const nodes = root.clone === null ? this.#assignOne(root) : this.#assignClone(root);
    this.#done.set(root.id, nodes);
    return nodes;
  }

  #isUsable(name: string): boolean {
    const node = this.#byName.get(name);
    return node !== undefined && node.online && !node.standby && !node.maintenance;
  }

  /** The nodes that a member may use at all: connections and fencing devices run on cluster members only. */
  #candidates(member: PlacedPrimitive): ReadonlySet<string> {
    const onlyMembers = member.agentClass === 'stonith' || isConnectionMember(member);
    return onlyMembers ? this.#memberNames : this.#allNames;
  }

  /**
   * The scores of a member's own constraints and its holders'. What is said about a group counts for its first member
   * only: the others follow that one.
   */
  #baseScores(root: Root, member: PlacedPrimitive, isFirst: boolean): Map<string, number> {
    const allowed = this.#candidates(member);
    const start = this.#configuration.isSymmetric ? [...allowed] : [];
    const scores = new Map(start.map((name) => [name, 0]));
    const owners = new Set([root.id, root.group?.id ?? root.id]);
    for (const id of new Set([...owners, member.primitive.id])) {
      const isCounted = isFirst || !owners.has(id);
      this.#addLocations(scores, id, allowed, isCounted);
    }
    return scores;
  }

  #addLocations(scores: Map<string, number>, id: string, allowed: ReadonlySet<string>, isCounted: boolean): void {
    for (const [name, score] of this.#locations.get(id) ?? []) {
      if (allowed.has(name)) scores.set(name, addScores(scores.get(name) ?? 0, isCounted ? score : 0));
    }
  }

  #addStickiness(scores: Map<string, number>, member: PlacedPrimitive): void {
    const current = this.#runningOn(member);
    const [only] = current;
    if (only === undefined || current.length > 1 || member.isUnmanaged) return;
    const score = scores.get(only);
    if (score !== undefined) scores.set(only, addScores(score, member.stickiness));
  }

  #runningOn(member: PlacedPrimitive): readonly string[] {
    return this.#input.running.get(member.primitive.id) ?? [];
  }

  /** The scores of a whole root: what its members say together. */
  #rootScores(root: Root, members: readonly PlacedPrimitive[], isSticky: boolean): Map<string, number> {
    let total: Map<string, number> | null = null;
    for (const [i, member] of members.entries()) {
      const own = this.#baseScores(root, member, i === 0);
      if (isSticky) this.#addStickiness(own, member);
      total = total === null ? own : merge(total, own);
    }
    return total ?? new Map<string, number>();
  }

  #applyColocations(root: Root, scores: Map<string, number>): void {
    const {rootOf} = this.#configuration;
    for (const {resource = '', with: withResource = '', score} of this.#colocations) {
      const dependent = rootOf.get(resource);
      const primary = rootOf.get(withResource);
      if (dependent === undefined || primary === undefined || dependent === primary) continue;
      if (dependent === root) restrict(scores, new Set(this.#assign(primary)), getScoreValue(score));
      else if (primary === root && getScoreValue(score) >= infinity) this.#addDependent(scores, dependent);
    }
  }

  /** Where a resource must be, its dependents want to be: their wishes count too. */
  #addDependent(scores: Map<string, number>, dependent: Root): void {
    if (this.#done.has(dependent.id) || dependent.clone !== null) return;
    const wishes = this.#rootScores(dependent, dependent.members, true);
    for (const [name, score] of scores) {
      const wish = wishes.get(name);
      if (wish !== undefined) scores.set(name, addScores(score, wish));
    }
  }

  #choose(scores: Scores, current: string | undefined, isFull: (name: string) => boolean): string | null {
    const fit = [...scores].filter(([name, score]) => score >= 0 && this.#isUsable(name) && !isFull(name));
    fit.sort(
      ([left, leftScore], [right, rightScore]) =>
        rightScore - leftScore ||
        this.#loadOf(left) - this.#loadOf(right) ||
        Number(right === current) - Number(left === current) ||
        compareText(left, right),
    );
    const [best] = fit;
    if (best === undefined) return null;
    const stays = best[1] > 0 && fit.some(([name, score]) => name === current && score === best[1]);
    return stays && current !== undefined ? current : best[0];
  }

  #loadOf(name: string): number {
    return this.#load.get(name) ?? 0;
  }

  #put(member: PlacedPrimitive, name: string, weight = 1): void {
    const {id} = member.primitive;
    this.placed.set(id, [...(this.placed.get(id) ?? []), name]);
    this.#load.set(name, this.#loadOf(name) + weight);
  }

  /** Unmanaged resources stay as they are, wherever that is. */
  #keepUnmanaged(member: PlacedPrimitive): boolean {
    const current = this.#runningOn(member).filter((name) => this.#byName.get(name)?.online === true);
    const isHeld = current.some((name) => this.#byName.get(name)?.maintenance === true);
    if (!member.isUnmanaged && !isHeld) return false;
    for (const name of current) this.#put(member, name);
    return true;
  }

  /** Whether the cluster lets a resource run now: quorum, and a fencing device when fencing is on. */
  #mayRun(member: PlacedPrimitive): boolean {
    const {isStonithEnabled, hasStonithDevice, quorumPolicy} = this.#configuration;
    const isRunning = this.#runningOn(member).length > 0;
    if (!this.#input.quorate && quorumPolicy === 'freeze' && !isRunning) return false;
    if (!this.#input.quorate && !['ignore', 'freeze'].includes(quorumPolicy)) return false;
    if (isStonithEnabled && !hasStonithDevice && !isRunning) return false;
    return !member.isStopped && !this.#input.unreachable.has(member.primitive.id);
  }

  #startable(root: Root): readonly PlacedPrimitive[] {
    const managed = root.members.filter((member) => !this.#keepUnmanaged(member));
    const stop = managed.findIndex((member) => !this.#mayRun(member));
    return stop === -1 ? managed : managed.slice(0, stop);
  }

  #assignOne(root: Root): readonly string[] {
    const members = this.#startable(root);
    const [first] = members;
    if (first === undefined) return this.placed.get(root.members[0]?.primitive.id ?? '') ?? [];
    const scores = this.#rootScores(root, members, true);
    this.#applyColocations(root, scores);
    const name = this.#choose(scores, this.#runningOn(first)[0], () => false);
    if (name === null) return [];
    for (const member of members) this.#put(member, name);
    return [name];
  }

  #assignClone(root: Root): readonly string[] {
    const members = this.#startable(root);
    const [first] = members;
    if (first === undefined) return this.placed.get(root.members[0]?.primitive.id ?? '') ?? [];
    const scores = this.#rootScores(root, members, false);
    this.#applyColocations(root, scores);
    const current = this.#runningOn(first).toSorted(compareText);
    const names = this.#spread(scores, getCloneLimits(root, this.#input.nodes.length), current, members.length);
    for (const name of names) for (const member of members) this.#put(member, name, 0);
    return names;
  }

  /** The nodes of a clone's copies: where they are now as far as possible, then the best ones that are not full. */
  #spread(scores: Scores, limits: CloneLimits, current: readonly string[], weight: number): readonly string[] {
    const usable = [...scores].filter(([name, score]) => score >= 0 && this.#isUsable(name)).map(([name]) => name);
    const {max, perNode} = limits;
    const limit = usable.length === 0 ? perNode : Math.min(perNode, Math.max(1, Math.floor(max / usable.length)));
    const taken: string[] = [];
    const isFull = (name: string): boolean => taken.filter((one) => one === name).length >= limit;
    const take = (name: string): void => {
      taken.push(name);
      this.#load.set(name, this.#loadOf(name) + weight);
    };
    for (const name of current) if (taken.length < max && usable.includes(name) && !isFull(name)) take(name);
    while (taken.length < max) {
      const name = this.#choose(scores, undefined, isFull);
      if (name === null) return taken;
      take(name);
    }
    return taken;
  }
}

function isConnectionMember(member: PlacedPrimitive): boolean {
  return isRemoteConnection({class: member.agentClass, provider: member.provider, type: member.type});
}

/** Two members of one group: only nodes that both may use stay, and their scores add up. */
function merge(left: Map<string, number>, right: Scores): Map<string, number> {
  const merged = new Map<string, number>();
  for (const [name, score] of left) {
    const other = right.get(name);
    if (other !== undefined) merged.set(name, addScores(score, other));
  }
  return merged;
}

function restrict(scores: Map<string, number>, nodes: ReadonlySet<string>, amount: number): void {
  for (const [name, score] of scores) {
    if (nodes.has(name)) scores.set(name, addScores(score, Math.min(amount, infinity - 1)));
    else if (amount >= infinity) scores.set(name, -infinity);
  }
}

interface CloneLimits {
  readonly max: number;
  readonly perNode: number;
}

function getCloneLimits(root: Root, nodeCount: number): CloneLimits {
  const meta = root.clone?.meta ?? [];
  const max = Number(getValue(meta, 'clone-max') ?? nodeCount);
  const perNode = Number(getValue(meta, 'clone-node-max') ?? 1);
  return {max: Number.isInteger(max) ? max : nodeCount, perNode: Number.isInteger(perNode) ? perNode : 1};
}

function isMandatory(order: Order): boolean {
  const {orderKind, score, firstAction = 'start', thenAction = 'start'} = order;
  const isStart = firstAction === 'start' && thenAction === 'start';
  const isOptional =
    orderKind !== undefined ? orderKind !== 'Mandatory' : score !== undefined && getScoreValue(score) === 0;
  return isStart && !isOptional;
}

/** What must start after something that does not run does not run either. */
function applyOrders(input: PlacementInput, placed: Map<string, readonly string[]>): void {
  const {rootOf} = getConfiguration(input.cib);
  const orders = input.cib.constraints.filter((constraint) => constraint.kind === 'order').filter(isMandatory);
  const isActive = (root: Root): boolean => root.members.some(({primitive}) => placed.has(primitive.id));
  let isChanged = orders.length > 0;
  while (isChanged) {
    isChanged = false;
    for (const {first = '', then = ''} of orders) {
      const [before, after] = [rootOf.get(first), rootOf.get(then)];
      if (before === undefined || after === undefined || isActive(before) || !isActive(after)) continue;
      for (const {primitive} of after.members) placed.delete(primitive.id);
      isChanged = true;
    }
  }
}

/** Where Pacemaker would have each primitive run. Pure: the same input gives the same placement. */
export function getPlacement(input: PlacementInput): Placement {
  const placed = new Map(new Placer(input).run());
  applyOrders(input, placed);
  return placed;
}
