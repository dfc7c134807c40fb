import {rename, stat} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import {join} from 'node:path';

/** How a MAAS fails: it is there but cannot answer, takes nobody's key, or takes requests and says nothing. */
export type MaasFailure = 'unavailable' | 'unauthorised' | 'silent';

const SOCKET = 'maas.socket';
const ASIDE = 'maas.socket.aside';

const ANSWERS: Readonly<Record<MaasFailure, {readonly status: number; readonly body: string} | null>> = {
  unavailable: {status: 503, body: 'Service Unavailable'},
  unauthorised: {status: 401, body: 'Authorization Error: Invalid API key.'},
  silent: null,
};

/** The socket that a model's own MAAS answers on, also while another stands in its place. */
export async function findMaasSocket(folder: string): Promise<string> {
  const aside = join(folder, ASIDE);
  return (await isThere(aside)) ? aside : join(folder, SOCKET);
}

/**
 * Stands in for a model's MAAS, at the socket that the address in its network leads to, so that machines find one that fails. The real one
 * goes on beside it, and does what an administrator asks of it.
 */
export class MaasOutage {
  readonly #folder: string;
  #server: Server | null = null;
  #failure: MaasFailure = 'unavailable';

  /** `folder` is that of the model. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** From now on MAAS fails like this, also for who is waiting for an answer. */
  async begin(failure: MaasFailure): Promise<void> {
    this.#failure = failure;
    if (this.#server !== null) {
      this.#server.closeAllConnections();
      return;
    }
    await this.end();
    const server = createServer((request, response) => {
      request.resume();
      const answer = ANSWERS[this.#failure];
      if (answer === null) return;
      response.writeHead(answer.status, {'content-type': 'text/plain; charset=utf-8'}).end(answer.body);
    });
    const socket = join(this.#folder, SOCKET);
    await rename(socket, join(this.#folder, ASIDE));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
    this.#server = server;
  }

  /** MAAS answers again, whoever made it fail; nothing when it does. */
  async end(): Promise<void> {
    const [socket, aside] = [join(this.#folder, SOCKET), join(this.#folder, ASIDE)];
    const server = this.#server;
    this.#server = null;
    if (server !== null) {
      // A server that closes takes the file at its place away, whoever's it is by now.
      if (!(await isThere(aside))) await rename(socket, aside);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    // Over what a process left that is gone.
    if (await isThere(aside)) await rename(aside, socket);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
