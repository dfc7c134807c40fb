import {chmod, rm} from 'node:fs/promises';
import {createServer, type RequestListener} from 'node:http';
import {join} from 'node:path';

import {openSocketPath} from '../store/socket-path.ts';
import {createAgentClock} from '../uniter/agent-clock.ts';
import {ensureGateway} from './gateway/gateway.ts';
import {GatewayWatch} from './gateway/gateway-watch.ts';
import type {MaasAddress} from './maas/address.ts';
import type {ArchiveServer, MachinePorts} from './ports.ts';

/** Where machines find their package archives, at the first address of the model's first space. */
export const ARCHIVES_PORT = 3142;

export interface ServicesOptions {
  readonly ports: Pick<MachinePorts, 'long' | 'progress'>;
  /** The model's folder and its name on this computer. */
  readonly folder: string;
  readonly id: string;
  readonly archives: ArchiveServer;
  /** The controller's address in the network. */
  readonly address: string;
  readonly maas: RequestListener;
  readonly maasAddress: MaasAddress;
}

const ARCHIVES_SOCKET = 'archives.socket';
const MAAS_SOCKET = 'maas.socket';

/** What the controller is to the machines of one model: their package archives, and their MAAS. */
export async function openServices(options: ServicesOptions): Promise<{close(): Promise<void>}> {
  const {ports, folder, id, archives, address, maas, maasAddress} = options;
  const place = await openSocketPath(join(folder, ARCHIVES_SOCKET));
  await archives.listen(place.path);
  const server = await listen(maas, join(folder, MAAS_SOCKET));
  const passages = [
    {address, port: ARCHIVES_PORT, socket: ARCHIVES_SOCKET},
    {address: maasAddress.address, port: maasAddress.port, socket: MAAS_SOCKET},
  ];
  const ensure = (): Promise<boolean> => ensureGateway({ports, folder, id, passages});
  await ensure();
  const watch = new GatewayWatch({ensure, clock: createAgentClock(), tell: ports.progress});
  watch.start();
  return {
    close: async () => {
      await watch.close();
      await Promise.all([archives.close(), server.close()]);
      await place.close();
    },
  };
}

async function listen(listener: RequestListener, path: string): Promise<{close(): Promise<void>}> {
  const server = createServer(listener);
  const place = await openSocketPath(path);
  // What a killed process left there would be in the way.
  await rm(path, {force: true});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.path, resolve);
  });
  await chmod(path, 0o600);
  return {
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      await place.close();
    },
  };
}
