import {compareText} from '../values.ts';
import type {ModelledNode} from './nodes.ts';
import {follow} from './following.ts';
import {NodeTable} from './node-table.ts';
import type {Link, Piece, Pieces} from './pieces.ts';
import {getCloneLimits, isConnectionMember} from './pieces.ts';
import {addScores, infinity} from './scores.ts';
import {addWishes} from './wishes.ts';

/** What choosing nodes asks besides the pieces. */
export interface SchedulerInput {
  readonly nodes: readonly ModelledNode[];
  /** Connections that can not be started. */
  readonly unreachable: ReadonlySet<string>;
  readonly isStonithEnabled: boolean;
}

/** Gives resources their nodes one after the other, as Pacemaker's scheduler does. */
export class Scheduler {
  readonly #pieces: Pieces;
  readonly #nodes: NodeTable;
  readonly #unreachable: ReadonlySet<string>;

  constructor(pieces: Pieces, {nodes, unreachable, isStonithEnabled}: SchedulerInput) {
    this.#pieces = pieces;
    this.#nodes = new NodeTable(nodes, isStonithEnabled);
    this.#unreachable = unreachable;
  }

  /** Connections first: the remote nodes behind them take resources in the same go. */
  run(): void {
    const isConnection = ({member}: Piece): boolean => member !== null && isConnectionMember(member);
    for (const piece of this.#pieces.roots.filter(isConnection)) this.#assign(piece, null);
    for (const piece of this.#pieces.roots) this.#assign(piece, null);
  }

  #assign(piece: Piece, prefer: string | null): string | null {
    switch (piece.kind) {
      case 'primitive':
        return this.#assignPrimitive(piece, prefer);
      case 'group':
        return this.#assignGroup(piece, prefer);
      case 'clone':
        return this.#assignClone(piece);
    }
  }

  #assignPrimitive(piece: Piece, prefer: string | null): string | null {
    if (piece.parent !== null && !piece.parent.isBusy) this.#assign(piece.parent, prefer);
    if (!piece.isOpen || piece.isBusy) return piece.node;
    piece.isBusy = true;
    for (const link of piece.dependsOn) this.#followPrimary(piece, link);
    for (const link of piece.dependents) this.#hear(piece, link, false);
    this.#decide(piece, prefer);
    piece.isBusy = false;
    if (piece.member !== null && isConnectionMember(piece.member)) this.#nodes.connect(piece.id, piece.node !== null);
    return piece.node;
  }

