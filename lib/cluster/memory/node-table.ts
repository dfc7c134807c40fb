import type {ModelledNode} from './nodes.ts';
import type {Scores} from './locations.ts';

/** What the nodes of a cluster are while resources are assigned: connections bring their remote nodes up. */
export class NodeTable {
  readonly #usable: Map<string, boolean>;
  readonly #load = new Map<string, number>();
  readonly #remotes: ReadonlyMap<string, ModelledNode>;
  /** Remote nodes whose connection was lost with its member: without fencing, nothing is known of one until it is up. */
  readonly #unknown: ReadonlySet<string>;
  readonly size: number;

  constructor(nodes: readonly ModelledNode[], isStonithEnabled: boolean) {
    const isUsable = (node: ModelledNode): boolean => node.online && !node.unclean && !isAway(node);
    this.#usable = new Map(nodes.map((node) => [node.name, isUsable(node)]));
    const remotes = nodes.filter(({type}) => type === 'remote');
    this.#remotes = new Map(remotes.map((node) => [node.name, node]));
    const isUnknown = ({online, unclean}: ModelledNode): boolean => !online && unclean && !isStonithEnabled;
    this.#unknown = new Set(remotes.filter(isUnknown).map(({name}) => name));
    this.size = nodes.length;
  }

  isUsable(name: string): boolean {
    return this.#usable.get(name) === true;
  }

  /** Whether any node may be used and is not forbidden. */
  isAnyFit(scores: Scores): boolean {
    for (const [name, score] of scores) if (score >= 0 && this.isUsable(name)) return true;
    return false;
  }

  /** A remote node is there when its connection is, and goes when its connection goes. */
  connect(name: string, isUp: boolean): void {
    const remote = this.#remotes.get(name);
    if (remote !== undefined) this.#usable.set(name, isUp && (this.#unknown.has(name) || !isAway(remote)));
  }

  /** Remote nodes whose attributes nobody knows can not be told apart by them: Pacemaker 2.1.5 takes one for the other. */
  isSame(left: string, right: string): boolean {
    return left === right || (this.#unknown.has(left) && this.#unknown.has(right));
  }

  getLoad(name: string): number {
    return this.#load.get(name) ?? 0;
  }

  addLoad(name: string, amount: number): void {
    this.#load.set(name, this.getLoad(name) + amount);
  }
}

function isAway({standby, maintenance}: ModelledNode): boolean {
  return standby || maintenance;
}
