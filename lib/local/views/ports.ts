import type {PortRange} from '../model/state.ts';
import {comparePorts, formatPortRange} from '../tools/ports.ts';

/** Open ports as a list without repetitions: `80/tcp`, `8080-8090/udp`. */
export function listPorts(ports: readonly PortRange[]): string[] {
  return [...new Set([...ports].sort(comparePorts).map(formatPortRange))];
}

/** Open ports as the table shows them: `80,443/tcp 53/udp`. */
export function groupPorts(ports: readonly PortRange[]): string {
  const byProtocol = new Map<string, string[]>();
  for (const text of listPorts(ports)) {
    const [range = '', protocol = ''] = text.split('/');
    byProtocol.set(protocol, [...(byProtocol.get(protocol) ?? []), range]);
  }
  return [...byProtocol]
    .map(([protocol, ranges]) => (protocol === '' ? ranges.join(',') : `${ranges.join(',')}/${protocol}`))
    .join(' ');
}
