import type {Cib, Order} from '../cib.ts';
import type {ModelledNode} from './nodes.ts';
import type {Piece, Pieces} from './pieces.ts';
import {isConnectionMember, makePieces} from './pieces.ts';
import {getConfiguration} from './resources.ts';
import {Scheduler} from './scheduler.ts';
import {getScoreValue, infinity} from './scores.ts';

/** What decides where resources run. */
export interface PlacementInput {
  readonly cib: Cib;
  readonly nodes: readonly ModelledNode[];
  readonly quorate: boolean;
  /** The nodes that each primitive is active on now. */
  readonly running: ReadonlyMap<string, readonly string[]>;
  /** Connections to remote nodes that nobody answers: they can not start. */
  readonly unreachable: ReadonlySet<string>;
  /** Fencing does not answer yet: what it is to stop stays until it does. Otherwise it succeeds on the way. */
  readonly awaitsFencing?: boolean;
}

/** The nodes that each primitive should be active on, one entry an instance. Primitives without an entry are stopped. */
export type Placement = ReadonlyMap<string, readonly string[]>;

/** Whether the cluster may see a node off: fencing is on, there is a device, and the partition may decide. */
function canFence({cib, quorate}: PlacementInput): boolean {
  const {isStonithEnabled, hasStonithDevice, quorumPolicy} = getConfiguration(cib);
  return isStonithEnabled && hasStonithDevice && (quorate || quorumPolicy === 'ignore');
}

/** What the cluster believes to be active: nothing on nodes that are known to be off. */
function getBelieved(input: PlacementInput): PlacementInput['running'] {
  const {isStonithEnabled} = getConfiguration(input.cib);
  const byName = new Map(input.nodes.map((node) => [node.name, node]));
  const counts = (name: string): boolean => {
    const node = byName.get(name);
    return node !== undefined && (node.online || (node.unclean && isStonithEnabled));
  };
  return new Map([...input.running].map(([id, names]) => [id, names.filter(counts)]));
}

/** Makes of what was decided what comes true: a start that is not allowed does not happen, nor a stop on a lost node. */
class Outcome {
  readonly #input: PlacementInput;
  readonly #configuration: ReturnType<typeof getConfiguration>;
  /** Nodes that are gone and can not be seen off: what they ran may still run there. */
  readonly #lost: ReadonlySet<string>;
  readonly #fenced: ReadonlySet<string>;
  readonly #final = new Map<Piece, string | null>();

  constructor(input: PlacementInput) {
    this.#input = input;
    this.#configuration = getConfiguration(input.cib);
    const unclean = input.nodes.filter((node) => !node.online && node.unclean);
    // A remote node whose connection was lost with its member counts as one that can still be reached.
    const isFencing = canFence(input);
    const isAwaited = input.awaitsFencing === true;
    const isFenced = ({type}: ModelledNode): boolean => !isAwaited && (isFencing || type === 'remote');
    this.#fenced = new Set(unclean.filter(isFenced).map(({name}) => name));
    this.#lost = new Set(unclean.filter((node) => !isFenced(node)).map(({name}) => name));
  }

  read({roots, named}: Pieces): Placement {
    const primitives = roots.flatMap(getPrimitives);
    for (const piece of primitives) this.#final.set(piece, this.#getFinal(piece));
    this.#followConnections(primitives);
    this.#applyOrders(named);
    const placed = new Map<string, string[]>();
    for (const piece of primitives) {
      const node = this.#final.get(piece) ?? null;
      const id = piece.member?.primitive.id ?? piece.id;
      const others = placed.get(id) ?? [];
      if (node !== null && !others.includes(node)) placed.set(id, [...others, node]);
    }
    return placed;
  }

  #getFinal(piece: Piece): string | null {
    const [current] = piece.running;
    if (!piece.isManaged) return piece.node !== null && this.#fenced.has(piece.node) ? null : piece.node;
    if (current !== undefined && current !== piece.node && this.#lost.has(current)) return current;
    return this.#mayStart(piece) ? piece.node : null;
  }

  /** Whether the cluster lets a resource run now: a partition without quorum may forbid it. */
  #mayStart(piece: Piece): boolean {
    const {quorumPolicy} = this.#configuration;
    if (this.#input.quorate || quorumPolicy === 'ignore') return true;
    return quorumPolicy === 'freeze' && piece.running.length > 0;
  }

