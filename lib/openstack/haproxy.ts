import {getCidrs, isInCidr, parseAddress} from './addresses.ts';
import {API_BINDINGS, getOwnAddress, type ApiBinding, type ApiPlace} from './api-endpoints.ts';
import type {Peer} from './cluster-peer.ts';
import {formatHost} from './fields.ts';

/** A network on which haproxy answers, and the API servers it sends on to. */
export interface HaproxyNetwork {
  /** This unit's own address in it; backends are named by it. */
  readonly address: string;
  readonly cidr: string;
  readonly servers: readonly {readonly name: string; readonly host: string; readonly port: number}[];
}

/** What a haproxy.cfg is made from. */
export interface HaproxyContext {
  readonly service: string;
  readonly listenPort: number;
  readonly hasIpv6: boolean;
  readonly networks: readonly HaproxyNetwork[];
  /** In milliseconds. */
  readonly timeouts: HaproxyTimeouts;
  readonly statsPassword: string;
}

/** Timeouts in milliseconds. */
export interface HaproxyTimeouts {
  readonly server: number;
  readonly client: number;
  readonly queue: number;
  readonly connect: number;
}

/** What haproxy's configuration is made of: the API's ports, and where the unit and its peers are. */
export interface HaproxyOptions {
  readonly service: string;
  readonly listenPort: number;
  /** Where the API itself listens on every unit. */
  readonly serverPort: number;
  readonly unit: string;
  readonly place: ApiPlace;
  readonly peers: readonly Peer[];
  readonly timeouts: HaproxyTimeouts;
  readonly statsPassword: string;
}

/** The context of haproxy.cfg, with servers in the order of their units; null while this unit has no address. */
export function getHaproxyContext(options: HaproxyOptions): HaproxyContext | null {
  const {service, listenPort, place, timeouts, statsPassword} = options;
  const networks = API_BINDINGS.flatMap((binding) => getNetwork(binding, options) ?? []);
  const distinct = networks.filter(
    ({address}, index) => networks.findIndex((other) => other.address === address) === index,
  );
  const addresses = [...distinct.map(({address}) => address), ...place.vips];
  return distinct.length === 0
    ? null
    : {
        service,
        listenPort,
        hasIpv6: addresses.some((address) => parseAddress(address)?.kind() === 'ipv6'),
        networks: distinct,
        timeouts,
        statsPassword,
      };
}

function getNetwork(binding: ApiBinding, {place, peers, unit, serverPort}: HaproxyOptions): HaproxyNetwork | null {
  const own = getOwnAddress(place, binding);
  if (own === null) {
    return null;
  }
  const addresses = [
    {unit, address: own},
    ...peers.flatMap(({unit: name, addresses: {[binding]: address}}) =>
      address === undefined ? [] : [{unit: name, address}],
    ),
  ];
  const cidrs = Object.values(place.networks).flatMap(getCidrs);
  return {
    address: own,
    cidr: cidrs.find((cidr) => isInCidr(own, cidr)) ?? own,
    servers: addresses
      .sort((a, b) => getUnitNumber(a.unit) - getUnitNumber(b.unit))
      .map(({unit: name, address}) => ({name: name.replace('/', '-'), host: formatHost(address), port: serverPort})),
  };
}

function getUnitNumber(unit: string): number {
  return Number(unit.slice(unit.lastIndexOf('/') + 1));
}
