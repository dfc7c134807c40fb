import {createServer} from 'node:http';

import {createMaasServer, type MaasFault, type ServedRequest} from '#local';

/** A MAAS on this computer with one machine, whose power is a variable. */
export interface ServedMaas {
  readonly url: string;
  readonly apiKey: string;
  /** `on`, `off` ...; may be set. */
  power: 'on' | 'off' | 'unknown';
  /** Asked before each request. */
  interfere: (request: ServedRequest) => MaasFault | null;
  /** Orders that machines were given. */
  readonly orders: string[];
  close(): Promise<void>;
}

export const MACHINE = 'tidy-goose';

/** Serves on a free port of 127.0.0.1. */
export async function serveMaas(): Promise<ServedMaas> {
  const apiKey = 'consumer-of-test:token-of-test:secret-of-test';
  const orders: string[] = [];
  const order = (to: 'on' | 'off'): Promise<void> => {
    orders.push(to);
    served.power = to;
    return Promise.resolve();
  };
  const server = createServer(
    createMaasServer({
      apiKey,
      interfere: (request) => served.interfere(request),
      power: {
        list: () => Promise.resolve([{id: '1', hostname: MACHINE}]),
        getPower: () => Promise.resolve(served.power),
        powerOn: () => order('on'),
        powerOff: () => order('off'),
      },
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const served: ServedMaas = {
    url: `http://127.0.0.1:${port}/MAAS`,
    apiKey,
    power: 'on',
    interfere: () => null,
    orders,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return served;
}