  /** Nothing starts on a remote node whose connection did not; without fencing nobody asks what is left there. */
  #followConnections(primitives: readonly Piece[]): void {
    const connections = primitives.filter(({member}) => member !== null && isConnectionMember(member));
    const isStuck = (piece: Piece): boolean => piece.node !== null && this.#lost.has(this.#final.get(piece) ?? '');
    const down = new Set(connections.filter((piece) => this.#final.get(piece) === null).map(({id}) => id));
    const stuck = new Set(connections.filter(isStuck).map(({id}) => id));
    const {isStonithEnabled} = this.#configuration;
    for (const [piece, node] of this.#final) {
      if (piece.isManaged) this.#stayWithConnection(piece, stuck);
      if (node !== null && (piece.isManaged || !isStonithEnabled) && down.has(node)) this.#final.set(piece, null);
    }
  }

  /** A connection that is to leave a lost member, and can not: what runs behind it stays, nothing joins it. */
  #stayWithConnection(piece: Piece, stuck: ReadonlySet<string>): void {
    const [current = null] = piece.running;
    const node = this.#final.get(piece) ?? null;
    if (current !== null && stuck.has(current)) this.#final.set(piece, current);
    else if (node !== null && stuck.has(node)) this.#final.set(piece, null);
  }

  /** What must start after something that does not run does not run either. */
  #applyOrders(named: Pieces['named']): void {
    const orders = this.#input.cib.constraints.filter((constraint) => constraint.kind === 'order').filter(isMandatory);
    const isUp = (one: Piece): boolean => (this.#final.get(one) ?? null) !== null;
    const mayStop = (one: Piece): boolean => isUp(one) && one.isManaged && !this.#lost.has(this.#final.get(one) ?? '');
    const isActive = (piece: Piece): boolean => getPrimitives(piece).some(mayStop);
    // A group is there when all of it is, a clone when one of its copies is.
    const isReady = (piece: Piece): boolean =>
      piece.kind === 'clone' ? piece.children.some(isReady) : getPrimitives(piece).every(isUp);
    let isChanged = orders.length > 0;
    while (isChanged) {
      isChanged = false;
      for (const {first = '', then = ''} of orders) {
        const [before, after] = [named.get(first), named.get(then)];
        if (before === undefined || after === undefined || isReady(before) || !isActive(after)) continue;
        for (const piece of [...getFollowers(after)].flatMap(getPrimitives).filter(mayStop)) {
          this.#final.set(piece, null);
        }
        isChanged = true;
      }
    }
  }
}

/** A resource and what must be where it is: when the one may not start, the others do not either. */
function getFollowers(piece: Piece, found = new Set<Piece>()): ReadonlySet<Piece> {
  if (found.has(piece)) return found;
  found.add(piece);
  const links = [piece, ...piece.children.slice(-1)].flatMap(({dependents}) => dependents);
  const musts = links.filter(({primary, score}) => primary === piece && score >= infinity);
  for (const {dependent} of musts) getFollowers(dependent, found);
  return found;
}

function getPrimitives(piece: Piece): readonly Piece[] {
  return piece.kind === 'primitive' ? [piece] : piece.children.flatMap(getPrimitives);
}

function isMandatory(order: Order): boolean {
  const {orderKind, score, firstAction = 'start', thenAction = 'start'} = order;
  const isStart = firstAction === 'start' && thenAction === 'start';
  const isOptional =
    orderKind !== undefined ? orderKind !== 'Mandatory' : score !== undefined && getScoreValue(score) === 0;
  return isStart && !isOptional;
}

/** Where Pacemaker would have each primitive run. Pure: the same input gives the same placement. */
export function getPlacement(input: PlacementInput): Placement {
  const believed = getBelieved(input);
  const {isStonithEnabled, hasStonithDevice} = getConfiguration(input.cib);
  // Fencing that is on and can not be done: Pacemaker leaves everything as it is.
  if (isStonithEnabled && !hasStonithDevice) return new Map([...believed].filter(([, names]) => names.length > 0));
  const pieces = makePieces({cib: input.cib, nodes: input.nodes, running: believed});
  new Scheduler(pieces, {nodes: input.nodes, unreachable: input.unreachable, isStonithEnabled}).run();
  return new Outcome(input).read(pieces);
}
