import type {InterfaceState} from '../../model/state.ts';
import {getLinkPrefix, getPowerOwner} from './names.ts';

/** A network of a model. */
export interface RoomSpace {
  readonly name: string;
  readonly cidr: string;
}

/** An address that the host's side has on a space's network, with the length of its prefix: `10.0.0.1/24`. */
export interface GatewayAddress {
  readonly space: string;
  readonly address: string;
}

/**
 * Networks as lines for `ip -batch`. In the model's namespace each space has a bridge, `br0`, `br1` ...; and for each machine
 * there is a bridge of its own a space (`m1b0`) with one cable to the space's (`m1u0` to `m1s0`). What lives on the machine is
 * plugged in there (`m1e0` is the host's end of its `eth0`, `m1l0e0` that of a container), so its uplink is shared by construction.
 */
export interface MachineLinks {
  readonly id: string;
  readonly interfaces: readonly InterfaceState[];
}

/** Bridges of the spaces with the host's addresses. `existing` are names of links that are there already. */
export function planModelNetwork(
  spaces: readonly RoomSpace[],
  gateway: readonly GatewayAddress[],
  existing: ReadonlySet<string>,
): readonly string[] {
  const bridges = spaces.flatMap((_, index) => addBridge(`br${String(index)}`, existing));
  const addresses = gateway.flatMap(({space, address}) => {
    const index = getSpaceIndex(spaces, space);
    return index === -1 ? [] : [`addr replace ${address} dev br${String(index)}`];
  });
  return ['link set lo up', ...bridges, ...addresses];
}

/** The bridges of a machine, and their cables to those of the spaces. Containers have none. */
export function planUplinks(
  machine: string,
  spaces: readonly RoomSpace[],
  existing: ReadonlySet<string>,
): readonly string[] {
  if (getPowerOwner(machine) !== machine) return [];
  const own = getLinkPrefix(machine);
  return spaces.flatMap((_, space) => {
    const [bridge, inner, outer] = [`${own}b${String(space)}`, `${own}u${String(space)}`, `${own}s${String(space)}`];
    const cable = existing.has(inner) ? [] : [`link add ${inner} type veth peer name ${outer}`];
    return [
      ...addBridge(bridge, existing),
      ...cable,
      `link set ${inner} master ${bridge} up`,
      `link set ${outer} master br${String(space)} up`,
    ];
  });
}

/**
 * Plugs a machine's interfaces in: the other ends go to the namespace that the file `network` of the current folder holds.
 */
export function planInterfaces({id, interfaces}: MachineLinks, spaces: readonly RoomSpace[]): readonly string[] {
  const owner = getLinkPrefix(getPowerOwner(id));
  return interfaces.flatMap(({name, mac, space}, index) => {
    const end = `${getLinkPrefix(id)}e${String(index)}`;
    const bridge = getSpaceIndex(spaces, space);
    return [
      `link add ${end} type veth peer name ${name} address ${mac} netns ./network`,
      ...(bridge === -1 ? [] : [`link set ${end} master ${owner}b${String(bridge)}`]),
      `link set ${end} up`,
    ];
  });
}

/** What a machine finds when it boots: its interfaces with their addresses, and no way out of the spaces. */
export function planAddresses(interfaces: readonly InterfaceState[]): readonly string[] {
  return [
    'link set lo up',
    ...interfaces.flatMap(({name, address, cidr}) => [
      `addr add ${address}/${getPrefixLength(cidr)} dev ${name}`,
      `link set ${name} up`,
    ]),
  ];
}

/**
 * Pulls a machine's cables or plugs them in again. Its own interfaces lose their carrier; its containers' keep theirs, since
 * the bridge they are on goes on, but reach nothing beyond the machine.
 */
export function planLinkState(machine: string, isUp: boolean, existing: ReadonlySet<string>): readonly string[] {
  const own = new RegExp(`^${getLinkPrefix(machine)}[ue]\\d+$`);
  return [...existing].flatMap((name) => (own.test(name) ? [`link set ${name} ${isUp ? 'up' : 'down'}`] : []));
}

/** Takes away the ends of a machine's interfaces (`e`), or all links that are the machine's. */
export function planRemoval(machine: string, kinds: 'e' | 'ebu', existing: ReadonlySet<string>): readonly string[] {
  const own = new RegExp(`^${getLinkPrefix(machine)}[${kinds}]\\d+$`);
  return [...existing].flatMap((name) => (own.test(name) ? [`link del ${name}`] : []));
}

/** Names of links in what `ip -json link show` printed. */
export function parseLinkNames(json: string): ReadonlySet<string> {
  const value: unknown = JSON.parse(json === '' ? '[]' : json);
  const links: readonly unknown[] = Array.isArray(value) ? value : [];
  return new Set(
    links.flatMap((link) =>
      typeof link === 'object' && link !== null && 'ifname' in link && typeof link.ifname === 'string'
        ? [link.ifname]
        : [],
    ),
  );
}

/** Frames pass at once (no spanning tree delay), and multicast goes everywhere: nobody here asks who listens. */
function addBridge(name: string, existing: ReadonlySet<string>): readonly string[] {
  const add = existing.has(name) ? [] : [`link add ${name} type bridge forward_delay 0 mcast_snooping 0`];
  return [...add, `link set ${name} up`];
}

function getSpaceIndex(spaces: readonly RoomSpace[], name: string): number {
  return spaces.findIndex((space) => space.name === name);
}

function getPrefixLength(cidr: string): string {
  return cidr.slice(cidr.indexOf('/') + 1);
}
