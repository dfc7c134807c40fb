import type {HttpAnswer, HttpRequest} from '#maas';
import * as z from 'zod/mini';

import type {CloudOptions} from './cloud.ts';
import {CloudError} from './errors.ts';

/** The services of the catalogue that are called, by their type. */
export type ServiceType = 'compute' | 'instance-ha';

export interface Wanted {
  readonly method?: HttpRequest['method'];
  /** Below the service's endpoint. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Statuses that are answers too, beside 200 to 299. */
  readonly expected?: readonly number[];
}

/** A login at Keystone, made with the first request. What fails is a CloudError. */
export interface Session {
  ask(service: ServiceType, wanted: Wanted): Promise<HttpAnswer>;
  read<T>(shape: z.ZodMiniType<T>, service: ServiceType, wanted: Wanted): Promise<T>;
}

const REQUEST_MS = 8000;

/** What Keystone and the services call it to people; and the types that Masakari has gone by in catalogues. */
const NAMES: Readonly<Record<ServiceType, {readonly name: string; readonly types: readonly string[]}>> = {
  compute: {name: 'Nova', types: ['compute']},
  'instance-ha': {name: 'Masakari', types: ['instance-ha', 'ha']},
};

const Token = z.object({
  token: z.object({
    catalog: z.array(
      z.object({
        type: z.string(),
        endpoints: z.array(
          z.object({
            interface: z.string(),
            region: z.nullish(z.string()),
            region_id: z.nullish(z.string()),
            url: z.string(),
          }),
        ),
      }),
    ),
  }),
});

interface Login {
  readonly token: string;
  readonly catalog: z.infer<typeof Token>['token']['catalog'];
}

export function createSession(options: CloudOptions): Session {
  let login: Promise<Login> | null = null;
  const ask = async (service: ServiceType, wanted: Wanted): Promise<HttpAnswer> => {
    login ??= logIn(options);
    // One that failed is tried again with the next request.
    login.catch(() => (login = null));
    const {token, catalog} = await login;
    const {name} = NAMES[service];
    const base = getEndpoint(catalog, service, options);
    const answer = await transmit(options, name, getRequest(base, wanted, {...wanted.headers, 'x-auth-token': token}));
    return check(answer, {name, wanted, secrets: [options.credentials.password, token]});
  };
  return {
    ask,
    read: async (shape, service, wanted) =>
      parse(shape, (await ask(service, wanted)).body, `${NAMES[service].name}, asked for ${wanted.path},`),
  };
}

async function logIn(options: CloudOptions): Promise<Login> {
  const {authUrl, username, password, project, domain} = options.credentials;
  const user = {name: username, password, domain: {name: domain}};
  const body = {
    auth: {
      identity: {methods: ['password'], password: {user}},
      scope: {project: {name: project, domain: {name: domain}}},
    },
  };
  const wanted = {method: 'POST', path: 'auth/tokens', body} as const;
  const answer = await transmit(options, 'Keystone', getRequest(authUrl, wanted, {}));
  const {body: text, headers = {}} = check(answer, {name: 'Keystone', wanted, secrets: [password]});
  const token = headers['x-subject-token'];
  if (token === undefined) {
    throw new CloudError('Keystone answers without a token');
  }
  return {token, catalog: parse(Token, text, 'Keystone').token.catalog};
}

function getEndpoint(catalog: Login['catalog'], service: ServiceType, {credentials}: CloudOptions): string {
  const {name, types} = NAMES[service];
  const {region, interface: wanted} = credentials;
  const endpoints = types.flatMap((type) => catalog.filter((entry) => entry.type === type).flatMap((e) => e.endpoints));
  const found = endpoints.find(
    (endpoint) => endpoint.interface === wanted && (endpoint.region_id === region || endpoint.region === region),
  );
  if (found === undefined) {
    throw new CloudError(`the catalogue has no ${wanted} endpoint of ${name} in region ${region}`);
  }
  return found.url;
}

function getRequest(
  base: string,
  {method = 'GET', path, query = {}, body}: Wanted,
  headers: Readonly<Record<string, string>>,
): Omit<HttpRequest, 'timeoutMs'> {
  const text = `${base.replace(/\/+$/, '')}/${path}`;
  if (!URL.canParse(text)) {
    throw new CloudError('an endpoint is no URL');
  }
  const url = new URL(text);
  url.search = new URLSearchParams(query).toString();
  // Keystone answers some requests without it with 300 and a list of versions.
  const common = {method, url, headers: {...headers, accept: 'application/json'}};
  if (body === undefined) {
    return common;
  }
  const sent = JSON.stringify(body);
  const about = {'content-type': 'application/json', 'content-length': String(Buffer.byteLength(sent))};
  return {...common, body: sent, headers: {...common.headers, ...about}};
}

async function transmit(
  {send, now, deadline}: CloudOptions,
  name: string,
  request: Omit<HttpRequest, 'timeoutMs'>,
): Promise<HttpAnswer> {
  const timeoutMs = Math.min(REQUEST_MS, deadline - now());
  if (timeoutMs <= 0) {
    throw new CloudError(`no time is left to ask ${name}`);
  }
  try {
    return await send({...request, timeoutMs});
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new CloudError(`${name} at ${request.url.origin} does not answer${code}`);
  }
}

interface Question {
  readonly name: string;
  readonly wanted: Wanted;
  readonly secrets: readonly string[];
}

function check(answer: HttpAnswer, {name, wanted, secrets}: Question): HttpAnswer {
  const {status, body} = answer;
  if ((status >= 200 && status < 300) || wanted.expected?.includes(status) === true) {
    return answer;
  }
  const said = /"message":\s*"([^"\\\p{C}]{1,200})/u.exec(body)?.[1] ?? '';
  const isSafe = said !== '' && !secrets.some((secret) => said.includes(secret));
  const what = `${wanted.method ?? 'GET'} ${wanted.path}`;
  throw new CloudError(`${name} answers ${what} with ${status}${isSafe ? `: ${said}` : ''}`);
}

function parse<T>(shape: z.ZodMiniType<T>, text: string, who: string): T {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    throw new CloudError(`${who} answers with something else than its API says`);
  }
}
