import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http';

import {getSha1} from '#charm';
import {parseApiKey, type MaasPower} from '#maas';

import {isAuthorized} from './authorization.ts';

/** A machine as the server shows it. Containers are none: MAAS does not know them. */
export interface ServedMachine {
  /** Whatever names it in the other functions of `PowerControl`. */
  readonly id: string;
  /** Without a domain. */
  readonly hostname: string;
}

/** What the server does with machines, for real. */
export interface PowerControl {
  list(): Promise<readonly ServedMachine[]>;
  /** May take as long as booting takes; MAAS answers before. */
  powerOn(id: string): Promise<void>;
  /** Resolves when the machine is off. */
  powerOff(id: string): Promise<void>;
  getPower(id: string): Promise<MaasPower>;
}

/** A request as faults are chosen by. */
export interface ServedRequest {
  readonly method: string;
  /** Below `/MAAS/api/2.0/`, with the slash at its end: `machines/4y3h7n/`. */
  readonly path: string;
  /** `power_off`, `query_power_state` ...; empty when there is none. */
  readonly operation: string;
}

/** What happens instead of the right answer. */
export type MaasFault =
  | {readonly kind: 'answer'; readonly status: number; readonly body: string}
  /** The connection stays open and silent. */
  | {readonly kind: 'silence'}
  /** The connection is closed. */
  | {readonly kind: 'reset'};

export interface MaasServerOptions {
  readonly power: PowerControl;
  /** `consumer:token:secret`. */
  readonly apiKey: string;
  /** Asked before each request is looked at; null lets it be answered. */
  readonly interfere?: (request: ServedRequest) => MaasFault | null;
  /** Told of a machine that could not be powered on: whoever asked has had an answer by then. */
  readonly onFailure?: (error: unknown) => void;
  /** Milliseconds since 1970; the computer's clock unless given. */
  readonly now?: () => number;
}

/** The domain that MAAS puts machines in. */
const DOMAIN = 'maas';
const API = '/MAAS/api/2.0/';

/**
 * MAAS's API for a set of machines, as a listener for an HTTP server: version, whoami, the list of machines, one machine,
 * `query_power_state`, `power_on` and `power_off`. Statuses and texts are MAAS's where a client can tell.
 */
export function createMaasServer(options: MaasServerOptions): RequestListener {
  const key = parseApiKey(options.apiKey);
  const now = options.now ?? Date.now;
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://maas');
    const served = {
      method: request.method ?? '',
      path: url.pathname.startsWith(API) ? url.pathname.slice(API.length) : '',
      operation: url.searchParams.get('op') ?? '',
    };
    request.resume();
    const fault = options.interfere?.(served) ?? null;
    if (fault !== null) {
      interfere(fault, request, response);
    } else if (
      served.path !== 'version/' &&
      !isAuthorized(request.headers.authorization, key, Math.floor(now() / 1000))
    ) {
      reply(response, 401, 'Authorization Error: Invalid API key.');
    } else {
      answer(options, served, url.searchParams).then(
        ({status, body}) => {
          reply(response, status, body);
        },
        (error: unknown) => {
          reply(response, 503, error instanceof Error ? error.message : String(error));
        },
      );
    }
  };
}

function interfere(fault: MaasFault, request: IncomingMessage, response: ServerResponse): void {
  if (fault.kind === 'answer') {
    reply(response, fault.status, fault.body);
  } else if (fault.kind === 'reset') {
    request.socket.destroy();
  }
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Texts go as they are, all else as JSON. */
function reply(response: ServerResponse, status: number, body: unknown): void {
  const isText = typeof body === 'string';
  response.writeHead(status, {'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json'});
  response.end(isText ? body : JSON.stringify(body));
}

const NOT_FOUND: Reply = {status: 404, body: 'Not Found'};

async function answer(options: MaasServerOptions, request: ServedRequest, query: URLSearchParams): Promise<Reply> {
  const {method, path, operation} = request;
  const systemId = /^machines\/(?<id>[^/]+)\/$/.exec(path)?.groups?.['id'];
  if (systemId !== undefined) {
    return answerMachine(options, request, systemId);
  }
  switch (`${method} ${path}${operation}`) {
    case 'GET version/':
      return {status: 200, body: {version: '3.5.0', subversion: '', capabilities: []}};
    case 'GET users/whoami':
      return {status: 200, body: {username: 'admin', is_superuser: true}};
    case 'GET machines/':
      return {status: 200, body: await listMachines(options.power, query.getAll('hostname'))};
    default:
      return NOT_FOUND;
  }
}

async function listMachines(power: PowerControl, hostnames: readonly string[]): Promise<readonly unknown[]> {
  const machines = await power.list();
  const chosen = machines.filter(({hostname}) => hostnames.length === 0 || hostnames.includes(hostname));
  return Promise.all(chosen.map((machine) => describe(power, machine)));
}

async function answerMachine(
  {power, onFailure}: MaasServerOptions,
  {method, operation}: ServedRequest,
  systemId: string,
): Promise<Reply> {
  const machine = (await power.list()).find((candidate) => getSystemId(candidate) === systemId);
  if (machine === undefined) {
    return {status: 404, body: `No Machine matches the given query.`};
  }
  switch (`${method} ${operation}`) {
    case 'GET ':
      return {status: 200, body: await describe(power, machine)};
    case 'GET query_power_state':
      return {status: 200, body: {state: await power.getPower(machine.id)}};
    case 'POST power_off':
      await power.powerOff(machine.id);
      return {status: 200, body: await describe(power, machine)};
    case 'POST power_on':
      power.powerOn(machine.id).catch(onFailure ?? (() => undefined));
      return {status: 200, body: await describe(power, machine)};
    default:
      return {status: 400, body: `Unrecognised signature: method=${method} op=${operation}`};
  }
}

async function describe(power: PowerControl, machine: ServedMachine): Promise<unknown> {
  const systemId = getSystemId(machine);
  return {
    system_id: systemId,
    hostname: machine.hostname,
    fqdn: `${machine.hostname}.${DOMAIN}`,
    domain: {name: DOMAIN},
    power_state: await power.getPower(machine.id),
    status_name: 'Deployed',
    resource_uri: `${API}machines/${systemId}/`,
  };
}

/** Six characters as MAAS's, the same for a machine for as long as it has its name. */
export function getSystemId({id, hostname}: ServedMachine): string {
  return BigInt(`0x${getSha1(`${id} ${hostname}`)}`)
    .toString(36)
    .padStart(6, '0')
    .slice(0, 6);
}
