import type {Network} from '#charm';
import ipaddr from 'ipaddr.js';

/** An IP address, or null for a text that is none; short and octal forms of IPv4 and zones of IPv6 are none. */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'));
  return isAddress && /[.:]/.test(text) ? ipaddr.parse(text) : null;
}

/** Whether a text is a network in CIDR form: 10.0.0.0/24. */
export function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text) && parseAddress(text.slice(0, text.lastIndexOf('/'))) !== null;
}

/** Whether an address lies in a network in CIDR form; false where either is not what it should be. */
export function isInCidr(address: string, cidr: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === null || !isCidr(cidr)) {
    return false;
  }
  const [network, prefix] = ipaddr.parseCIDR(cidr);
  return parsed.kind() === network.kind() && parsed.match(network, prefix);
}

/** The address by which the other end of a binding reaches this unit, or null for a binding that has none. */
export function getPrimaryAddress(network: Network | undefined): string | null {
  const bound = network?.bindAddresses.flatMap(({addresses}) => addresses.map(({value}) => value)) ?? [];
  return bound[0] ?? network?.ingressAddresses[0] ?? null;
}

/** The networks of a binding in CIDR form. */
export function getCidrs(network: Network | undefined): readonly string[] {
  return network?.bindAddresses.flatMap(({addresses}) => addresses.map(({cidr}) => cidr)) ?? [];
}

/** Two spellings of one address give one text; a text that is no address is given back. */
export function normaliseAddress(text: string): string {
  return parseAddress(text)?.toString() ?? text;
}

/** The interface whose network an address lies in, or null. */
export function getInterfaceFor(address: string, networks: readonly (Network | undefined)[]): string | null {
  const found = networks
    .flatMap((network) => network?.bindAddresses ?? [])
    .find(({addresses}) => addresses.some(({cidr}) => isInCidr(address, cidr)));
  return found?.interfaceName ?? null;
}