  #decide(piece: Piece, prefer: string | null): void {
    const isStopped = piece.member?.isStopped === true || this.#unreachable.has(piece.id);
    if (isStopped) banAll(piece);
    if (!piece.isManaged) this.#give(piece, piece.running[0] ?? null, true);
    else this.#give(piece, this.#choose(piece, prefer), false);
  }

  #followPrimary(piece: Piece, link: Link): void {
    const before = link.score > -infinity && link.score < 0 ? new Map(piece.allowed) : null;
    this.#assign(link.primary, null);
    follow(piece, link.primary, link.score, this.#nodes);
    if (before !== null && !this.#nodes.isAnyFit(piece.allowed)) piece.allowed = before;
  }

  /** Dependents that want to be with a resource have a say in where it goes. */
  #hear(piece: Piece, link: Link, isPositive: boolean): void {
    const wishes = {factor: link.score / infinity, isPositive};
    piece.allowed = addWishes(link.dependent, piece.allowed, wishes, this.#nodes) ?? piece.allowed;
  }

  #compareNodes(piece: Piece) {
    const [current] = piece.running;
    const worth = ([name, score]: readonly [string, number]): number =>
      this.#nodes.isUsable(name) ? score : -infinity;
    return (left: readonly [string, number], right: readonly [string, number]): number =>
      worth(right) - worth(left) ||
      this.#nodes.getLoad(left[0]) - this.#nodes.getLoad(right[0]) ||
      Number(right[0] === current) - Number(left[0] === current) ||
      compareText(left[0], right[0]);
  }

  /** The best node; the preferred one, or the current one, when no other is better. */
  #choose(piece: Piece, prefer: string | null): string | null {
    const [best] = [...piece.allowed].sort(this.#compareNodes(piece));
    if (best === undefined) return null;
    const isAsGood = (name: string | null | undefined): name is string =>
      typeof name === 'string' && this.#nodes.isUsable(name) && (piece.allowed.get(name) ?? -1) >= Math.max(0, best[1]);
    if (isAsGood(prefer)) return prefer;
    const [current] = piece.running;
    if (best[1] > 0 && isAsGood(current)) return current;
    return isAsGood(best[0]) ? best[0] : null;
  }

  #give(piece: Piece, name: string | null, isForced: boolean): void {
    const isFit = name !== null && (isForced || this.#nodes.isUsable(name));
    piece.isOpen = false;
    piece.node = isFit ? name : null;
    if (piece.node !== null) this.#nodes.addLoad(piece.node, 1);
  }

  /** A group stays where it was put: Pacemaker 2.1.5 takes primitives back only, and so copies can share a node. */
  #take(piece: Piece): void {
    if (piece.kind !== 'primitive') return;
    if (piece.node !== null) this.#nodes.addLoad(piece.node, -1);
    piece.isOpen = true;
    piece.node = null;
  }

  #assignGroup(group: Piece, prefer: string | null): string | null {
    if (group.parent !== null && !group.parent.isBusy) this.#assign(group.parent, prefer);
    if (!group.isOpen || group.isBusy) return group.node;
    group.isBusy = true;
    const nodes = group.children.map((member) => this.#assign(member, prefer));
    const first = nodes.find((node) => node !== null) ?? null;
    group.isBusy = false;
    group.isOpen = false;
    group.node = first;
    return first;
  }

  #assignClone(clone: Piece): string | null {
    if (!clone.isOpen || clone.isBusy) return null;
    clone.isBusy = true;
    for (const {primary} of clone.dependsOn) this.#assign(primary, null);
    for (const link of clone.dependents) this.#hear(clone, link, true);
    this.#assignInstances(clone);
    clone.isBusy = false;
    clone.isOpen = false;
    return null;
  }

  /** First those that run stay as far as they may, then the rest go where there is room. */
  #assignInstances(clone: Piece): void {
    const {max, perNode} = getCloneLimits(clone.root, this.#nodes.size);
    const available = [...clone.allowed.keys()].filter((name) => this.#nodes.isUsable(name)).length;
    const fair = available === 0 ? 1 : Math.max(1, Math.floor(max / available));
    const options = {clone, perNode, isSparse: max < available};
    // In place: who follows the clone meets its copies in the same order.
    const instances = clone.children.sort(this.#compareInstances(clone));
    const mayStay = (name: string): boolean =>
      this.#nodes.isUsable(name) && clone.allowed.has(name) && (clone.copies.get(name) ?? 0) < fair;
    let given = 0;
    for (const instance of instances) {
      const current = getRunning(instance);
      if (given >= max || current === null || !mayStay(current)) continue;
      given += Number(this.#assignInstance(instance, current, options));
    }
    for (const instance of instances.filter((one) => one.isOpen)) {
      if (given >= max) banAll(instance);
      else given += Number(this.#assignInstance(instance, null, options));
    }
  }

  #compareInstances(clone: Piece) {
    const at = (piece: Piece): string => getRunning(piece) ?? '';
    const isActive = (piece: Piece): boolean => getRunning(piece) !== null;
    const isLost = (piece: Piece): boolean => isActive(piece) && (piece.allowed.get(at(piece)) ?? -1) < 0;
    const isSettled = (piece: Piece): boolean => isActive(piece) && !isLost(piece);
    return (left: Piece, right: Piece): number => {
      const rank = Number(isLost(left)) - Number(isLost(right)) || Number(isSettled(right)) - Number(isSettled(left));
      if (rank !== 0 || !isSettled(left)) return rank;
      return (
        Number(this.#nodes.isUsable(at(right))) - Number(this.#nodes.isUsable(at(left))) ||
        Number(clone.allowed.has(at(right))) - Number(clone.allowed.has(at(left))) ||
        this.#getWorth(clone, at(right)) - this.#getWorth(clone, at(left)) ||
        compareText(left.id, right.id)
      );
    };
  }

  /** What a node is worth to those that a clone is linked with. */
  #getWorth(clone: Piece, name: string): number {
    let scores = new Map([[name, 0]]);
    const add = (other: Piece, score: number, isPositive: boolean): void => {
      scores = addWishes(other, scores, {factor: score / infinity, isPositive}, this.#nodes) ?? scores;
    };
    for (const {primary, score} of clone.dependsOn) add(primary, score, false);
    for (const {dependent, score} of clone.dependents) add(dependent, score, true);
    return scores.get(name) ?? 0;
  }

  #assignInstance(instance: Piece, prefer: string | null, {clone, perNode, isSparse}: InstanceOptions): boolean {
    inheritLinks(instance, clone, isSparse);
    if (prefer !== null && (instance.allowed.get(prefer) ?? -infinity) < 0) return false;
    for (const name of instance.allowed.keys()) this.#limit(instance, clone, name, perNode);
    const before = new Map(instance.allowed);
    const chosen = this.#assign(instance, prefer);
    if (chosen !== null && prefer !== null && chosen !== prefer) {
      this.#take(instance);
      instance.allowed = before;
      return false;
    }
    if (chosen !== null) clone.copies.set(chosen, (clone.copies.get(chosen) ?? 0) + 1);
    return chosen !== null;
  }

  #limit(instance: Piece, clone: Piece, name: string, perNode: number): void {
    const score = clone.allowed.get(name);
    const isFull = (clone.copies.get(name) ?? 0) >= perNode;
    if (!this.#nodes.isUsable(name) || score === undefined || score < 0 || isFull) addTo(instance, name, -infinity);
  }
}

interface InstanceOptions {
  readonly clone: Piece;
  readonly perNode: number;
  /** Not every node gets a copy. */
  readonly isSparse: boolean;
}

/**
 * The links of a clone count for each copy, finite wishes only when not every node gets one: once more each time that
 * Pacemaker 2.1.5 tries to place a copy.
 */
function inheritLinks(instance: Piece, clone: Piece, isSparse: boolean): void {
  const first = instance.children[0] ?? instance;
  const last = instance.children.at(-1) ?? instance;
  const isMust = ({score}: Link): boolean => isSparse || score < 0 || score >= infinity;
  const isHeard = ({score}: Link): boolean => isSparse || score < 0;
  first.dependsOn.unshift(...clone.dependsOn.filter(isMust).toReversed());
  last.dependents.unshift(...clone.dependents.filter(isHeard).toReversed());
}

function getRunning(piece: Piece): string | null {
  return piece.running[0] ?? piece.children.find(({running}) => running.length > 0)?.running[0] ?? null;
}

function addTo(piece: Piece, name: string, score: number): void {
  const before = piece.allowed.get(name);
  if (before !== undefined) piece.allowed.set(name, addScores(before, score));
  for (const child of piece.children) addTo(child, name, score);
}

function banAll(piece: Piece): void {
  for (const name of piece.allowed.keys()) piece.allowed.set(name, -infinity);
  piece.children.forEach(banAll);
}
