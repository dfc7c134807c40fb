import type {Cib} from '../cib.ts';
import {getValue} from '../lookup.ts';
import {compareText} from '../values.ts';
import type {Scores} from './locations.ts';
import {getLocations} from './locations.ts';
import type {ModelledNode} from './nodes.ts';
import {isRemoteConnection} from './nodes.ts';
import type {Configuration, PlacedPrimitive, Root} from './resources.ts';
import {getConfiguration} from './resources.ts';
import {addScores, getScoreValue, infinity} from './scores.ts';

/** `dependent` is to run where `primary` runs, or where it does not. */
export interface Link {
  readonly id: string;
  readonly dependent: Piece;
  readonly primary: Piece;
  readonly score: number;
}

/** A resource, or one copy of it, while nodes are chosen: what is known so far changes from step to step. */
export interface Piece {
  readonly id: string;
  readonly root: Root;
  readonly kind: Root['kind'];
  /** What a primitive is; null for a group or a clone. */
  readonly member: PlacedPrimitive | null;
  readonly parent: Piece | null;
  readonly children: Piece[];
  /** Links in which it is the dependent. */
  readonly dependsOn: Link[];
  /** Links in which it is the primary. */
  readonly dependents: Link[];
  /** The nodes that it is active on now, as far as the cluster believes it. */
  running: readonly string[];
  isManaged: boolean;
  /** The nodes that it may use, with their scores so far. */
  allowed: Map<string, number>;
  /** How many copies of a clone each node has been given. */
  readonly copies: Map<string, number>;
  /** No decision yet. */
  isOpen: boolean;
  isBusy: boolean;
  isMerging: boolean;
  /** The node that it is given. */
  node: string | null;
}

/** Whether a primitive is the connection to a remote node. */
export function isConnectionMember(member: PlacedPrimitive): boolean {
  return isRemoteConnection({class: member.agentClass, provider: member.provider, type: member.type});
}

/** All resources as pieces. */
export interface Pieces {
  readonly roots: readonly Piece[];
  /** The piece that a constraint speaks of when it names an id: what is inside of a clone stands for the clone. */
  readonly named: ReadonlyMap<string, Piece>;
}

/** What pieces are made from. */
export interface PiecesInput {
  readonly cib: Cib;
  readonly nodes: readonly ModelledNode[];
  readonly running: ReadonlyMap<string, readonly string[]>;
}

const rank = {primitive: 1, group: 2, clone: 3} as const;

/** Links are followed by the priority of the other side, clones before groups before primitives, then by id. */
function compareLinks(getOther: (link: Link) => Piece) {
  return (left: Link, right: Link): number => {
    const [one, other] = [getOther(left), getOther(right)];
    return (
      other.root.priority - one.root.priority || rank[other.kind] - rank[one.kind] || compareText(left.id, right.id)
    );
  };
}

/** Makes the pieces of a CIB with the scores of their locations and of staying. */
class Maker {
  readonly #input: PiecesInput;
  readonly #configuration: Configuration;
  readonly #locations: ReadonlyMap<string, Scores>;
  readonly #all: readonly string[];
  readonly #members: readonly string[];
  readonly #held: ReadonlySet<string>;
  readonly #named = new Map<string, Piece>();

  constructor(input: PiecesInput) {
    this.#input = input;
    this.#configuration = getConfiguration(input.cib);
    this.#locations = getLocations(input.cib, input.nodes);
    this.#all = input.nodes.map(({name}) => name);
    this.#members = input.nodes.filter(({type}) => type === 'member').map(({name}) => name);
    this.#held = new Set(input.nodes.filter(({maintenance}) => maintenance).map(({name}) => name));
  }

