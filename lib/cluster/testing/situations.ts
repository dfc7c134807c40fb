import {
  makeAttributeSet,
  makeClone,
  makeColocation,
  makeGroup,
  makeLocation,
  makeOrder,
  makePrimitive,
} from '../build.ts';
import type {Cib, Clone, ClusterNode, Constraint, Resource} from '../cib.ts';
import {emptyCib, propertiesId, rscDefaultsId} from '../cib.ts';
import {getChildIds, getValue} from '../lookup.ts';
import type {Chance} from './chance.ts';
import {createChance} from './chance.ts';

/** How a member is: `unclean` went without a word, `offline` was shut down. */
export type MemberState = 'online' | 'offline' | 'unclean';

/** A cluster at one moment: its configuration, who is there and what runs where. */
export interface Situation {
  readonly cib: Cib;
  readonly members: ReadonlyMap<string, MemberState>;
  /** Names of remote nodes whose connection is up. */
  readonly remotes: ReadonlySet<string>;
  /** The nodes of each active primitive. */
  readonly running: ReadonlyMap<string, readonly string[]>;
  readonly quorate: boolean;
  /** What is in it, to be counted. */
  readonly features: readonly string[];
}

const dummy = 'ocf:pacemaker:Dummy';

type Meta = Record<string, string>;

/** Collects the parts of one situation while choices are made. */
class Builder {
  readonly #chance: Chance;
  readonly #features = new Set<string>();
  readonly #resources: Resource[] = [];
  readonly #constraints: Constraint[] = [];
  readonly #members: readonly string[];
  readonly #remotes: readonly string[];
  readonly #states: ReadonlyMap<string, MemberState>;
  /** No member is lost. */
  readonly #isWhole: boolean;

  constructor(seed: number) {
    this.#chance = createChance(seed);
    this.#members = Array.from({length: 1 + this.#chance.below(7)}, (_, i) => `n${i + 1}`);
    const remotes = this.#chance.isHit(50) ? 0 : this.#chance.pick([1, 2, 3, 5, 20]);
    this.#remotes = Array.from({length: remotes}, (_, i) => `r${i + 1}`);
    this.#states = this.#makeStates();
    this.#isWhole = ![...this.#states.values()].includes('unclean');
  }

