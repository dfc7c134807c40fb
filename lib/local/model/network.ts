import {deriveBytes} from '../random.ts';
import type {ApplicationState, InterfaceState, MachineState, ModelState, SpaceState} from './state.ts';

/** The spaces of a new model; the first is the default for endpoints that are bound to none. */
export const DEFAULT_SPACES: readonly SpaceState[] = [
  {name: 'public', cidr: '10.0.0.0/24', used: 0},
  {name: 'admin', cidr: '10.70.0.0/24', used: 0},
  {name: 'internal', cidr: '10.80.0.0/24', used: 0},
];

/** Hosts get .10 to .199 of a subnet: what is above is free for VIPs, MAAS and other things outside the model. */
const FIRST_HOST = 10;
const HOSTS_PER_SUBNET = 190;

/** One interface in every space, with the space's next free address. Addresses are never given out twice. */
export function addInterfaces(model: ModelState, machine: string): InterfaceState[] {
  return Object.values(model.spaces).map((space, index) => {
    const {address, cidr} = getAddress(space.cidr, space.used);
    space.used += 1;
    const mac = ['00', '16', '3e', ...hexPairs(deriveBytes(model.secret, ['mac', model.uuid, machine, space.name], 3))];
    return {name: `eth${String(index)}`, space: space.name, address, cidr, mac: mac.join(':')};
  });
}

/** Juju's spaces are sets of subnets: when one is full, the next /24 follows. */
function getAddress(cidr: string, number: number): {address: string; cidr: string} {
  const [first = '10', second = '0', third = '0'] = cidr.split('.');
  const subnet = [first, second, String(Number(third) + Math.floor(number / HOSTS_PER_SUBNET))].join('.');
  return {address: `${subnet}.${String(FIRST_HOST + (number % HOSTS_PER_SUBNET))}`, cidr: `${subnet}.0/24`};
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
