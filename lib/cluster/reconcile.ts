import {withoutPartIds} from './canonical.ts';
import type {Alert, AttributeSet, Cib, Constraint, FencingLevel, NvPair, Resource, Tag} from './cib.ts';
import {propertiesId, rscDefaultsId} from './cib.ts';
import type {ClusterDeclaration} from './declaration.ts';
import {declaredIds} from './declaration.ts';
import {IdPool} from './ids.ts';
import {getChildIds, getConstraintTargets} from './lookup.ts';
import {freezeDeep, isEqual} from './values.ts';

/** What `reconcile` works from. */
export interface ReconcileInput {
  readonly have: Cib;
  readonly declared: ClusterDeclaration;
  /** The ids that earlier declarations made (`declaredIds`). */
  readonly owned: readonly string[];
}

/** Something that is not ours and had to go, since it names an object of ours that goes. */
export interface Dropped {
  readonly id: string;
  /** The object that it named. */
  readonly because: string;
}

/** What `reconcile` comes to. */
export interface Reconciled {
  /** The CIB that should be. */
  readonly cib: Cib;
  readonly dropped: readonly Dropped[];
}

/** Meta attributes by which operators steer a resource; they stay on ours as they are. */
const operatorMeta = new Set(['target-role', 'is-managed', 'maintenance']);

function isOperatorPair(pair: NvPair): boolean {
  return operatorMeta.has(pair.name);
}

function withoutOperatorMeta(resource: Resource): Resource {
  if (resource.kind === 'other') return resource;
  const meta = resource.meta
    .map((set) => ({...set, pairs: set.pairs.filter((pair) => !isOperatorPair(pair))}))
    .filter((set) => set.pairs.length + set.rules.length + set.other.length > 0);
  return {...resource, meta};
}

function addOperatorMeta(declared: Resource, kept: readonly NvPair[]): Resource {
  if (declared.kind === 'other' || kept.length === 0) return declared;
  const [first, ...rest] = declared.meta;
  const set = first ?? {id: `${declared.id}-meta_attributes`, rules: [], pairs: [], other: []};
  const declaredNames = new Set(declared.meta.flatMap((one) => one.pairs.map((pair) => pair.name)));
  const pool = new IdPool(set.pairs.map((pair) => pair.id));
  const added = kept
    .filter((pair) => !declaredNames.has(pair.name))
    .map((pair) => ({...pair, id: pool.take(`${set.id}-${pair.name}`)}));
  return added.length === 0 ? declared : {...declared, meta: [{...set, pairs: [...set.pairs, ...added]}, ...rest]};
}

/** A declared resource over the one that is there: what operators set stays, and so do the ids of equal parts. */
function mergeResource(old: Resource | undefined, declared: Resource): Resource {
  if (old === undefined || old.kind !== declared.kind || old.kind === 'other') return declared;
  if (isEqual(old, declared)) return old;
  const declaredMeta = declared.kind === 'other' ? [] : declared.meta;
  const steers = new Set(declaredMeta.flatMap((set) => set.pairs.filter(isOperatorPair).map((pair) => pair.name)));
  if (steers.size === 0 && isEqual(withoutPartIds(withoutOperatorMeta(old)), withoutPartIds(declared))) return old;
  const kept = old.meta.flatMap((set) => set.pairs.filter(isOperatorPair));
  const merged = addOperatorMeta(declared, kept);
  return isEqual(withoutPartIds(old), withoutPartIds(merged)) ? old : merged;
}

function keepEqual<T>(old: T | undefined, declared: T): T {
  if (old === undefined) return declared;
  // Hardly anything changes from one time to the next: only what differs at first sight is brought into normal form.
  return isEqual(old, declared) || isEqual(withoutPartIds(old), withoutPartIds(declared)) ? old : declared;
}

/** Puts declared objects over those of the same id, where they stand; new ones come last. */
function put<T extends {readonly id: string}>(
  list: readonly T[],
  declared: readonly T[],
  merge: (old: T | undefined, declared: T) => T,
): readonly T[] {
  const wanted = new Map(declared.map((item) => [item.id, item]));
  const known = new Set(list.map((item) => item.id));
  const kept = list.map((item) => {
    const over = wanted.get(item.id);
    return over === undefined ? item : merge(item, over);
  });
  const added = [...wanted.values()].filter((item) => !known.has(item.id));
  return keepList(list, [...kept, ...added.map((item) => merge(undefined, item))]);
}

/** The list as it was when it holds the same objects: then nobody needs to look into it again. */
function keepList<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return before.length === after.length && before.every((item, i) => item === after[i]) ? before : after;
}

function putValues(
  sets: readonly AttributeSet[],
  id: string,
  values: Readonly<Record<string, string>>,
): readonly AttributeSet[] {
  if (Object.keys(values).length === 0) return sets;
  const set = sets.find((one) => one.id === id) ?? {id, rules: [], pairs: [], other: []};
  const pool = new IdPool(set.pairs.map((pair) => pair.id));
  const known = new Set(set.pairs.map((pair) => pair.name));
  const pairs = set.pairs.map((pair) => {
    const value = Object.hasOwn(values, pair.name) ? values[pair.name] : undefined;
    return value === undefined ? pair : {...pair, value};
  });
  const added = Object.entries(values)
    .filter(([name]) => !known.has(name))
    .map(([name, value]) => ({id: pool.take(`${id}-${name}`), name, value}));
  return put(sets, [{...set, pairs: [...pairs, ...added]}], keepEqual);
}

