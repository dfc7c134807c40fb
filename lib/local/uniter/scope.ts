import {getMachine, getUnit} from '../model/model.ts';
import {getEndpointAddress} from '../model/network.ts';
import type {ApplicationState, RelationState, UnitState} from '../model/state.ts';
import {getRemoteApplication} from './relation-index.ts';
import {removeSharedStorage} from './storage.ts';
import {getLocalEndpoint, type World} from './world.ts';
import {addSubordinateUnit, setUnitDying} from './units.ts';

/**
 * A unit comes to know a relation: its addresses stand in its databag from now on, others see it, and a subordinate
 * on the other side gets its unit beside it.
 */
export function enterScope(world: World, unit: UnitState, relation: RelationState): void {
  if (relation.life === 'dying' || unit.life === 'dying' || Object.hasOwn(unit.relations, String(relation.id))) return;
  unit.relations[String(relation.id)] = {created: false, members: {}, applicationVersion: 0, changedPending: null};
  relation.units[unit.name] = {
    data: getAutomaticSettings(world, unit, relation),
    version: 1,
    inScope: true,
    departing: false,
  };
  world.relations.enter(relation, unit.name);
  ensureSubordinate(world, unit, relation);
}

/** The keys that Juju itself writes into a unit's databag. */
function getAutomaticSettings(world: World, unit: UnitState, relation: RelationState): Record<string, string> {
  const application = world.model.applications[unit.application];
  if (application === undefined) return {};
  const endpoint = getLocalEndpoint(relation, unit.application).name;
  const address = getEndpointAddress(world.model, application, getMachine(world.model, unit.machine), endpoint);
  return {'egress-subnets': `${address}/32`, 'ingress-address': address, 'private-address': address};
}

function ensureSubordinate(world: World, principal: UnitState, relation: RelationState): void {
  const other = world.model.applications[getRemoteApplication(relation, principal.application)];
  if (relation.scope !== 'container' || principal.principal !== null || other?.subordinate !== true) return;
  const has = principal.subordinates.some((name) => world.model.units[name]?.application === other.name);
  if (!has) addSubordinateUnit(world, other.name, principal);
}

/** An installed unit comes to know every relation of its application that it does not know yet. */
export function enterScopes(world: World, unit: UnitState): void {
  for (const id of world.model.applications[unit.application]?.relations ?? []) {
    const relation = world.model.relations[String(id)];
    if (relation !== undefined) enterScope(world, unit, relation);
  }
}

/** A unit is done with a relation. The last one to leave a dying relation takes it along. */
export function leaveScope(world: World, unit: UnitState, relation: RelationState): void {
  const scope = relation.units[unit.name];
  if (scope !== undefined) {
    world.relations.leave(relation, unit.name);
    scope.inScope = false;
  }
  Reflect.deleteProperty(unit.relations, String(relation.id));
  world.runnable.add(unit.name);
  removeRelationIfLeft(world, relation);
  if (isOrphan(world, unit, relation)) setUnitDying(world, unit);
}

/** A subordinate goes when the last relation that tied it to its principal went. */
function isOrphan(world: World, unit: UnitState, left: RelationState): boolean {
  if (unit.principal === null || left.scope !== 'container' || unit.life === 'dying') return false;
  const principal = getUnit(world.model, unit.principal);
  if (getRemoteApplication(left, unit.application) !== principal.application) return false;
  return !(world.model.applications[unit.application]?.relations ?? []).some((id) => {
    const relation = world.model.relations[String(id)];
    if (relation?.scope !== 'container' || relation.life === 'dying') return false;
    return getRemoteApplication(relation, unit.application) === principal.application;
  });
}

/** Takes a dying relation out of the model when no unit is in its scope. */
export function removeRelationIfLeft(world: World, relation: RelationState): void {
  if (relation.life !== 'dying' || Object.values(relation.units).some((unit) => unit.inScope)) return;
  if (world.model.relations[String(relation.id)] === undefined) return;
  world.relations.remove(relation);
  Reflect.deleteProperty(world.model.relations, String(relation.id));
  for (const {application} of relation.endpoints) {
    const state = world.model.applications[application];
    if (state !== undefined) forgetRelation(world, state, relation.id);
  }
  for (const {application} of relation.endpoints) removeApplicationIfLeft(world, application);
}

function forgetRelation({model}: World, application: ApplicationState, id: number): void {
  application.relations = application.relations.filter((other) => other !== id);
  for (const name of application.units) {
    const unit = model.units[name];
    if (unit !== undefined) Reflect.deleteProperty(unit.relations, String(id));
  }
}

/** Takes a dying application out of the model when it has neither units nor relations. */
export function removeApplicationIfLeft(world: World, name: string): void {
  const application = world.model.applications[name];
  if (application?.life !== 'dying' || application.units.length > 0 || application.relations.length > 0) return;
  Reflect.deleteProperty(world.model.applications, name);
  removeSharedStorage(world, name);
}
