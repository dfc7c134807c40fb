import {deriveBytes} from '../random.ts';
import {takeNumber} from './model.ts';
import type {ApplicationState, InterfaceState, MachineState, ModelState, SpaceState} from './state.ts';

/**
 * Machines get .10 to .149 of a subnet, and .150 to .199 is kept for containers that come when these are given out: what
 * is above is free for VIPs, MAAS and other things outside the model.
 */
const FIRST_HOST = 10;
const ADDRESSES_PER_SUBNET = 190;
const MACHINES_PER_SUBNET = 140;

/** Whether an address of a subnet that ends in this number is, or may become, that of a machine or a container. */
export function isHostOfMachines(host: number): boolean {
  return host >= FIRST_HOST && host < FIRST_HOST + ADDRESSES_PER_SUBNET;
}

/**
 * One interface in every space, with the space's next free address. Addresses are never given out twice. A container is
 * bridged to its host's networks, so it is in the host's subnets for as long as these have room.
 */
export function addInterfaces(model: ModelState, machine: string, host?: MachineState): InterfaceState[] {
  return Object.values(model.spaces).map((space, index) => {
    const {address, cidr} = takeAddress(model, space, host);
    const mac = ['00', '16', '3e', ...hexPairs(deriveBytes(model.secret, ['mac', model.uuid, machine, space.name], 3))];
    return {name: `eth${String(index)}`, space: space.name, address, cidr, mac: mac.join(':')};
  });
}

function takeAddress(model: ModelState, space: SpaceState, host: MachineState | undefined): Address {
  const next = getAddress(space.cidr, getNextNumber(space.used));
  const subnet = host === undefined ? undefined : getInterface(host, space.name)?.cidr;
  if (subnet !== undefined && subnet !== next.cidr) {
    const number = MACHINES_PER_SUBNET + takeNumber(model, `container-address-${space.name}-${subnet}`);
    if (number < ADDRESSES_PER_SUBNET) return getAddress(subnet, number);
  }
  space.used = getNextNumber(space.used) + 1;
  return next;
}

interface Address {
  readonly address: string;
  readonly cidr: string;
}

/** The number of the next address in a row of subnets, past what each of them keeps for containers. */
function getNextNumber(used: number): number {
  const isFull = used % ADDRESSES_PER_SUBNET >= MACHINES_PER_SUBNET;
  return isFull ? (Math.floor(used / ADDRESSES_PER_SUBNET) + 1) * ADDRESSES_PER_SUBNET : used;
}

/** Juju's spaces are sets of subnets: when one is full, the next /24 follows. */
function getAddress(cidr: string, number: number): Address {
  const [first = '10', second = '0', third = '0'] = cidr.split('.');
  const subnet = [first, second, String(Number(third) + Math.floor(number / ADDRESSES_PER_SUBNET))].join('.');
  return {address: `${subnet}.${String(FIRST_HOST + (number % ADDRESSES_PER_SUBNET))}`, cidr: `${subnet}.0/24`};
}

function hexPairs(bytes: Buffer): string[] {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
}

/** The space an endpoint (or an extra binding) of an application is bound to. */
export function getSpace(model: ModelState, application: ApplicationState, endpoint: string): string {
  return application.bindings[endpoint] ?? application.bindings[''] ?? model.defaultSpace;
}

/** The machine's interface in a space, if it has one. */
export function getInterface(machine: MachineState, space: string): InterfaceState | undefined {
  return machine.interfaces.find((candidate) => candidate.space === space);
}

/** The address under which a unit is reached for an endpoint; empty when its machine is not in that space. */
export function getEndpointAddress(
  model: ModelState,
  application: ApplicationState,
  machine: MachineState,
  endpoint: string,
): string {
  return getInterface(machine, getSpace(model, application, endpoint))?.address ?? '';
}

/** The machine's address in the model's default space: what `status` shows and `unit-get` answers. */
export function getPublicAddress(model: ModelState, machine: MachineState): string {
  return (getInterface(machine, model.defaultSpace) ?? machine.interfaces[0])?.address ?? '';
}