  build(): Situation {
    this.#addResources();
    this.#addLocations();
    if (this.#chance.isHit(30)) this.#addColocations();
    if (this.#chance.isHit(25)) this.#addOrders();
    const properties = this.#makeProperties();
    const nodes = this.#makeNodes();
    const rest = this.#placeAtRandom(this.#states);
    const quorate = !this.#has('no quorum', this.#chance.isHit(12));
    const cib: Cib = {
      ...emptyCib,
      validateWith: 'pacemaker-3.9',
      version: {adminEpoch: '0', epoch: '1', numUpdates: '0'},
      attributes: {crm_feature_set: '3.16.1', 'have-quorum': quorate ? '1' : '0', 'dc-uuid': '1'},
      nodes,
      resources: this.#resources,
      constraints: this.#constraints,
      properties: [makeAttributeSet(propertiesId, properties)],
      rscDefaults: this.#makeDefaults(),
    };
    return {cib, members: this.#states, ...rest, quorate, features: [...this.#features]};
  }

  /** Remembers that a feature is there. */
  #has(feature: string, isThere: boolean): boolean {
    if (isThere) this.#features.add(feature);
    return isThere;
  }

  #chanceOf(feature: string, percent: number): boolean {
    return this.#has(feature, this.#chance.isHit(percent));
  }

  /** Whether a resource is managed is said of a whole one: half a group makes graphs that Pacemaker itself can not walk. */
  #makeMeta(isRoot: boolean): Meta {
    const meta: Meta = {};
    if (this.#chanceOf('own stickiness', 10)) {
      meta['resource-stickiness'] = this.#chance.pick(['0', '50', '1000', 'INFINITY']);
    }
    if (this.#chanceOf('priority', 8)) meta['priority'] = this.#chance.pick(['5', '10', '-3']);
    if (this.#chanceOf('target-role=Stopped', 6)) meta['target-role'] = 'Stopped';
    if (isRoot && this.#chanceOf('unmanaged', 5)) meta['is-managed'] = 'false';
    return meta;
  }

  #addPrimitive(id: string, agent = dummy, isRoot = false): string {
    this.#resources.push(makePrimitive({id, agent, meta: this.#makeMeta(isRoot)}));
    return id;
  }

  #addGroup(id: string, isRoot = false): string {
    this.#features.add('group');
    const size = 1 + this.#chance.below(4);
    const members = Array.from({length: size}, (_, i) => this.#addPrimitive(`${id}m${i + 1}`));
    this.#resources.push(makeGroup(id, members, this.#makeMeta(isRoot && this.#isWhole)));
    return id;
  }

  #addClone(id: string): void {
    const ofGroup = this.#chanceOf('clone of a group', 25);
    this.#has('clone of a primitive', !ofGroup);
    const child = ofGroup ? this.#addGroup(`${id}g`) : this.#addPrimitive(`${id}c`);
    // What an unmanaged clone runs on a lost node, the status programs do not show.
    const meta = this.#makeMeta(this.#isWhole && this.#remotes.length === 0);
    if (this.#chanceOf('clone-max', 60)) meta['clone-max'] = String(1 + this.#chance.below(5));
    if (this.#chanceOf('interleave', 20)) meta['interleave'] = 'true';
    this.#resources.push(makeClone(id, child, meta));
  }

  #addResources(): void {
    const {below} = this.#chance;
    for (const name of this.#remotes) {
      this.#features.add('remote nodes');
      this.#resources.push(makePrimitive({id: name, agent: 'ocf:pacemaker:remote', meta: this.#makeRemoteMeta()}));
    }
    for (let i = below(5); i > 0; i -= 1) this.#addPrimitive(`p${i}`, dummy, true);
    for (let i = below(3); i > 0; i -= 1) this.#addGroup(`g${i}`, true);
    for (let i = below(3); i > 0; i -= 1) this.#addClone(`cl${i}`);
    const devices = this.#chance.isHit(80) ? 1 + below(2) : 0;
    this.#has('no fencing device', devices === 0);
    for (let i = devices; i > 0; i -= 1) this.#addPrimitive(`st${i}`, 'stonith:null', true);
  }

  #makeRemoteMeta(): Meta {
    return this.#chanceOf('remote stopped by target-role', 5) ? {'target-role': 'Stopped'} : {};
  }

  /** Ids of the resources that stand by themselves. */
  #getRoots(): readonly string[] {
    const held = new Set(this.#resources.flatMap(getChildIds));
    return this.#resources.map(({id}) => id).filter((id) => !held.has(id));
  }

  #addLocations(): void {
    const nodes = [...this.#members, ...this.#remotes];
    const roots = this.#getRoots();
    // Pacemaker takes no constraint that names a group in a clone.
    const all = this.#resources.map(({id}) => id).filter((id) => !/^cl\d+g$/.test(id));
    const isFull = this.#chanceOf('a location for each resource and member', 25);
    const pairs = isFull ? roots.flatMap((id) => this.#members.map((name) => [id, name] as const)) : [];
    const random = Array.from({length: this.#chance.below(isFull ? 6 : 20)}, () => {
      const ids = this.#chanceOf('location of a member of a group or clone', 10) ? all : roots;
      return [ids[this.#chance.below(ids.length)] ?? '', nodes[this.#chance.below(nodes.length)] ?? ''] as const;
    });
    for (const [i, [id, name]] of [...pairs, ...random].entries()) {
      if (id === '') continue;
      const score = i < pairs.length ? '0' : this.#chance.pick(['0', '0', '100', '200', '-50', 'inf', '-inf']);
      this.#features.add(`location ${score}`);
      this.#constraints.push(makeLocation(`l${i}`, id, name, score));
    }
  }

  /** Two resources, the one that was made first in front: constraints in both directions would go round in circles. */
  #getTwo(): readonly [string, string] | null {
    const roots = this.#getRoots().filter((id) => /^(p|g|cl)/.test(id));
    const [one, other] = [this.#chance.below(roots.length), this.#chance.below(roots.length)].toSorted((a, b) => a - b);
    const [first, second] = [roots[one ?? 0], roots[other ?? 0]];
    return first === undefined || second === undefined || first === second ? null : [first, second];
  }

  #addColocations(): void {
    for (let i = 1 + this.#chance.below(2); i > 0; i -= 1) {
      const two = this.#getTwo();
      if (two === null) continue;
      const score = this.#chance.pick(['inf', 'inf', '-inf', '100', '-100']);
      this.#features.add(`colocation ${score}`);
      this.#has(
        'colocation with a clone',
        two.some((id) => id.startsWith('cl')),
      );
      this.#constraints.push(makeColocation(`c${i}`, score, ...two));
    }
  }

  #addOrders(): void {
    for (let i = 1 + this.#chance.below(2); i > 0; i -= 1) {
      const two = this.#getTwo();
      if (two === null) continue;
      const kind = this.#chance.pick(['Mandatory', 'Mandatory', 'Optional']);
      this.#features.add(`order ${kind}`);
      this.#has(
        'order of two clones',
        two.every((id) => id.startsWith('cl')),
      );
      this.#constraints.push(makeOrder(`o${i}`, kind, ...two));
    }
  }