  make(): Pieces {
    const roots = this.#configuration.roots.map((root) => this.#makeRoot(root));
    this.#linkColocations();
    return {roots, named: this.#named};
  }

  #makeRoot(root: Root): Piece {
    if (root.clone === null) {
      const piece = this.#makeSingle(root, null, (id) => this.#input.running.get(id) ?? []);
      for (const child of [piece, ...piece.children]) this.#named.set(child.id, child);
      return piece;
    }
    const clone = this.#makePiece({id: root.id, root, kind: 'clone', member: null, parent: null}, []);
    clone.allowed = this.#getAllowed([this.#getOwnScores(root)], this.#all);
    const active = this.#getActiveNodes(root);
    const count = Math.max(getCloneLimits(root, this.#all.length).max, active.length);
    for (let i = 0; i < count; i += 1) {
      const own = active[i];
      const getRunning = (id: string): readonly string[] =>
        own !== undefined && this.#input.running.get(id)?.includes(own) === true ? [own] : [];
      clone.children.push(this.#makeSingle(root, {clone, index: i}, getRunning));
    }
    for (const id of [root.id, ...root.members.map((one) => one.primitive.id)]) this.#named.set(id, clone);
    return clone;
  }

  #getActiveNodes(root: Root): readonly string[] {
    const active = new Set(root.members.flatMap(({primitive}) => this.#input.running.get(primitive.id) ?? []));
    return this.#all.filter((name) => active.has(name));
  }

  /** What locations say of a whole root. Primitives in a clone stand for the clone; a group in a clone is not found. */
  #getOwnScores(root: Root): Scores {
    const inner = root.clone === null ? [] : root.members.map(({primitive}) => primitive.id);
    const scores = new Map<string, number>();
    for (const id of [root.id, ...inner]) addAll(scores, this.#locations.get(id));
    return scores;
  }

  /** A primitive or a group, or one copy of either. */
  #makeSingle(
    root: Root,
    copy: {readonly clone: Piece; readonly index: number} | null,
    getRunning: (id: string) => readonly string[],
  ): Piece {
    const {group, members} = root;
    const parent = copy?.clone ?? null;
    const suffix = copy === null ? '' : `:${copy.index}`;
    const own = this.#getOwnScores(root);
    if (group === null) {
      const [member] = members;
      if (member === undefined) throw new RangeError(`the resource ${root.id} has no primitive`);
      return this.#makeMember({id: `${member.primitive.id}${suffix}`, root, member, parent}, own, getRunning);
    }
    const piece = this.#makePiece({id: `${group.id}${suffix}`, root, kind: 'group', member: null, parent}, []);
    piece.allowed = this.#getAllowed([own], this.#all);
    for (const [i, member] of members.entries()) {
      // What is said about a group counts for its first member only: the others follow that one.
      const scores = i === 0 ? own : new Map([...own.keys()].map((name) => [name, 0]));
      const fields = {id: `${member.primitive.id}${suffix}`, root, member, parent: piece};
      piece.children.push(this.#makeMember(fields, scores, getRunning));
    }
    linkMembers(piece);
    return piece;
  }

  #makeMember(
    fields: Pick<Piece, 'id' | 'root' | 'parent'> & {readonly member: PlacedPrimitive},
    holders: Scores,
    getRunning: (id: string) => readonly string[],
  ): Piece {
    const {member, root} = fields;
    const {id} = member.primitive;
    const piece = this.#makePiece({...fields, kind: 'primitive'}, getRunning(id));
    piece.isManaged = !member.isUnmanaged && !piece.running.some((name) => this.#held.has(name));
    const isBound = member.agentClass === 'stonith' || isConnectionMember(member);
    const isNamed = root.clone === null && id !== root.id;
    const own = isNamed ? this.#locations.get(id) : undefined;
    piece.allowed = this.#getAllowed(
      [holders, ...(own === undefined ? [] : [own])],
      isBound ? this.#members : this.#all,
    );
    this.#addStickiness(piece, member);
    return piece;
  }

  #makePiece(fields: Pick<Piece, 'id' | 'root' | 'kind' | 'member' | 'parent'>, running: readonly string[]): Piece {
    return {
      ...fields,
      running,
      children: [],
      dependsOn: [],
      dependents: [],
      isManaged: true,
      allowed: new Map(),
      copies: new Map(),
      isOpen: true,
      isBusy: false,
      isMerging: false,
      node: null,
    };
  }

  #getAllowed(lists: readonly Scores[], candidates: readonly string[]): Map<string, number> {
    const scores = new Map<string, number>();
    if (this.#configuration.isSymmetric) for (const name of candidates) scores.set(name, 0);
    const isAny = new Set(candidates);
    for (const list of lists) addAll(scores, list);
    for (const name of scores.keys()) if (!isAny.has(name)) scores.delete(name);
    return scores;
  }

  /** Staying is worth something to a managed resource that is active on one node, when it still may run there. */
  #addStickiness(piece: Piece, member: PlacedPrimitive): void {
    const [name] = piece.running;
    if (name === undefined || piece.running.length > 1 || !piece.isManaged || member.stickiness < 1) return;
    const score = piece.allowed.get(name);
    if (score !== undefined) piece.allowed.set(name, addScores(score, member.stickiness));
  }

  #linkColocations(): void {
    for (const colocation of this.#input.cib.constraints) {
      if (colocation.kind !== 'colocation') continue;
      const {id, resource = '', with: other = ''} = colocation;
      const [dependent, primary] = [this.#named.get(resource), this.#named.get(other)];
      const score = getScoreValue(colocation.score);
      if (dependent === undefined || primary === undefined || score === 0) continue;
      addLink({id, dependent, primary, score});
    }
    for (const piece of this.#named.values()) {
      piece.dependsOn.sort(compareLinks(({primary}) => primary));
      piece.dependents.sort(compareLinks(({dependent}) => dependent));
    }
  }
}

/** A group depends on others by its first member; others depend on it by its last. */
function addLink(link: Link): void {
  const {dependent, primary} = link;
  (dependent.kind === 'group' ? (dependent.children[0] ?? dependent) : dependent).dependsOn.push(link);
  (primary.kind === 'group' ? (primary.children.at(-1) ?? primary) : primary).dependents.push(link);
}

function linkMembers(group: Piece): void {
  for (const [i, dependent] of group.children.entries()) {
    const primary = group.children[i - 1];
    if (primary === undefined) continue;
    addLink({id: `${group.id}:members`, dependent, primary, score: infinity});
  }
}

function addAll(scores: Map<string, number>, more: Scores | undefined): void {
  for (const [name, score] of more ?? []) {
    const before = scores.get(name);
    scores.set(name, before === undefined ? score : addScores(before, score));
  }
}

/** How many copies of a clone there may be, and how many of them on one node. */
export interface CloneLimits {
  readonly max: number;
  readonly perNode: number;
}

/** The limits of a clone in a cluster of that many nodes: one copy for each node unless it says otherwise. */
export function getCloneLimits(root: Root, nodeCount: number): CloneLimits {
  const meta = root.clone?.meta ?? [];
  const read = (name: string, otherwise: number): number => {
    const value = Number(getValue(meta, name) ?? otherwise);
    return Number.isInteger(value) && value >= 0 ? value : otherwise;
  };
  return {max: read('clone-max', Math.max(1, nodeCount)), perNode: read('clone-node-max', 1)};
}

/** The pieces of a CIB at one moment; new ones each time, since choosing changes them. */
export function makePieces(input: PiecesInput): Pieces {
  return new Maker(input).make();
}
