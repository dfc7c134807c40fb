import http, {type IncomingMessage, type RequestOptions} from 'node:http';
import https from 'node:https';
import type {Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';

/** How the host reaches its archives. */
export interface Route {
  /** The proxy through which this is asked for, or null for none. */
  readonly getProxy: (target: URL) => URL | null;
  /** Certificates of the authorities that the host trusts, as PEM; undefined for those Node.js knows. */
  readonly authorities: string | undefined;
  /** `user:password` for the archives that need it. */
  readonly getCredentials: (target: URL) => string | null;
}

export interface UpstreamRequest {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
}

/** Asks the archives of the host. */
export interface Upstream {
  /** The answer, its body not read yet; redirections are followed. Rejects when nobody answers. */
  ask(target: URL, request: UpstreamRequest): Promise<IncomingMessage>;
  close(): void;
}

const MAX_REDIRECTIONS = 5;

/** An archive that says nothing for so long is taken for one that does not answer. */
const IDLE_MS = 60_000;

const REDIRECTIONS = [301, 302, 303, 307, 308];

/** Archives as the host reaches them. Connections are kept for the next request. */
export function createUpstream(route: Route): Upstream {
  const agents = {
    http: new http.Agent({keepAlive: true}),
    https: new https.Agent({keepAlive: true, ca: route.authorities}),
  };
  const ask = async (target: URL, request: UpstreamRequest, redirections = 0): Promise<IncomingMessage> => {
    const answer = await askOnce(target, request, route, agents);
    const location = answer.headers.location;
    if (!REDIRECTIONS.includes(answer.statusCode ?? 0) || location === undefined) return answer;
    answer.resume();
    if (redirections === MAX_REDIRECTIONS) throw new Error('it redirects without end');
    return ask(getRedirection(location, target), request, redirections + 1);
  };
  return {
    ask: (target, request) => ask(target, request),
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function getRedirection(location: string, from: URL): URL {
  if (!URL.canParse(location, from.href)) throw new Error('it redirects to something that is no address');
  const target = new URL(location, from);
  const isWorse = from.protocol === 'https:' && target.protocol !== 'https:';
  if (isWorse || !['http:', 'https:'].includes(target.protocol)) {
    throw new Error(`it redirects from ${from.protocol} to ${target.protocol}`);
  }
  return target;
}

async function askOnce(
  target: URL,
  {method, headers}: UpstreamRequest,
  route: Route,
  agents: {readonly http: http.Agent; readonly https: https.Agent},
): Promise<IncomingMessage> {
  const credentials = getUserInfo(target) ?? route.getCredentials(target);
  const options: RequestOptions = {
    method,
    headers: {...headers, host: target.host},
    ...(credentials === null ? {} : {auth: credentials}),
  };
  const proxy = route.getProxy(target);
  if (target.protocol === 'https:') {
    if (proxy === null) return send(https.request(withoutUserInfo(target), {...options, agent: agents.https}));
    const socket = await openTunnel(proxy, target);
    const secure = connectTls({socket, servername: target.hostname, ca: route.authorities});
    return send(https.request(withoutUserInfo(target), {...options, createConnection: () => secure}));
  }
  if (proxy === null) return send(http.request(withoutUserInfo(target), {...options, agent: agents.http}));
  return send(
    http.request({
      ...options,
      agent: agents.http,
      host: proxy.hostname,
      port: proxy.port === '' ? 80 : proxy.port,
      path: withoutUserInfo(target).href,
      headers: {...headers, host: target.host, ...getProxyHeaders(proxy)},
    }),
  );
}

function getUserInfo({username, password}: URL): string | null {
  return username === '' ? null : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}

function withoutUserInfo(target: URL): URL {
  const plain = new URL(target);
  plain.username = '';
  plain.password = '';
  return plain;
}

function getProxyHeaders(proxy: URL): Record<string, string> {
  const credentials = getUserInfo(proxy);
  return credentials === null
    ? {}
    : {'proxy-authorization': `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`};
}

function openTunnel(proxy: URL, target: URL): Promise<Socket> {
  const host = `${target.hostname}:${target.port === '' ? '443' : target.port}`;
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: proxy.hostname,
      port: proxy.port === '' ? 80 : proxy.port,
      method: 'CONNECT',
      path: host,
      headers: {host, ...getProxyHeaders(proxy)},
      timeout: IDLE_MS,
    });
    request.once('connect', ({statusCode = 0}, socket: Socket) => {
      if (statusCode === 200) {
        resolve(socket);
      } else {
        socket.destroy();
        reject(new Error(`the proxy refuses with status ${statusCode}`));
      }
    });
    request.once('timeout', () => request.destroy(new Error('the proxy does not answer')));
    request.once('error', reject);
    request.end();
  });
}

function send(request: http.ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.setTimeout(IDLE_MS, () => request.destroy(new Error('it does not answer')));
    request.once('error', reject);
    request.once('response', resolve);
    request.end();
  });
}
