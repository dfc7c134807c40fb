import {createConnection, type Socket} from 'node:net';

import {encodeFrame, FrameSplitter} from '../byte-frames.ts';
import {openSocketPath} from '../store/socket-path.ts';

/** Far more than a call prints at once; what is longer is no message of ours. */
const BYTES_AT_MOST = 256 * 1024 * 1024;

/** Messages over a connection, in both directions. */
export interface Link<Sent, Received> {
  send(message: Sent): void;
  /** Who takes the messages from now on; those that came before first. */
  onMessage(take: (message: Received) => void): void;
  /** Resolves when the other side has ended or something arrived that is no message; the reason, or null. */
  readonly ended: Promise<string | null>;
  close(): void;
}

/** Messages over a socket that is connected. What is no message ends the connection. */
export function createLink<Sent, Received>(
  socket: Socket,
  isReceived: (value: unknown) => value is Received,
): Link<Sent, Received> {
  const reader = new FrameSplitter(BYTES_AT_MOST);
  const waiting: Received[] = [];
  let take: (message: Received) => void = (message) => waiting.push(message);
  let reason: string | null = null;
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const body of reader.push(chunk)) {
        const value: unknown = JSON.parse(body.toString('utf8'));
        if (!isReceived(value)) throw new RangeError('a message that is not understood');
        take(value);
      }
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      socket.destroy();
    }
  });
  const ended = new Promise<string | null>((resolve) => {
    socket.once('error', (error) => (reason ??= error.message));
    socket.once('close', () => {
      resolve(reason);
    });
  });
  return {
    send: (message) => {
      if (socket.writable) socket.write(encodeFrame(Buffer.from(JSON.stringify(message))));
    },
    onMessage: (next) => {
      take = next;
      for (const message of waiting.splice(0)) next(message);
    },
    ended,
    close: () => socket.end(),
  };
}

/** Connects to a Unix socket; null when nobody listens there. */
export async function connect(path: string): Promise<Socket | null> {
  const short = await openSocketPath(path).catch(() => null);
  if (short === null) return null;
  try {
    return await new Promise<Socket | null>((resolve, reject) => {
      const socket = createConnection(short.path);
      socket.once('connect', () => {
        resolve(socket);
      });
      socket.once('error', (error) => {
        if ('code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')) resolve(null);
        else reject(error);
      });
    });
  } finally {
    await short.close();
  }
}
