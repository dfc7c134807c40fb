import {isMachineId} from '#juju';

import {LocalError} from '../errors.ts';
import {addContainer, addMachine} from '../model/machines.ts';
import {getApplication, getMachine} from '../model/model.ts';
import type {MachineState, UnitState} from '../model/state.ts';
import {electLeader} from '../uniter/leadership.ts';
import {addPrincipalUnit} from '../uniter/units.ts';
import type {World} from '../uniter/world.ts';

/** Where a unit is to live: an existing machine, a new container on one, or (neither) a new machine. */
export interface Place {
  readonly container: string;
  readonly machine: string;
}

/** Reads a directive of `--to`: `4`, `0/lxd/1`, `lxd:4`, `lxd`, `new`; an empty one means a new machine. */
export function parsePlace(text: string): Place {
  if (text === '' || text === 'new') return {container: '', machine: ''};
  const [kind = '', machine, ...rest] = text.split(':');
  if (machine === undefined && isMachineId(kind)) return {container: '', machine: kind};
  if (rest.length === 0 && kind === 'lxd') return checkHost(text, {container: 'lxd', machine: machine ?? ''});
  throw new LocalError(`placement "${text}" not valid: use a machine, lxd:<machine>, lxd or new`);
}

function checkHost(text: string, place: Place): Place {
  if (place.machine === '' || place.machine === 'new' || isMachineId(place.machine)) {
    return {...place, machine: place.machine === 'new' ? '' : place.machine};
  }
  throw new LocalError(`placement "${text}" not valid: "${place.machine}" is not a machine`);
}

/** Checks that a place's machine is there, before anything is changed. */
export function checkPlace(world: World, place: Place): void {
  if (place.machine !== '') getMachine(world.model, place.machine);
}

/** Adds units, each where the directive of its number says, the rest on new machines. */
export async function placeUnits(
  world: World,
  name: string,
  count: number,
  places: readonly Place[],
): Promise<string[]> {
  const application = getApplication(world.model, name);
  for (const place of places) checkPlace(world, place);
  const added: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const machine = await ensureMachine(world, places[index] ?? {container: '', machine: ''}, application);
    added.push(placeUnit(world, name, machine).name);
  }
  return added;
}

/** Adds a unit to a machine. A machine that was empty takes the base of its first application. */
export function placeUnit(world: World, name: string, machine: MachineState): UnitState {
  const application = getApplication(world.model, name);
  if (machine.units.length === 0) machine.base = world.cloud.base ?? application.base;
  return addPrincipalUnit(world, name, machine);
}

async function ensureMachine(
  world: World,
  {container, machine}: Place,
  {base, constraints}: {base: string; constraints: string},
): Promise<MachineState> {
  const wanted = {base, constraints, now: world.now()};
  if (container === '' && machine !== '') return getMachine(world.model, machine);
  const host = container === '' || machine !== '' ? machine : (await createMachine(world, wanted)).id;
  return container === '' ? createMachine(world, wanted) : createContainer(world, host, container, wanted);
}

/** A new machine, in the model and in the cloud. */
export async function createMachine(world: World, wanted: Parameters<typeof addMachine>[1]): Promise<MachineState> {
  const machine = addMachine(world.model, wanted);
  await world.cloud.createMachine(machine);
  return machine;
}

/** A new container, in the model and in the cloud. */
export async function createContainer(
  world: World,
  parent: string,
  kind: string,
  wanted: Parameters<typeof addMachine>[1],
): Promise<MachineState> {
  const machine = addContainer(world.model, parent, kind, wanted);
  await world.cloud.createMachine(machine);
  return machine;
}

/** Lets applications that have units but no leader elect one. Called when all units of a deployment are there. */
export function electLeaders(world: World): void {
  for (const application of Object.values(world.model.applications)) electLeader(world, application);
}
