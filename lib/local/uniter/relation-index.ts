import {getApplicationOf} from '../model/names.ts';
import type {ModelState, RelationState} from '../model/state.ts';

/**
 * What follows from the model's relations and is needed at every hook: who sees whom, and which remote units of a
 * relation a unit may still have to be told of. Built from the model when it is loaded and kept in step afterwards.
 */
export class RelationIndex {
  readonly #model: ModelState;
  readonly #wake: (unit: string) => void;
  /** By relation id, then by application: the units that others see. */
  readonly #visible = new Map<number, Map<string, Set<string>>>();
  /** By `unit relation`: remote units that moved since the unit last looked at them. */
  readonly #moved = new Map<string, Set<string>>();

  constructor(model: ModelState, wake: (unit: string) => void) {
    this.#model = model;
    this.#wake = wake;
    for (const relation of Object.values(model.relations)) this.#addRelation(relation);
  }

  #addRelation(relation: RelationState): void {
    const names = Object.keys(relation.units);
    for (const name of names) {
      const unit = relation.units[name];
      if (unit?.inScope === true && !unit.departing) this.#getVisible(relation.id, getApplicationOf(name)).add(name);
    }
    for (const name of names) this.#addMoved(relation, name);
  }

  #addMoved(relation: RelationState, name: string): void {
    const known = this.#model.units[name]?.relations[String(relation.id)]?.members ?? {};
    const moved = this.#getMoved(name, relation.id);
    for (const member of Object.keys(known)) moved.add(member);
    for (const remote of this.getRemotes(relation, name)) moved.add(remote);
  }

  #getVisible(relation: number, application: string): Set<string> {
    const applications = getOrAdd(this.#visible, relation, () => new Map<string, Set<string>>());
    return getOrAdd(applications, application, () => new Set<string>());
  }

  #getMoved(unit: string, relation: number): Set<string> {
    return getOrAdd(this.#moved, `${unit} ${String(relation)}`, () => new Set<string>());
  }

  /** The units that a unit sees in a relation: those of the other side (or other peers) in scope. */
  getRemotes(relation: RelationState, unit: string): readonly string[] {
    const candidates = this.#getVisible(relation.id, getRemoteApplication(relation, getApplicationOf(unit)));
    if (relation.scope === 'container') {
      return this.#getNeighbours(unit).filter((neighbour) => candidates.has(neighbour));
    }
    return [...candidates].filter((candidate) => candidate !== unit);
  }

  /** The units of one container scope: a principal and its subordinates. */
  #getNeighbours(unit: string): string[] {
    const principal = this.#model.units[unit]?.principal ?? unit;
    const subordinates = this.#model.units[principal]?.subordinates ?? [];
    return [principal, ...subordinates].filter((name) => name !== unit);
  }

  /** Whether a unit sees a remote one in a relation now. */
  isVisible(relation: RelationState, unit: string, remote: string): boolean {
    if (remote === unit || !this.#getVisible(relation.id, getApplicationOf(remote)).has(remote)) return false;
    if (getRemoteApplication(relation, getApplicationOf(unit)) !== getApplicationOf(remote)) return false;
    return relation.scope === 'global' || this.#getNeighbours(unit).includes(remote);
  }

  /** A unit entered a relation's scope: it sees the others and they see it. */
  enter(relation: RelationState, unit: string): void {
    this.#getVisible(relation.id, getApplicationOf(unit)).add(unit);
    const moved = this.#getMoved(unit, relation.id);
    for (const remote of this.getRemotes(relation, unit)) moved.add(remote);
    this.#wake(unit);
    this.note(relation, unit);
  }

  /** A unit left, or is leaving: the others see it no more. */
  leave(relation: RelationState, unit: string): void {
    this.note(relation, unit);
    this.#getVisible(relation.id, getApplicationOf(unit)).delete(unit);
  }

  /** Something of a unit moved in a relation: everybody who sees it has to look again. */
  note(relation: RelationState, unit: string): void {
    for (const observer of this.getRemotes(relation, unit)) {
      this.#getMoved(observer, relation.id).add(unit);
      this.#wake(observer);
    }
  }

  /** Remote units that a unit may have to be told of; what turns out to be told already is to be taken out of it. */
  getMoved(unit: string, relation: number): Set<string> {
    return this.#getMoved(unit, relation);
  }

  /** Everybody in a relation has to look at it again: the relation itself or an application's databag moved. */
  noteAll(relation: RelationState): void {
    for (const units of this.#visible.get(relation.id)?.values() ?? []) {
      for (const unit of units) this.#wake(unit);
    }
  }

  /** Forgets a relation that is gone. */
  remove(relation: RelationState): void {
    this.#visible.delete(relation.id);
    for (const unit of Object.keys(relation.units)) this.#moved.delete(`${unit} ${String(relation.id)}`);
  }
}

/** The application on the other side of a relation; a peer relation's is the application itself. */
export function getRemoteApplication(relation: RelationState, application: string): string {
  const [first, second] = relation.endpoints;
  if (first === undefined || second === undefined) return application;
  return first.application === application ? second.application : first.application;
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
