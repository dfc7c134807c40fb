import type {Desired} from '../desired.ts';
import type {Facet} from '../facet.ts';
import type {HookTools} from '../hook-tools/index.ts';

/** Open ports. Juju opens and closes them when the hook has succeeded. */
export function createPortsFacet(tools: HookTools): Facet<Desired> {
  // `opened-ports` leaves out what this hook has asked for, so a second look would ask again.
  let opened: ReadonlySet<string> | null = null;
  return {
    name: 'ports',
    plan: async (decision) => {
      if (decision.ports === undefined) {
        return [];
      }
      // As Juju prints them back: a port without a protocol is one of TCP.
      const ports = [...new Set(decision.ports.map((port) => (/^[\d-]+$/.test(port) ? `${port}/tcp` : port)))];
      opened ??= new Set(await tools.openedPorts());
      const have = opened;
      const change = (summary: string, call: () => Promise<void>): {summary: string; apply: () => Promise<void>} => ({
        summary,
        apply: async () => {
          await call();
          opened = new Set(ports);
        },
      });
      return [
        ...ports.filter((port) => !have.has(port)).map((port) => change(`open ${port}`, () => tools.openPort(port))),
        ...[...have]
          .filter((port) => !ports.includes(port))
          .map((port) => change(`close ${port}`, () => tools.closePort(port))),
      ];
    },
  };
}
