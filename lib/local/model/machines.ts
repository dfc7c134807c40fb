import {LocalError} from '../errors.ts';
import {getMachine, takeNumber} from './model.ts';
import {getContainerName, getMachineName} from './names.ts';
import {addInterfaces} from './network.ts';
import type {MachineState, ModelState} from './state.ts';

export interface NewMachine {
  readonly base: string;
  readonly constraints?: string;
  readonly now: number;
}

/** A new machine with an interface in every space. */
export function addMachine(model: ModelState, {base, constraints = '', now}: NewMachine): MachineState {
  const id = String(takeNumber(model, 'machine'));
  const machine = createMachine(model, id, {base, constraints, now});
  machine.hostname = getMachineName(Number(id));
  model.machines[id] = machine;
  return machine;
}

/** A new container on a machine. LXD is the only kind that Juju 3.6 makes on MAAS. */
export function addContainer(
  model: ModelState,
  parent: string,
  kind: string,
  {base, constraints = '', now}: NewMachine,
): MachineState {
  if (kind !== 'lxd') throw new LocalError(`container type "${kind}" is not supported: use lxd`);
  const host = getMachine(model, parent);
  const id = `${parent}/${kind}/${String(takeNumber(model, `machine-${parent}/${kind}`))}`;
  const machine = createMachine(model, id, {base, constraints, now}, host);
  machine.hostname = getContainerName(model.uuid, id);
  machine.parent = parent;
  host.containers.push(id);
  model.machines[id] = machine;
  return machine;
}

function createMachine(
  model: ModelState,
  id: string,
  {base, constraints = '', now}: NewMachine,
  host?: MachineState,
): MachineState {
  return {
    id,
    hostname: '',
    life: 'alive',
    base,
    constraints,
    parent: null,
    containers: [],
    units: [],
    interfaces: addInterfaces(model, id, host),
    created: now,
    annotations: {},
  };
}

/** Whether nothing lives on a machine: no unit and no container. */
export function isEmptyMachine(machine: MachineState): boolean {
  return machine.units.length === 0 && machine.containers.length === 0;
}

/** Takes an empty machine out of the model. */
export function removeMachine(model: ModelState, id: string): void {
  const machine = getMachine(model, id);
  if (!isEmptyMachine(machine)) throw new LocalError(`machine ${id} has units or containers`);
  if (machine.parent !== null) {
    const parent = getMachine(model, machine.parent);
    parent.containers = parent.containers.filter((container) => container !== id);
  }
  model.machines = omit(model.machines, id);
}

/** A record without one of its keys. */
export function omit<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
