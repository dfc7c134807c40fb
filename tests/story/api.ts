import * as z from 'zod/mini';

import type {Ask, WebAnswer, WebRequest} from './curl.ts';

/** A user of Keystone, as the variables of the `openstack` command name it. */
export interface Credentials {
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
  readonly userDomain: string;
  readonly projectDomain: string;
  readonly region: string;
}

/** Nobody can tell what is the case: no answer, an empty one, or an error of the service itself. */
export class UnknownAnswer extends Error {}

/** The service understood and said no. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Services by their type in the catalogue, and what each is told about the version of its API. */
export type Service = 'compute' | 'image' | 'instance-ha';

/** 2.53 gives services uuids; 2.79 is that of the commands in the stories. Masakari: 1.2 has segments that can be off. */
const VERSION_HEADERS: Readonly<Record<Service, Readonly<Record<string, string>>>> = {
  compute: {'OpenStack-API-Version': 'compute 2.79'},
  image: {},
  'instance-ha': {'OpenStack-API-Version': 'instance-ha 1.0'},
};

const REQUIRED = [
  'OS_AUTH_URL',
  'OS_USERNAME',
  'OS_PASSWORD',
  'OS_PROJECT_NAME',
  'OS_USER_DOMAIN_NAME',
  'OS_PROJECT_DOMAIN_NAME',
  'OS_REGION_NAME',
] as const;

/** Reads the file that an operator sources before the `openstack` command: lines `export NAME=VALUE`. */
export function parseOpenrc(text: string): Credentials {
  const values = new Map(
    [...text.matchAll(/^(?:export )?(OS_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const missing = REQUIRED.filter((name) => !values.has(name));
  if (missing.length > 0) throw new Error(`the file of credentials has no ${missing.join(', ')}`);
  const get = (name: (typeof REQUIRED)[number]): string => (values.get(name) ?? '').replace(/^(['"])(.*)\1$/, '$2');
  return {
    authUrl: get('OS_AUTH_URL'),
    username: get('OS_USERNAME'),
    password: get('OS_PASSWORD'),
    project: get('OS_PROJECT_NAME'),
    userDomain: get('OS_USER_DOMAIN_NAME'),
    projectDomain: get('OS_PROJECT_DOMAIN_NAME'),
    region: get('OS_REGION_NAME'),
  };
}

const tokenShape = z.object({
  token: z.object({
    catalog: z.array(
      z.object({
        type: z.string(),
        endpoints: z.array(z.object({interface: z.string(), region: z.nullish(z.string()), url: z.string()})),
      }),
    ),
  }),
});

/** A token, and where services answer. */
interface Session {
  readonly token: string;
  readonly urls: ReadonlyMap<string, string>;
}

/** Asks OpenStack's services as one user. A token that is refused is renewed once. */
export class OpenStackApi {
  readonly #ask: Ask;
  readonly #credentials: Credentials;
  #session: Session | null = null;

  constructor(ask: Ask, credentials: Credentials) {
    this.#ask = ask;
    this.#credentials = credentials;
  }

  /** An UnknownAnswer when nobody can tell; a Refusal when it is no. What does not have the shape is unknown too. */
  async get<T>(service: Service, path: string, shape: z.ZodMiniType<T>): Promise<T> {
    const {body} = await this.#call(service, {method: 'GET', path});
    const parsed = shape.safeParse(parseJson(body));
    if (!parsed.success) throw new UnknownAnswer(`${service} answered something else to GET ${path}`);
    return parsed.data;
  }

  async post(service: Service, path: string, body: unknown): Promise<void> {
    await this.#call(service, {method: 'POST', path, body});
  }

  async put(service: Service, path: string, body: unknown): Promise<void> {
    await this.#call(service, {method: 'PUT', path, body});
  }

  /** What is not there (any more) is removed. */
  async delete(service: Service, path: string): Promise<void> {
    await this.#call(service, {method: 'DELETE', path}).catch((error: unknown) => {
      if (!(error instanceof Refusal) || error.status !== 404) throw error;
    });
  }

  async #call(service: Service, request: ServiceRequest): Promise<WebAnswer> {
    const answer = await this.#send(service, request);
    if (answer.status !== 401) return judge(answer, `${service}: ${request.method} ${request.path}`);
    this.#session = null;
    return judge(await this.#send(service, request), `${service}: ${request.method} ${request.path}`);
  }

  async #send(service: Service, {method, path, body}: ServiceRequest): Promise<WebAnswer> {
    this.#session ??= await this.#authenticate();
    const url = this.#session.urls.get(service);
    if (url === undefined) throw new UnknownAnswer(`the catalogue has no ${service}`);
    const headers = {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-Auth-Token': this.#session.token,
      ...VERSION_HEADERS[service],
    };
    const web: WebRequest = {
      method,
      url: `${url}${path}`,
      headers,
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    };
    return requireAnswer(await this.#ask(web), service);
  }

  async #authenticate(): Promise<Session> {
    const {authUrl, region} = this.#credentials;
    const answer = requireAnswer(
      await this.#ask({
        method: 'POST',
        url: `${authUrl}/auth/tokens`,
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify(getIdentity(this.#credentials)),
      }),
      'identity',
    );
    judge(answer, 'identity: a token');
    const token = answer.headers['x-subject-token'];
    const parsed = tokenShape.safeParse(parseJson(answer.body));
    if (token === undefined || !parsed.success) throw new UnknownAnswer('identity gave no token');
    const entries = parsed.data.token.catalog.flatMap(({type, endpoints}): [string, string][] => {
      const found = endpoints.find((endpoint) => endpoint.interface === 'public' && endpoint.region === region);
      return found === undefined ? [] : [[type, getBaseUrl(type, found.url)]];
    });
    return {token, urls: new Map(entries)};
  }
}

interface ServiceRequest {
  readonly method: WebRequest['method'];
  readonly path: string;
  readonly body?: unknown;
}

/** Keystone's API, "Password authentication with scoped authorization". */
function getIdentity({username, password, project, userDomain, projectDomain}: Credentials): unknown {
  return {
    auth: {
      identity: {methods: ['password'], password: {user: {name: username, domain: {name: userDomain}, password}}},
      scope: {project: {name: project, domain: {name: projectDomain}}},
    },
  };
}

/** Glance's endpoint comes without the version. */
function getBaseUrl(type: string, url: string): string {
  const plain = url.replace(/\/+$/, '');
  return type === 'image' && !/\/v2$/.test(plain) ? `${plain}/v2` : plain;
}

function requireAnswer(answer: WebAnswer | null, service: string): WebAnswer {
  if (answer === null) throw new UnknownAnswer(`${service} did not answer`);
  return answer;
}

function judge(answer: WebAnswer, asked: string): WebAnswer {
  const {status, body} = answer;
  if (status >= 500) throw new UnknownAnswer(`${asked} answered ${String(status)}`);
  if (status >= 400) throw new Refusal(status, `${asked} answered ${String(status)}: ${body.trim().slice(0, 300)}`);
  return answer;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