  #makeProperties(): Record<string, string> {
    const symmetric = this.#chance.isHit(50);
    this.#features.add(symmetric ? 'symmetric' : 'asymmetric');
    const fencing = !this.#chanceOf('stonith-enabled=false', 20);
    const policy = this.#chance.pick(['stop', 'stop', 'ignore', 'freeze']);
    const maintenance = this.#isWhole && this.#chanceOf('maintenance-mode', 4) ? {'maintenance-mode': 'true'} : {};
    this.#features.add(`no-quorum-policy=${policy}`);
    return {
      'symmetric-cluster': String(symmetric),
      'stonith-enabled': String(fencing),
      'no-quorum-policy': policy,
      ...maintenance,
    };
  }

  #makeDefaults(): Cib['rscDefaults'] {
    if (!this.#chanceOf('default stickiness', 50)) return [];
    return [makeAttributeSet(rscDefaultsId, {'resource-stickiness': this.#chance.pick(['100', '1', 'INFINITY'])})];
  }

  #makeNodes(): readonly ClusterNode[] {
    const known = this.#chance.some(this.#remotes, 30);
    return [...this.#members, ...known].map((uname, i): ClusterNode => {
      const type = this.#members.includes(uname) ? 'member' : 'remote';
      const id = type === 'member' ? String(i + 1) : uname;
      const values: Meta = {};
      if (this.#chanceOf(`${type} in standby`, 10)) values['standby'] = 'on';
      if (this.#mayBeHeld(type) && this.#chanceOf(`${type} in maintenance`, 4)) values['maintenance'] = 'true';
      const isPlain = Object.keys(values).length === 0;
      const attributes = isPlain ? [] : [makeAttributeSet(`nodes-${uname}`, values)];
      return {id, uname, type, attributes, utilization: [], other: []};
    });
  }

  /**
   * What clones run on nodes that are held in maintenance and lost, the status programs do not show; a connection that is
   * held with its member is not modelled.
   */
  #mayBeHeld(type: 'member' | 'remote'): boolean {
    const hasClones = this.#resources.some(({kind}) => kind === 'clone');
    return type === 'member' ? this.#isWhole && this.#remotes.length === 0 : !hasClones;
  }

  #makeStates(): ReadonlyMap<string, MemberState> {
    const pickState = (i: number): MemberState => {
      const isDown = i > 0 && this.#chance.isHit(25);
      return isDown ? this.#chance.pick<MemberState>(['offline', 'unclean', 'unclean']) : 'online';
    };
    const states = new Map(this.#members.map((name, i) => [name, pickState(i)]));
    for (const state of states.values()) this.#has(`member ${state}`, state !== 'online');
    return states;
  }

  /** What runs, anywhere where the parts of a resource may run at all: also where no location would have it now. */
  #placeAtRandom(members: ReadonlyMap<string, MemberState>): Pick<Situation, 'remotes' | 'running'> {
    const up = [...members].filter(([, state]) => state !== 'offline').map(([name]) => name);
    const isFresh = this.#chanceOf('nothing runs yet', 15);
    const running = new Map<string, readonly string[]>();
    for (const name of isFresh ? [] : this.#remotes) this.#start([name], up, running);
    const remotes = new Set(this.#remotes.filter((name) => running.has(name)));
    const all = [...up, ...remotes];
    const index = new Map(this.#resources.map((resource) => [resource.id, resource]));
    const roots = this.#getRoots().filter((id) => !isFresh && !this.#remotes.includes(id));
    for (const root of roots.map((id) => index.get(id))) {
      if (root?.kind === 'clone') this.#startCopies(root, getParts(index.get(root.child)), all, running);
      else if (root !== undefined) this.#start(getParts(root), root.id.startsWith('st') ? up : all, running);
    }
    this.#has('running resources', running.size > 0);
    return {remotes, running};
  }

  /** Starts a primitive or a group on one node, a group from its first member on and not always all of it. */
  #start(parts: readonly string[], nodes: readonly string[], running: Map<string, readonly string[]>): void {
    const name = nodes[this.#chance.below(nodes.length)];
    if (name === undefined || !this.#chance.isHit(75)) return;
    const count = this.#chance.isHit(80) ? parts.length : 1 + this.#chance.below(parts.length);
    for (const part of parts.slice(0, count)) running.set(part, [name]);
  }

  #startCopies(
    clone: Clone,
    parts: readonly string[],
    nodes: readonly string[],
    running: Map<string, readonly string[]>,
  ): void {
    const max = Number(getValue(clone.meta, 'clone-max') ?? nodes.length);
    const names = this.#chance.some(nodes, 70).slice(0, max);
    for (const part of names.length > 0 ? parts : []) running.set(part, names);
  }
}

function getParts(resource: Resource | undefined): readonly string[] {
  if (resource === undefined) return [];
  return resource.kind === 'group' ? resource.members : [resource.id];
}

/** The cluster of a seed: up to 7 members and 20 remote nodes in any state, with what runs on them. */
export function makeSituation(seed: number): Situation {
  return new Builder(seed).build();
}
