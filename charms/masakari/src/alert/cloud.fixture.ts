import * as z from 'zod/mini';

import type {HttpAnswer, HttpRequest} from '#maas';

/** Keystone, Nova and Masakari in memory, as far as a fenced host meets them. They take every request at one moment. */

export const PASSWORD = 'ks-Secret-3';
export const TOKEN = 'gAAAAA-token';
const AUTH = 'http://keystone:5000/v3';
const NOVA = 'http://nova:8774/v2.1';
const MASAKARI = 'http://masakari:15868/v1/0123abcd';

export const CREDENTIALS = {
  authUrl: AUTH,
  username: 'masakari',
  password: PASSWORD,
  project: 'services',
  domain: 'service_domain',
  region: 'RegionOne',
  interface: 'internal',
} as const;

export interface FakeService {
  id: string;
  isForcedDown: boolean;
  isDisabled: boolean;
  disabledReason?: string;
  /** What the API shows as updated_at. */
  updatedAt: number;
  lastSeenUp: number;
}

export interface FakeNotification {
  readonly hostname: string;
  readonly generatedAt: number;
  readonly acceptedAt: number;
  /** Whether Nova held the host for down when Masakari was told. */
  readonly wasForcedDown: boolean;
  /** As JSON. */
  readonly payload: string;
}

const User = z.object({user: z.object({password: z.string()})});
const Login = z.object({auth: z.object({identity: z.object({password: User})})});
const Change = z.object({forced_down: z.optional(z.boolean()), status: z.optional(z.string())});
const Maintain = z.object({host: z.object({on_maintenance: z.boolean()})});
const Notify = z.object({
  notification: z.object({
    hostname: z.string(),
    generated_time: z.string(),
    payload: z.record(z.string(), z.string()),
  }),
});
const PAYLOAD = {event: 'STOPPED', host_status: 'NORMAL', cluster_status: 'OFFLINE'};

/** How long Masakari works on a failure. */
const RECOVERY_MS = 13_000;
/** duplicate_notification_detection_interval. */
const DUPLICATE_MS = 180_000;
const SERVICE_DOWN_MS = 60_000;

export type FakeAnswer = HttpAnswer & {readonly headers?: Readonly<Record<string, string>>};

export class FakeCloud {
  readonly services = new Map<string, FakeService>();
  /** Hosts of segments that an operator has set on maintenance, or a recovery. */
  readonly onMaintenance = new Map<string, boolean>();
  readonly notifications: FakeNotification[] = [];
  /** When somebody has told Nova that a host is down. */
  readonly forcedAt: number[] = [];
  readonly reserved = new Set<string>();
  /** Hosts whose nova-compute has not been started since guests were evacuated from it. */
  readonly evacuated = new Set<string>();
  /** Hosts that the scheduler passes over by their mark in Placement. */
  readonly passedOver = new Set<string>();
  /** Each request, as `PUT nova/os-services/…`. */
  readonly asked: string[] = [];
  /** Replaces an answer, by the start of what `asked` has. */
  readonly faults = new Map<string, FakeAnswer>();
  /** Old notifications are purged from its database. */
  forgetsNotifications = false;
  #now: () => number;

  constructor(now: () => number, hosts: readonly string[]) {
    this.#now = now;
    for (const host of hosts) {
      this.services.set(host, {
        id: `uuid-${host}`,
        isForcedDown: false,
        isDisabled: false,
        updatedAt: 0,
        lastSeenUp: 0,
      });
      this.onMaintenance.set(host, false);
    }
  }

  /** A report of nova-compute. */
  report(host: string): void {
    const service = this.services.get(host);
    if (service !== undefined) {
      service.updatedAt = this.#now();
      service.lastSeenUp = this.#now();
    }
  }

  answer({method, url, headers, body = ''}: Omit<HttpRequest, 'timeoutMs'>): FakeAnswer {
    const path = `${url.hostname}${url.pathname.replace(/^\/v(?:3|2\.1|1\/0123abcd)(?=\/)/, '')}`;
    this.asked.push(`${method} ${path}`);
    const fault = [...this.faults].find(([start]) => `${method} ${path}`.startsWith(start));
    if (fault !== undefined) {
      return fault[1];
    }
    if (path === 'keystone/auth/tokens') {
      return this.#logIn(body);
    }
    if (headers['x-auth-token'] !== TOKEN) {
      return {status: 401, body: '{"error": {"message": "The request you have made requires authentication."}}'};
    }
    return path.startsWith('nova/')
      ? this.#answerNova({method, url, headers, body})
      : this.#answerMasakari(method, url, body);
  }

