import {asMap, asStringList, asText, type HookToolCalls} from './run.ts';

/** One interface behind a binding, with its addresses; `cidr` is the subnet, 10.0.0.0/24. */
export interface BindAddress {
  readonly interfaceName: string;
  readonly macAddress: string;
  readonly addresses: readonly {readonly value: string; readonly cidr: string}[];
}

/** What Juju knows of the network behind a binding. */
export interface Network {
  readonly bindAddresses: readonly BindAddress[];
  readonly ingressAddresses: readonly string[];
  readonly egressSubnets: readonly string[];
}

/** The hook tools of networks and ports. */
export interface NetworkTools {
  /** The network of an endpoint or an extra binding. It needs no relation. */
  networkGet(binding: string, relationId?: string): Promise<Network>;
  /** A port or a range as Juju writes it: `15868/tcp`, `8080-8088/udp`, `icmp`. */
  openPort(port: string): Promise<void>;
  closePort(port: string): Promise<void>;
  openedPorts(): Promise<readonly string[]>;
}

/** The hook tools of networks and ports, each one call of the program of its name. */
export function createNetworkTools({json, silent}: HookToolCalls): NetworkTools {
  return {
    networkGet: async (binding, relationId) =>
      parseNetwork(await json('network-get', [...(relationId === undefined ? [] : ['-r', relationId]), binding])),
    openPort: (port) => silent('open-port', [port]),
    closePort: (port) => silent('close-port', [port]),
    openedPorts: async () => asStringList(await json('opened-ports', [])),
  };
}

function parseNetwork(value: unknown): Network {
  const network = asMap(value);
  return {
    bindAddresses: asList(network['bind-addresses']).map(parseBindAddress),
    ingressAddresses: asStringList(network['ingress-addresses']),
    egressSubnets: asStringList(network['egress-subnets']),
  };
}

/** Juju 2.9 writes `address` where 3.x writes `value`. */
function parseBindAddress(value: unknown): BindAddress {
  const bind = asMap(value);
  return {
    interfaceName: asText(bind['interface-name']),
    macAddress: asText(bind['mac-address']),
    addresses: asList(bind['addresses'])
      .map(asMap)
      .map((address) => ({value: asText(address['value'] ?? address['address']), cidr: asText(address['cidr'])})),
  };
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
