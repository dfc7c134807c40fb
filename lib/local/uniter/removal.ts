import {addLog} from '../model/log.ts';
import {isEmptyMachine, omit, removeMachine} from '../model/machines.ts';
import {getApplication, getMachine} from '../model/model.ts';
import {getUnitTag} from '#juju';
import type {ApplicationState, UnitState} from '../model/state.ts';
import {electLeader} from './leadership.ts';
import {leaveScope, removeApplicationIfLeft, removeRelationIfLeft} from './scope.ts';
import {dropStorage} from './storage.ts';
import {getRelationsOf} from './units.ts';
import {getLocalEndpoint, isImplicit, type World} from './world.ts';

/**
 * Leaves every relation that a going unit (or a going relation) needs no further hook for: implicit endpoints, peers
 * whose members were all told, and what the unit never got to know.
 */
export function leaveSilently(world: World, unit: UnitState): void {
  for (const relation of getRelationsOf(world, unit)) {
    const local = unit.relations[String(relation.id)];
    if (local === undefined || (unit.life === 'alive' && relation.life === 'alive')) continue;
    const endpoint = getLocalEndpoint(relation, unit.application);
    const isTold = Object.keys(local.members).length === 0 && local.changedPending === null;
    const needsNoHook = isImplicit(world, endpoint) || !local.created || (endpoint.role === 'peer' && isTold);
    if (needsNoHook) leaveScope(world, unit, relation);
  }
}

/** A unit ran its last hook (or never ran one): it is gone, and so is a machine that nothing else lives on. */
export function removeUnit(world: World, unit: UnitState): void {
  for (const relation of getRelationsOf(world, unit)) leaveScope(world, unit, relation);
  for (const id of unit.storage) dropStorage(world, unit, id);
  world.runnable.delete(unit.name);
  world.model.units = omit(world.model.units, unit.name);
  addLog(world.model, {
    time: world.now(),
    entity: getUnitTag(unit.name),
    level: 'INFO',
    module: 'juju.worker.uniter',
    message: `unit ${JSON.stringify(unit.name)} is dead`,
  });
  removeFromApplication(world, unit);
  if (unit.principal === null) removeFromMachine(world, unit);
  else removeFromPrincipal(world, unit.principal, unit.name);
}

function removeFromApplication(world: World, unit: UnitState): void {
  const application = getApplication(world.model, unit.application);
  application.units = application.units.filter((name) => name !== unit.name);
  if (application.leader === unit.name) {
    application.leader = null;
    electLeader(world, application);
  }
  if (application.units.length === 0 && application.life === 'dying') endRelations(world, application);
  removeApplicationIfLeft(world, application.name);
}

/** With the last unit of a dying application its relations end, also those in which nobody ever took part. */
export function endRelations(world: World, application: ApplicationState): void {
  for (const id of application.relations) {
    const relation = world.model.relations[String(id)];
    if (relation === undefined) continue;
    relation.life = 'dying';
    world.relations.noteAll(relation);
    removeRelationIfLeft(world, relation);
  }
}

function removeFromPrincipal(world: World, principal: string, name: string): void {
  const unit = world.model.units[principal];
  if (unit === undefined) return;
  unit.subordinates = unit.subordinates.filter((subordinate) => subordinate !== name);
  world.runnable.add(principal);
}

function removeFromMachine(world: World, unit: UnitState): void {
  const machine = getMachine(world.model, unit.machine);
  machine.units = machine.units.filter((name) => name !== unit.name);
  if (!isEmptyMachine(machine)) return;
  world.leaving.push(machine);
  removeMachine(world.model, machine.id);
}
