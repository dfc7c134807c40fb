import {isIPv4} from 'node:net';

import {LocalError} from '../../errors.ts';
import {isHostOfMachines} from '../../model/network.ts';

/** Where the machines cloud's MAAS answers, inside the model's network. */
export interface MaasAddress {
  readonly address: string;
  readonly port: number;
  /** The space whose network it is in. */
  readonly space: string;
}

const MAAS_HOSTS = 'those that end in 2 to 9 or 200 to 254';

/**
 * Reads the cloud's `maas-url`, which is what charms are given as theirs. It must be plain HTTP at an IPv4 address of one of the
 * model's spaces, as nothing else of the network is there for machines.
 */
export function parseMaasAddress(
  text: string,
  spaces: readonly {readonly name: string; readonly cidr: string}[],
): MaasAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  const space = spaces.find(({cidr}) => url !== null && isInside(url.hostname, cidr));
  if (url === null || url.protocol !== 'http:' || url.pathname.replace(/\/+$/, '') !== '/MAAS' || space === undefined) {
    const networks = spaces.map(({cidr}) => cidr).join(', ');
    throw new LocalError(
      `config maas-url "${text}" is not valid: it must be http://ADDRESS[:PORT]/MAAS with an address in one of ${networks}`,
    );
  }
  return {address: url.hostname, port: url.port === '' ? 80 : Number(url.port), space: space.name};
}

/** The same for a MAAS that is still to be: refused where its address would be a machine's too, or a network's own. */
export function checkMaasAddress(
  text: string,
  spaces: readonly {readonly name: string; readonly cidr: string}[],
): void {
  const {address} = parseMaasAddress(text, spaces);
  const host = Number(address.split('.').at(-1));
  if (host > 0 && host < 255 && !isHostOfMachines(host)) return;
  throw new LocalError(
    `config maas-url "${text}" is not valid: ${address} may be a machine's address; ${MAAS_HOSTS} are no machine's`,
  );
}

/** Whether an address is in a network whose prefix length is a multiple of 8, as those of spaces are. */
function isInside(address: string, cidr: string): boolean {
  const [network = '', length = ''] = cidr.split('/');
  const octets = Number(length) / 8;
  return isIPv4(address) && address.split('.').slice(0, octets).join() === network.split('.').slice(0, octets).join();
}
