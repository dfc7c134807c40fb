import {chmod, rm} from 'node:fs/promises';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';

import {LocalError} from '../../errors.ts';
import type {ArchiveServer} from '../ports.ts';
import type {Download, DownloadCache} from './download-cache.ts';
import type {Archive} from './sources.ts';
import type {Upstream, UpstreamRequest} from './upstream.ts';

/** What an archive server needs. It closes `upstream` with itself. */
export interface ArchiveServerOptions {
  /** In the order of their numbers: `/0/dists/...` is in the first. */
  readonly archives: readonly Pick<Archive, 'uri'>[];
  readonly upstream: Upstream;
  readonly cache: DownloadCache;
}

/** An archive server that also answers on this host, where layers are built. */
export interface LocalArchiveServer extends ArchiveServer {
  /** Answers on a free TCP port of 127.0.0.1, as a proxy does too, and gives its number. */
  listenOnHost(): Promise<number>;
}

/** Headers that apt sends and archives heed. */
const ASKED_WITH = ['if-modified-since', 'if-none-match', 'if-range', 'range', 'cache-control', 'user-agent'];

/** Headers that archives send and apt heeds. */
const ANSWERED_WITH = ['accept-ranges', 'content-length', 'content-range', 'content-type', 'etag', 'last-modified'];

/** A package file never changes (Debian policy 3.2.1), and a file named by its digest can not. */
const CONSTANT = /^(pool\/.+\.deb|dists\/.+\/by-hash\/\w+\/[0-9a-f]+)$/;

/** Lets machines reach the archives of the host: GET and HEAD of these archives, nothing else. */
export function createArchiveServer(options: ArchiveServerOptions): LocalArchiveServer {
  const answering = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answered = answer(options, request, response).catch((error: unknown) => {
      refuse(response, 502, describe(error));
    });
    answering.add(answered);
    void answered.finally(() => answering.delete(answered));
  });
  const listen = (where: {readonly path: string} | {readonly port: number; readonly host: string}): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(where, resolve);
    });
  return {
    listen: async (socket) => {
      // What a killed process left there would be in the way.
      await rm(socket, {force: true});
      await listen({path: socket}).catch((error: unknown) => {
        throw new LocalError(`the archive server cannot listen on ${socket}: ${describe(error)}`);
      });
      await chmod(socket, 0o600);
    },
    listenOnHost: async () => {
      await listen({host: '127.0.0.1', port: 0});
      const address = server.address();
      if (address === null || typeof address === 'string') throw new LocalError('the archive server has no port');
      return address.port;
    },
    // What was on its way into the cache is dropped by then.
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      options.upstream.close();
      await Promise.all([closed, ...answering]);
    },
  };
}

async function answer(
  {archives, upstream, cache}: ArchiveServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const {method} = request;
  if (method !== 'GET' && method !== 'HEAD') {
    refuse(response, 405, 'only GET and HEAD are answered');
    return;
  }
  const target = findTarget(request.url ?? '', archives);
  if (target === null) {
    refuse(response, 404, 'this is in none of the archives of the host');
    return;
  }
  const kept = target.isConstant ? await cache.find(target.url.href) : null;
  if (kept === null) {
    await forward(target, {method, headers: pick(request.headers, ASKED_WITH)}, {upstream, cache, response});
    return;
  }
  // The whole file also where a part was asked for (RFC 9110, 14.2): apt then begins again.
  response.writeHead(200, {'content-length': kept.size, 'content-type': 'application/octet-stream'});
  if (method === 'HEAD') response.end();
  else await pipeline(kept.open(), response);
}

async function forward(
  {url, isConstant}: Target,
  request: UpstreamRequest,
  {upstream, cache, response}: Pick<ArchiveServerOptions, 'upstream' | 'cache'> & {readonly response: ServerResponse},
): Promise<void> {
  const received = await upstream.ask(url, request);
  response.writeHead(received.statusCode ?? 502, pick(received.headers, ANSWERED_WITH));
  const isKept = isConstant && request.method === 'GET' && received.statusCode === 200;
  await pass(received, response, isKept ? await cache.begin(url.href) : null);
}

/** Gives an answer on to the machine, and to the cache. */
async function pass(from: IncomingMessage, to: ServerResponse, download: Download | null): Promise<void> {
  if (download === null) {
    await pipeline(from, to);
    return;
  }
  const length = Number(from.headers['content-length']);
  let left = length;
  const take = async (chunk: Uint8Array): Promise<void> => {
    await download.write(chunk);
    left -= chunk.length;
    // Kept before the machine has it all: the next one that asks finds it.
    if (left === 0) await download.finish(length);
  };
  const copy = new Transform({
    transform: (chunk: Uint8Array, _encoding, done) => {
      take(chunk).then(() => {
        done(null, chunk);
      }, done);
    },
  });
  try {
    await pipeline(from, copy, to);
  } finally {
    // Without its last byte (or its length) it is no whole file; of one that was kept, nothing is left to drop.
    if (left !== 0) await download.drop();
  }
}

function pick(headers: IncomingMessage['headers'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

interface Target {
  readonly url: URL;
  readonly isConstant: boolean;
}

/**
 * What of the host's archives a request means, by path (`/0/dists/...`) or, as proxies are asked, by address; null for what
 * is outside of them.
 */
export function findTarget(requested: string, archives: readonly Pick<Archive, 'uri'>[]): Target | null {
  const path = requested.replace(/^http:\/\/[^/]+/, '');
  const [, index, rest] = /^\/(\d{1,3})\/(\w[\w.+~:%/=,@-]*)$/.exec(path) ?? [];
  const archive = archives[Number(index)];
  if (rest === undefined || archive === undefined) return null;
  const base = new URL(`${archive.uri}/`);
  const url = new URL(`${archive.uri}/${rest}`);
  // Dots that lead out of it are resolved by now, encoded ones too.
  const isInside = url.host === base.host && url.pathname === `${base.pathname}${rest}`;
  return isInside && !/%(2f|5c|00|25)/i.test(rest) ? {url, isConstant: CONSTANT.test(rest)} : null;
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  if (response.headersSent) {
    // A part of a file must not pass for the whole.
    response.destroy();
    return;
  }
  response.writeHead(status, reason.replaceAll(/[^\x20-\x7e]/g, ' '), {'content-type': 'text/plain'});
  response.end(`${reason}\n`);
}

/** No address: it may hold a password. */
function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  const text = code ?? (error instanceof Error ? error.message : 'it failed');
  return `the archive cannot be reached: ${text}`;
}
