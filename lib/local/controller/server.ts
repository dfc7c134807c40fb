import {chmod, rm} from 'node:fs/promises';
import {createServer, type Server, type Socket} from 'node:net';

import type {CommandInput} from '../commands/input.ts';
import {openSocketPath} from '../store/socket-path.ts';
import {createLink, type Link} from './link.ts';
import {isClientMessage, type ClientMessage, type ForwardedCall, type ServerMessage} from './messages.ts';
import {PROTOCOL, readVersion} from './version.ts';

type ServerLink = Link<ServerMessage, ClientMessage>;

export interface CallServerOptions {
  readonly socket: string;
  /** Runs one call and gives its exit status. */
  readonly run: (input: CommandInput) => Promise<number>;
  /** Somebody asks the process to end. */
  readonly onStop: () => void;
  readonly now: () => number;
}

/** Answers calls on a Unix socket. */
export interface CallServer {
  /** Takes no more calls and lets those go that still wait. */
  close(): Promise<void>;
}

/** Listens; a socket that a dead process left there is replaced. Only the socket's owner can connect. */
export async function createCallServer(options: CallServerOptions): Promise<CallServer> {
  const version = await readVersion();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const link: ServerLink = createLink(socket, isClientMessage);
    link.send({kind: 'hello', protocol: PROTOCOL, version, pid: process.pid});
    answer(link, options);
  });
  await rm(options.socket, {force: true});
  // The address names a descriptor of the folder: it must stay what it is for as long as the server may remove the socket.
  const short = await openSocketPath(options.socket);
  await listen(server, short.path);
  await chmod(options.socket, 0o600);
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      await short.close();
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

/** One connection: one call, with its user at the other end. */
function answer(link: ServerLink, options: CallServerOptions): void {
  const user = new RemoteUser(link);
  link.onMessage((message) => {
    if (message.kind === 'stop') options.onStop();
    else if (message.kind === 'call') void run(link, user, message.call, options);
    else user.take(message);
  });
  void link.ended.then(() => {
    user.leave();
  });
}

async function run(link: ServerLink, user: RemoteUser, call: ForwardedCall, options: CallServerOptions): Promise<void> {
  const status = await options.run({
    ...call,
    write: (text) => {
      link.send({kind: 'write', text});
    },
    warn: (text) => {
      link.send({kind: 'warn', text});
    },
    readLine: () => user.readLine(),
    runAttached: (command) => user.runAttached(command),
    signal: user.signal,
    now: options.now,
  });
  link.send({kind: 'end', status});
}

const NOT_STARTED = 127;

/** The user of a call, asked over the connection. Who left answers nothing and wants to stop. */
class RemoteUser {
  readonly #link: ServerLink;
  readonly #stop = new AbortController();
  readonly #lines: ((text: string | null) => void)[] = [];
  readonly #programs: ((status: number) => void)[] = [];
  #hasLeft = false;

  constructor(link: ServerLink) {
    this.#link = link;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  readLine(): Promise<string | null> {
    if (this.#hasLeft) return Promise.resolve(null);
    this.#link.send({kind: 'ask'});
    return new Promise((resolve) => this.#lines.push(resolve));
  }

  runAttached(command: readonly string[]): Promise<number> {
    if (this.#hasLeft) return Promise.resolve(NOT_STARTED);
    this.#link.send({kind: 'attach', command});
    return new Promise((resolve) => this.#programs.push(resolve));
  }

  take(message: ClientMessage): void {
    if (message.kind === 'line') this.#lines.shift()?.(message.text);
    else if (message.kind === 'detached') this.#programs.shift()?.(message.status);
    else if (message.kind === 'abort') this.#stop.abort();
  }

  leave(): void {
    this.#hasLeft = true;
    this.#stop.abort();
    for (const resolve of this.#lines.splice(0)) resolve(null);
    for (const resolve of this.#programs.splice(0)) resolve(NOT_STARTED);
  }
}