/** Takes out what goes, and then what names it, until nothing more goes. */
class Removal {
  readonly gone = new Set<string>();
  readonly dropped: Dropped[] = [];
  resources: readonly Resource[];
  constraints: readonly Constraint[];
  tags: readonly Tag[];
  alerts: readonly Alert[];
  fencingLevels: readonly FencingLevel[];

  constructor(cib: Cib, gone: ReadonlySet<string>) {
    for (const id of gone) this.gone.add(id);
    this.resources = cib.resources;
    this.constraints = cib.constraints;
    this.tags = cib.tags;
    this.alerts = cib.alerts;
    this.fencingLevels = cib.fencingLevels;
    if (gone.size > 0) this.#remove();
  }

  #remove(): void {
    const stays = ({id}: {readonly id: string}): boolean => !this.gone.has(id);
    this.resources = this.resources.filter(stays);
    this.constraints = this.constraints.filter(stays);
    this.tags = this.tags.filter(stays);
    this.alerts = this.alerts.filter(stays);
  }

  run(): void {
    if (this.gone.size === 0) return;
    let before = -1;
    while (before !== this.gone.size) {
      before = this.gone.size;
      this.resources = this.resources.flatMap((resource) => this.#holder(resource));
      this.tags = this.tags.flatMap((tag) => this.#tag(tag));
    }
    this.constraints = this.constraints.filter((constraint) => {
      const target = getConstraintTargets(constraint).find((id) => this.gone.has(id));
      return target === undefined || this.#drop(constraint.id, target);
    });
    this.fencingLevels = this.fencingLevels.flatMap((level) => this.#level(level));
  }

  #drop(id: string, because: string): false {
    this.gone.add(id);
    this.dropped.push({id, because});
    return false;
  }

  #holder(resource: Resource): readonly Resource[] {
    const lost = getChildIds(resource).find((child) => this.gone.has(child));
    if (lost === undefined) return [resource];
    const members = getChildIds(resource).filter((child) => !this.gone.has(child));
    if (resource.kind === 'group' && members.length > 0) return [{...resource, members}];
    this.#drop(resource.id, lost);
    return [];
  }

  #tag(tag: Tag): readonly Tag[] {
    const members = tag.members.filter((member) => !this.gone.has(member));
    if (members.length === tag.members.length) return [tag];
    if (members.length > 0) return [{...tag, members}];
    this.#drop(tag.id, tag.members[0] ?? '');
    return [];
  }

  #level(level: FencingLevel): readonly FencingLevel[] {
    const devices = level.devices.filter((device) => !this.gone.has(device));
    if (devices.length === level.devices.length) return [level];
    if (devices.length > 0) return [{...level, devices}];
    this.#drop(level.id, level.devices[0] ?? '');
    return [];
  }
}

/** A declared group or clone has its children for itself: another holder that has one loses it. */
function claimChildren(resources: readonly Resource[], declared: readonly Resource[], removal: Dropped[]) {
  const claims = new Map(declared.flatMap((holder) => getChildIds(holder).map((child) => [child, holder.id] as const)));
  const isTaken = (resource: Resource, child: string): boolean =>
    claims.has(child) && claims.get(child) !== resource.id;
  const claimed = resources.flatMap((resource): readonly Resource[] => {
    const lost = getChildIds(resource).find((child) => isTaken(resource, child));
    if (lost === undefined) return [resource];
    const members = getChildIds(resource).filter((child) => !isTaken(resource, child));
    if (resource.kind === 'group' && members.length > 0) return [{...resource, members}];
    removal.push({id: resource.id, because: lost});
    return [];
  });
  return keepList(resources, claimed);
}

function isRemote(resource: Resource): boolean {
  return resource.kind === 'primitive' && resource.provider === 'pacemaker' && resource.type === 'remote';
}

/**
 * The CIB that should be, given the one that is: declared objects are put, objects that earlier declarations made and
 * this one lacks go, everything else stays as operators and Pacemaker left it (their resources and constraints, node
 * attributes, other properties, `target-role`, `is-managed` and `maintenance` on our resources). The members of declared
 * groups are ours, in the declared order. What names an object that goes would be invalid: it goes too and is reported.
 */
export function reconcile({have, declared, owned}: ReconcileInput): Reconciled {
  const keep = new Set(declaredIds(declared));
  const going = new Set(owned.filter((id) => !keep.has(id)));
  const wanted: readonly Resource[] = [...declared.groups, ...declared.clones, ...declared.primitives];
  const removal = new Removal(have, going);
  const resources = put(removal.resources, wanted, mergeResource);
  const emptied: Dropped[] = [];
  removal.resources = claimChildren(resources, wanted, emptied);
  for (const {id} of emptied) removal.gone.add(id);
  removal.run();
  const wantedConstraints: readonly Constraint[] = [...declared.locations, ...declared.colocations, ...declared.orders];
  const goneRemotes = new Set(have.resources.filter((one) => going.has(one.id) && isRemote(one)).map(({id}) => id));
  const cib: Cib = {
    ...have,
    resources: removal.resources,
    constraints: put(removal.constraints, wantedConstraints, keepEqual),
    tags: put(removal.tags, declared.tags, keepEqual),
    alerts: put(removal.alerts, declared.alerts, keepEqual),
    fencingLevels: removal.fencingLevels,
    properties: putValues(have.properties, propertiesId, declared.properties),
    rscDefaults: putValues(have.rscDefaults, rscDefaultsId, declared.rscDefaults),
    nodes:
      goneRemotes.size === 0
        ? have.nodes
        : have.nodes.filter((node) => node.type !== 'remote' || !goneRemotes.has(node.uname)),
  };
  return freezeDeep({cib, dropped: [...emptied, ...removal.dropped].filter(({id}) => !keep.has(id))});
}
