import type {AddMachinesArgs, AddUnitArgs, Change, DeployArgs} from '#juju';

import type {LocatedCharm} from '../charms/library.ts';
import {LocalError} from '../errors.ts';
import {getApplication, getMachine, getUnit} from '../model/model.ts';
import type {MachineState} from '../model/state.ts';
import {addRelation, inferEndpoints} from '../uniter/relations.ts';
import type {World} from '../uniter/world.ts';
import {addApplication, addCharm, applySettings} from './applications.ts';
import {upgradeCharm} from './refresh.ts';
import {createContainer, createMachine, placeUnit} from './placement.ts';

/** What earlier changes of the plan made, by their ids. */
interface Made {
  readonly machines: Map<string, MachineState>;
  readonly units: Map<string, string>;
}

interface Applying {
  readonly world: World;
  readonly charms: ReadonlyMap<string, LocatedCharm>;
  readonly made: Made;
}

/** Makes the changes of a plan, in its order. */
export async function applyChanges(
  world: World,
  changes: readonly Change[],
  charms: ReadonlyMap<string, LocatedCharm>,
): Promise<void> {
  const applying: Applying = {world, charms, made: {machines: new Map(), units: new Map()}};
  for (const change of changes) await applyChange(applying, change);
}

async function applyChange(applying: Applying, change: Change): Promise<void> {
  switch (change.method) {
    case 'addMachines':
      applying.made.machines.set(change.id, await makeMachine(applying, change.args));
      return;
    case 'addUnit':
      applying.made.units.set(change.id, await makeUnit(applying, change.args));
      return;
    default:
      applySimple(applying, change);
  }
}

function applySimple(applying: Applying, change: Change): void {
  const {world, charms} = applying;
  switch (change.method) {
    case 'addCharm':
      addCharm(world.model, getLocated(charms, change.args.application));
      return;
    case 'deploy':
      makeApplication(applying, change.args);
      return;
    case 'upgradeCharm':
      upgradeCharm(world, change.args.application, addCharm(world.model, getLocated(charms, change.args.application)));
      return;
    case 'addRelation':
      addRelation(world, inferEndpoints(world, ...change.args.endpoints));
      return;
    case 'setOptions':
      applySettings(world, change.args.application, change.args.options);
      return;
    default:
      applyProperty(applying, change);
  }
}

function applyProperty({world, made}: Applying, change: Change): void {
  switch (change.method) {
    case 'expose':
      getApplication(world.model, change.args.application).exposed = true;
      return;
    case 'setConstraints':
      getApplication(world.model, change.args.application).constraints = change.args.constraints;
      return;
    case 'setAnnotations': {
      const {entity, id, annotations} = change.args;
      const target =
        entity === 'application'
          ? getApplication(world.model, id)
          : (made.machines.get(id.replace('$', '')) ?? getMachine(world.model, id));
      target.annotations = {...target.annotations, ...annotations};
      return;
    }
    default:
      throw new LocalError(`not modelled: ${change.description.join('; ')}`);
  }
}

function getLocated(charms: ReadonlyMap<string, LocatedCharm>, application: string): LocatedCharm {
  const located = charms.get(application);
  if (located === undefined) throw new RangeError(`the plan names ${application}, which has no charm`);
  return located;
}

function makeApplication({world, charms}: Applying, args: DeployArgs): void {
  const charm = addCharm(world.model, getLocated(charms, args.application));
  const {application: name, base = '', channel = '', options, bindings, constraints, trust, storage} = args;
  addApplication(world, {name, charm, base, channel, settings: options, bindings, constraints, trust, storage});
}

async function makeMachine({world, made}: Applying, args: AddMachinesArgs): Promise<MachineState> {
  const wanted = {base: args.base, constraints: args.constraints, now: world.now()};
  if (args.containerType === '') return createMachine(world, wanted);
  return createContainer(world, getTopMachine(getParent(world, made, args.parent)), args.containerType, wanted);
}

function getParent(world: World, made: Made, reference: string): string {
  if (!reference.startsWith('$')) return reference;
  const id = reference.slice(1);
  const unit = made.units.get(id);
  return unit === undefined ? (made.machines.get(id)?.id ?? '') : getUnit(world.model, unit).machine;
}

function getTopMachine(machine: string): string {
  return machine.split('/')[0] ?? machine;
}

async function makeUnit({world, made}: Applying, {application, to, base}: AddUnitArgs): Promise<string> {
  return placeUnit(world, application, await getUnitMachine(world, made, {to, base})).name;
}

async function getUnitMachine(world: World, made: Made, {to, base}: {to: string; base: string}): Promise<MachineState> {
  const wanted = {base, now: world.now()};
  if (to === '') return createMachine(world, wanted);
  const [kind = '', parent] = to.split(':');
  if (parent !== undefined) return createContainer(world, getTopMachine(getParent(world, made, parent)), kind, wanted);
  return getMachine(world.model, getParent(world, made, to));
}
