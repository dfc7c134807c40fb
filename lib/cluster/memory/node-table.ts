import type {ModelledNode} from './nodes.ts';
import type {Scores} from './locations.ts';

/** What the nodes of a cluster are while resources are assigned: connections bring their remote nodes up. */
export class NodeTable {
  readonly #usable: Map<string, boolean>;
  readonly #load = new Map<string, number>();
  readonly #remotes: ReadonlyMap<string, ModelledNode>;
  /** Remote nodes whose connection is not up: without fencing, Pacemaker 2.1.5 reads no status of them. */
  readonly #unread: ReadonlySet<string>;
  /** Those of them that the configuration does not list as nodes: they do not even have the attribute of their name. */
  readonly #nameless: ReadonlySet<string>;
  readonly size: number;

  constructor(nodes: readonly ModelledNode[], isStonithEnabled: boolean) {
    const isUsable = (node: ModelledNode): boolean => node.online && !node.unclean && !isAway(node);
    this.#usable = new Map(nodes.map((node) => [node.name, isUsable(node)]));
    const remotes = nodes.filter(({type}) => type === 'remote');
    this.#remotes = new Map(remotes.map((node) => [node.name, node]));
    const unread = isStonithEnabled ? [] : remotes.filter(({online}) => !online);
    this.#unread = new Set(unread.map(({name}) => name));
    this.#nameless = new Set(unread.filter(({isListed}) => !isListed).map(({name}) => name));
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
    if (remote !== undefined) this.#usable.set(name, isUp && (this.#unread.has(name) || !isAway(remote)));
  }

  /** Colocation compares the attribute of the name: Pacemaker 2.1.5 takes nodes without it for one another. */
  isSame(left: string, right: string): boolean {
    return left === right || (this.#nameless.has(left) && this.#nameless.has(right));
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
