import {getAuthorization, type ApiKey} from './api-key.ts';
import {MaasError} from './errors.ts';
import type {HttpAnswer, HttpRequest, SendHttp} from './http.ts';

/** A machine as MAAS lists it. */
export interface MaasMachine {
  readonly systemId: string;
  /** Its name without the domain. */
  readonly hostname: string;
  readonly fqdn: string;
}

/** What the power controller says. `unknown` and `error` say nothing about whether the machine runs. */
export type MaasPower = 'on' | 'off' | 'unknown' | 'error';

/** Time as a client sees it, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The MAAS 2.0 API, as far as fencing needs it. Each call is one request; what fails is a MaasError. */
export interface MaasClient {
  /** Who the key belongs to: shows that MAAS answers and takes the key. */
  whoAmI(): Promise<string>;
  /** The machines that the key may see; with a hostname (no domain) those that have it. */
  listMachines(filter?: {readonly hostname: string}): Promise<readonly MaasMachine[]>;
  /** Asks the power controller now; what MAAS remembers is of no use to fencing. May take 30 s (MAAS's API documentation). */
  getPowerState(systemId: string, options?: {readonly timeoutMs?: number}): Promise<MaasPower>;
  powerOn(systemId: string): Promise<void>;
  /** Cuts the power, without asking the system to shut down. MAAS may answer before it is done. */
  powerOff(systemId: string): Promise<void>;
}

export interface MaasClientOptions {
  /** As operators write it: with or without `/api/2.0`, with or without a slash at the end. */
  readonly url: string;
  readonly key: ApiKey;
  readonly send: SendHttp;
  readonly clock: Clock;
  /** A text that was never used before. */
  readonly nonce: () => string;
  /** When all must be done, on the clock: no request waits longer. */
  readonly deadline: number;
}

const REQUEST_MS = 10_000;
const QUERY_MS = 32_000;

/** Throws a MaasError for a URL that cannot be used. */
export function createMaasClient(options: MaasClientOptions): MaasClient {
  const base = getApiUrl(options.url);
  const ask = (wanted: Wanted): Promise<unknown> => request(options, base, wanted);
  const machine = (systemId: string): string => `machines/${encodeURIComponent(systemId)}/`;
  return {
    whoAmI: async () => getText(await ask({what: 'whoami', path: 'users/', query: {op: 'whoami'}}), 'username'),
    listMachines: async (filter) =>
      parseMachines(await ask({what: 'listing machines', path: 'machines/', query: {...filter}})),
    getPowerState: async (systemId, {timeoutMs = QUERY_MS} = {}) =>
      parsePower(
        await ask({
          what: `asking for the power of ${systemId}`,
          path: machine(systemId),
          query: {op: 'query_power_state'},
          timeoutMs,
        }),
      ),
    powerOn: async (systemId) => {
      await ask({what: `powering on ${systemId}`, path: machine(systemId), query: {op: 'power_on'}, body: {}});
    },
    powerOff: async (systemId) => {
      const body = {stop_mode: 'hard'};
      await ask({what: `powering off ${systemId}`, path: machine(systemId), query: {op: 'power_off'}, body});
    },
  };
}

/** The URL of the API, with a slash at its end. Throws a MaasError. */
export function getApiUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new MaasError('invalid', 'the URL of MAAS is not an http or https URL without user and password');
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api\/2\.0$/, '');
  return new URL(`${path}/api/2.0/`, url.origin);
}

interface Wanted {
  /** For errors. */
  readonly what: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Form fields; makes it a POST. */
  readonly body?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

async function request(options: MaasClientOptions, base: URL, wanted: Wanted): Promise<unknown> {
  const where = `MAAS at ${base.origin}${base.pathname.replace(/\/api\/2\.0\/$/, '')}`;
  const answer = await send(options, getRequest(options, base, wanted), where);
  if (answer.status === 200) {
    return parseJson(answer.body, where, wanted.what);
  }
  throw getFailure(answer, {where, what: wanted.what, key: options.key});
}

function getRequest({key, clock, nonce, deadline}: MaasClientOptions, base: URL, wanted: Wanted): HttpRequest {
  const url = new URL(wanted.path, base);
  url.search = new URLSearchParams(wanted.query).toString();
  const timestamp = Math.floor(clock.now() / 1000);
  const common = {
    url,
    timeoutMs: Math.max(1, Math.min(wanted.timeoutMs ?? REQUEST_MS, deadline - clock.now())),
  };
  const headers = {accept: 'application/json', authorization: getAuthorization(key, {nonce: nonce(), timestamp})};
  if (wanted.body === undefined) {
    return {...common, method: 'GET', headers};
  }
  const body = new URLSearchParams(wanted.body).toString();
  return {
    ...common,
    method: 'POST',
    body,
    headers: {
      ...headers,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    },
  };
}

/** A certificate that is not trusted will not be so by waiting. */
async function send({send: transmit}: MaasClientOptions, wanted: HttpRequest, where: string): Promise<HttpAnswer> {
  try {
    return await transmit(wanted);
  } catch (error) {
    const reason = getReason(error);
    throw new MaasError('unreachable', `${where} does not answer: ${reason}`, {mayPass: !/certificate/i.test(reason)});
  }
}

/** Several addresses that were tried make an error with an empty message. */
function getReason(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message === '' ? code : error.message;
}

interface Circumstances {
  readonly where: string;
  readonly what: string;
  readonly key: ApiKey;
}

/** Statuses that pass by themselves: MAAS restarts, is busy, or does something else with the power of that machine (503). */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

function getFailure({status, body}: HttpAnswer, {where, what, key}: Circumstances): MaasError {
  if (status === 401) {
    const advice = 'the key is wrong, or the clock of this machine is';
    return new MaasError('unauthorised', `${where} refuses the API key (401): ${advice}`);
  }
  if (status === 403) {
    return new MaasError('refused', `${where} refuses ${what} (403): the user of the API key may not do that`);
  }
  const said = getFirstLine(body, key);
  const message = `${where} answers ${what} with ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 404) {
    return new MaasError('not found', message);
  }
  return new MaasError(status === 409 ? 'refused' : 'bad answer', message, {mayPass: PASSING.has(status)});
}

const LONGEST_LINE = 200;

/** What MAAS says about it, unless that is a page or repeats a part of the key. */
function getFirstLine(body: string, {consumer, token, secret}: ApiKey): string {
  const line = (/^.*$/m.exec(body.trim())?.[0] ?? '').replace(/\p{C}/gu, ' ').trim().slice(0, LONGEST_LINE);
  return line.startsWith('<') || [consumer, token, secret].some((part) => line.includes(part)) ? '' : line;
}

function parseJson(text: string, where: string, what: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new MaasError('bad answer', `${where} answers ${what} with something that is not JSON`, {mayPass: true});
  }
}

function getField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function getText(value: unknown, name: string): string {
  const field = getField(value, name);
  if (typeof field !== 'string') {
    throw new MaasError('bad answer', `MAAS answers without "${name}"`);
  }
  return field;
}

function parseMachines(value: unknown): readonly MaasMachine[] {
  if (!Array.isArray(value)) {
    throw new MaasError('bad answer', 'MAAS answers the question for machines with something that is not a list');
  }
  return value.map((machine: unknown) => ({
    systemId: getText(machine, 'system_id'),
    hostname: getText(machine, 'hostname'),
    fqdn: getText(machine, 'fqdn'),
  }));
}

/** A state that MAAS may learn to say later is as good as none. */
function parsePower(value: unknown): MaasPower {
  const state = getText(value, 'state');
  return state === 'on' || state === 'off' || state === 'error' ? state : 'unknown';
}