  #logIn(body: string): FakeAnswer {
    const {auth} = Login.parse(JSON.parse(body));
    if (auth.identity.password.user.password !== PASSWORD) {
      return {status: 401, body: '{"error": {"message": "The request you have made requires authentication."}}'};
    }
    const endpoints = (url: string): unknown => [
      {interface: 'public', region: 'RegionOne', region_id: 'RegionOne', url: 'http://nobody'},
      {interface: 'internal', region: 'Other', region_id: 'Other', url: 'http://nobody'},
      {interface: 'internal', region: 'RegionOne', region_id: 'RegionOne', url},
    ];
    const catalog = [
      {type: 'compute', endpoints: endpoints(NOVA)},
      {type: 'instance-ha', endpoints: endpoints(`${MASAKARI}/`)},
    ];
    return {status: 201, body: JSON.stringify({token: {catalog}}), headers: {'x-subject-token': TOKEN}};
  }

  #answerNova({method, url, headers, body = ''}: Omit<HttpRequest, 'timeoutMs'>): FakeAnswer {
    if (headers['openstack-api-version'] !== 'compute 2.53') {
      return {status: 404, body: ''};
    }
    if (method === 'PUT') {
      const id = url.pathname.split('/').at(-1);
      const found = [...this.services].find(([, candidate]) => candidate.id === id);
      return found === undefined ? {status: 404, body: ''} : this.#change(...found, body);
    }
    const name = url.searchParams.get('host') ?? '';
    const service = this.services.get(name);
    if (!url.searchParams.has('host')) {
      return ok({services: [...this.services].map(([host, other]) => this.#describe(host, other))});
    }
    return ok({services: service === undefined ? [] : [this.#describe(name, service)]});
  }

  /** A change that changes nothing leaves updated_at alone, as SQLAlchemy does. */
  #change(host: string, service: FakeService, body: string): FakeAnswer {
    const {forced_down: isForced, status} = Change.parse(JSON.parse(body));
    if (isForced === false && this.evacuated.has(host)) {
      return {status: 400, body: `{"badRequest": {"message": "Unable to force up host ${host} as done evacuation"}}`};
    }
    if (isForced === true) {
      this.forcedAt.push(this.#now());
    }
    if (isForced !== undefined && service.isForcedDown !== isForced) {
      service.isForcedDown = isForced;
      service.updatedAt = this.#now();
    }
    if (status !== undefined) {
      service.isDisabled = status !== 'enabled';
      service.updatedAt = this.#now();
      this.#markInPlacement(host, service);
    }
    return ok({service: {}});
  }

  /** Only a nova-compute that is up is asked to change its mark; otherwise it stays until it looks itself. */
  #markInPlacement(host: string, service: FakeService): void {
    if (!this.#isUp(service)) {
      return;
    }
    if (service.isDisabled) {
      this.passedOver.add(host);
    } else {
      this.passedOver.delete(host);
    }
  }

  #isUp({isForcedDown, lastSeenUp}: FakeService): boolean {
    return !isForcedDown && this.#now() - lastSeenUp < SERVICE_DOWN_MS;
  }

  #describe(host: string, service: FakeService): unknown {
    return {
      id: service.id,
      host,
      binary: 'nova-compute',
      state: this.#isUp(service) ? 'up' : 'down',
      status: service.isDisabled ? 'disabled' : 'enabled',
      disabled_reason: service.disabledReason ?? null,
      forced_down: service.isForcedDown,
      updated_at: render(service.updatedAt),
    };
  }

  /** The operator's way back of a host that runs again. */
  bringBack(host: string): void {
    this.onMaintenance.set(host, false);
    const service = this.services.get(host);
    if (service !== undefined) {
      service.isForcedDown = false;
      service.isDisabled = false;
      service.updatedAt = this.#now();
    }
  }

  #answerMasakari(method: string, url: URL, body: string): FakeAnswer {
    const path = url.pathname.replace('/v1/0123abcd/', '');
    if (path === 'segments') {
      return ok({segments: [{uuid: 'empty'}, {uuid: 'segment'}]});
    }
    if (/^segments\/\w+\/hosts$/.test(path)) {
      const hosts = [...this.onMaintenance].map(([name, isOn]) => ({
        ...{uuid: `masakari-${name}`, name},
        ...{on_maintenance: isOn, reserved: this.reserved.has(name)},
      }));
      return ok({hosts: path.includes('empty') ? [] : hosts});
    }
    if (method === 'PUT') {
      return this.#maintain(path.split('/').at(-1) ?? '', body);
    }
    return method === 'POST' ? this.#notify(body) : this.#list(url);
  }

  #maintain(uuid: string, body: string): FakeAnswer {
    if (this.notifications.some((notification) => this.#getStatus(notification) === 'running')) {
      return {status: 409, body: '{"conflictingRequest": {"message": "Host can\'t be updated as it is in-use"}}'};
    }
    this.onMaintenance.set(uuid.replace('masakari-', ''), Maintain.parse(JSON.parse(body)).host.on_maintenance);
    return ok({host: {}});
  }

  #getStatus({acceptedAt}: FakeNotification): 'running' | 'finished' {
    return this.#now() - acceptedAt < RECOVERY_MS ? 'running' : 'finished';
  }

  #list(url: URL): FakeAnswer {
    const from = url.searchParams.get('generated-since');
    const since = from === null ? 0 : Date.parse(`${from}Z`);
    const wanted = url.searchParams.get('status');
    const source = url.searchParams.get('source_host_uuid');
    const kept = this.forgetsNotifications ? [] : this.notifications;
    const notifications = kept
      .filter(({hostname, generatedAt}) => `masakari-${hostname}` === source && generatedAt >= since)
      .filter((notification) => wanted === null || this.#getStatus(notification) === wanted)
      .map((notification) => ({
        type: 'COMPUTE_HOST',
        source_host_uuid: `masakari-${notification.hostname}`,
        generated_time: render(notification.generatedAt),
        payload: z.record(z.string(), z.string()).parse(JSON.parse(notification.payload)),
        status: this.#getStatus(notification),
      }));
    return ok({notifications});
  }

  #notify(body: string): FakeAnswer {
    const {notification} = Notify.parse(JSON.parse(body));
    const {hostname} = notification;
    const generatedAt = Date.parse(`${notification.generated_time}Z`);
    const refuse = (why: string): FakeAnswer => ({
      status: 409,
      body: JSON.stringify({
        conflictingRequest: {code: 409, message: `Notification received from host ${hostname} ${why}`},
      }),
    });
    if (!this.onMaintenance.has(hostname)) {
      return {status: 400, body: '{"badRequest": {"message": "Host could not be found."}}'};
    }
    if (this.onMaintenance.get(hostname) === true) {
      return refuse("of type 'COMPUTE_HOST' is ignored as the host is already under maintenance.");
    }
    const payload = JSON.stringify(notification.payload);
    const isSame = this.notifications.some(
      (other) =>
        other.hostname === hostname && other.generatedAt >= generatedAt - DUPLICATE_MS && other.payload === payload,
    );
    return isSame ? refuse('of type COMPUTE_HOST is duplicate.') : this.accept(hostname, generatedAt, payload);
  }

  /** Also for what others tell Masakari. */
  accept(hostname: string, generatedAt: number, payload = JSON.stringify(PAYLOAD)): FakeAnswer {
    const service = this.services.get(hostname);
    const wasForcedDown = service?.isForcedDown === true;
    this.notifications.push({hostname, generatedAt, acceptedAt: this.#now(), wasForcedDown, payload});
    return {status: 202, body: '{"notification": {}}'};
  }

  /** What the engine does a moment after. */
  recover(hostname: string): void {
    this.onMaintenance.set(hostname, true);
    const service = this.services.get(hostname);
    if (service !== undefined) {
      service.isDisabled = true;
      service.updatedAt = this.#now();
    }
  }
}

function ok(value: unknown): FakeAnswer {
  return {status: 200, body: JSON.stringify(value)};
}

function render(time: number): string {
  return new Date(time).toISOString().replace(/Z$/, '000');
}
