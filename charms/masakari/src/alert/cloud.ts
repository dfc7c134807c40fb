import type {SendHttp} from '#maas';
import * as z from 'zod/mini';

import type {CloudCredentials} from './credentials.ts';
import {createSession, type Session} from './session.ts';

/** A host of a segment of Masakari. */
export interface SegmentHost {
  readonly uuid: string;
  readonly name: string;
  /** The uuid of its segment. */
  readonly segment: string;
  /** Masakari takes no notification of it: a recovery sets it, or its operator. */
  readonly isOnMaintenance: boolean;
  /** It stands by for guests of others, and is disabled in Nova until it is needed. */
  readonly isReserved: boolean;
}

/** A notification that a compute node stopped. */
export interface HostNotification {
  /** Milliseconds since 1970. */
  readonly generatedAt: number;
}

/** What Nova says of a host's nova-compute. */
export interface ComputeService {
  readonly id: string;
  readonly host: string;
  readonly isUp: boolean;
  readonly isEnabled: boolean;
  /** Why it is disabled; empty when it is not, or nobody said. */
  readonly disabledReason: string;
  readonly isForcedDown: boolean;
  /** When the record last changed, by a report of nova-compute or by hand: milliseconds since 1970; null before the first. */
  readonly updatedAt: number | null;
}

/** How Masakari took a notification. `duplicate`: it has the same; `maintenance`: the host is marked as being on maintenance. */
export type Notified = 'accepted' | 'duplicate' | 'maintenance';

/** Nova and Masakari, as far as fenced hosts need them. Each call throws a CloudError when it has no answer that fits. */
export interface Cloud {
  /** Of all segments. */
  listHosts(): Promise<readonly SegmentHost[]>;
  /** Null for a host that is in no segment. */
  findHost(name: string): Promise<SegmentHost | null>;
  /** Those for a host that stopped, generated at `since` or later, whatever became of them. */
  listNotifications(host: SegmentHost, since: number): Promise<readonly HostNotification[]>;
  /** Whether Masakari is working, or going to work, on a notification that the host stopped. */
  isRecovering(host: SegmentHost): Promise<boolean>;
  /** Every nova-compute that Nova knows. */
  listComputes(): Promise<readonly ComputeService[]>;
  /** Null where Nova knows none, or the cell that has it does not answer. */
  findCompute(name: string): Promise<ComputeService | null>;
  /** Tells Nova that the host is down, so that nothing has to wait for its silence. */
  forceDown(service: ComputeService): Promise<void>;
  /**
   * Takes that back. Whether Nova does: not as long as guests were evacuated from the host and its nova-compute has not found out, which it
   * does when it starts.
   */
  forceUp(service: ComputeService): Promise<boolean>;
  /** Whether the scheduler may give it guests. While it is up this changes its mark in Placement at once, otherwise much later. */
  setEnabled(service: ComputeService, isEnabled: boolean): Promise<void>;
  /** Has Masakari take notifications of the host again. Whether it does: not while it works on one for the host's segment. */
  endMaintenance(host: SegmentHost): Promise<boolean>;
  /** `again`: the host has failed anew, so soon after the last time that Masakari takes it for the same failure. */
  notify(host: string, generatedAt: number, again?: 'again'): Promise<Notified>;
}

export interface CloudOptions {
  readonly credentials: CloudCredentials;
  readonly send: SendHttp;
  readonly now: () => number;
  /** When all must be done, in milliseconds since 1970: no request waits longer. */
  readonly deadline: number;
}

/** Nova's API with a service's own id in its URL, and forced_down. */
const NOVA = {'openstack-api-version': 'compute 2.53'};
/** Without the status of the cluster, which Masakari's engine never looks at, it is another one to its API (ha/api.py compares payloads). */
const ANOTHER_PAYLOAD = {event: 'STOPPED', host_status: 'NORMAL'} as const;
const PAYLOAD = {...ANOTHER_PAYLOAD, cluster_status: 'OFFLINE'} as const;

const Segments = z.object({segments: z.array(z.object({uuid: z.string()}))});
const Hosts = z.object({
  hosts: z.array(z.object({uuid: z.string(), name: z.string(), on_maintenance: z.boolean(), reserved: z.boolean()})),
});
const Notifications = z.object({
  notifications: z.array(
    z.object({
      type: z.string(),
      source_host_uuid: z.string(),
      generated_time: z.string(),
      status: z.string(),
      payload: z.record(z.string(), z.unknown()),
    }),
  ),
});
const Services = z.object({
  services: z.array(
    z.object({
      id: z.union([z.string(), z.number()]),
      host: z.string(),
      binary: z.string(),
      state: z.string(),
      status: z.string(),
      disabled_reason: z.nullish(z.string()),
      forced_down: z.boolean(),
      updated_at: z.nullish(z.string()),
    }),
  ),
});

/** Logs in with the first call. */
export function createCloud(options: CloudOptions): Cloud {
  const session = createSession(options);
  const update = async ({id}: ComputeService, body: unknown, expected: readonly number[] = []): Promise<number> => {
    const path = `os-services/${encodeURIComponent(id)}`;
    return (await session.ask('compute', {method: 'PUT', path, headers: NOVA, body, expected})).status;
  };
  return {
    listHosts: () => listHosts(session),
    findHost: async (name) => (await listHosts(session)).find((host) => host.name === name) ?? null,
    listNotifications: (host, since) => listNotifications(session, host, since),
    isRecovering: (host) => isRecovering(session, host),
    listComputes: () => listComputes(session, {}),
    findCompute: async (name) => (await listComputes(session, {host: name})).find(({host}) => host === name) ?? null,
    forceDown: async (service) => {
      await update(service, {forced_down: true});
    },
    forceUp: async (service) => (await update(service, {forced_down: false}, [400])) !== 400,
    setEnabled: async (service, isEnabled) => {
      await update(service, {status: isEnabled ? 'enabled' : 'disabled'});
    },
    endMaintenance: (host) => endMaintenance(session, host),
    notify: (host, generatedAt, again) =>
      notify(session, {host, generatedAt, payload: again === undefined ? PAYLOAD : ANOTHER_PAYLOAD}),
  };
}

async function listHosts(session: Session): Promise<readonly SegmentHost[]> {
  const {segments} = await session.read(Segments, 'instance-ha', {path: 'segments'});
  const lists = await Promise.all(
    segments.map(async ({uuid: segment}) => {
      const path = `segments/${encodeURIComponent(segment)}/hosts`;
      const {hosts} = await session.read(Hosts, 'instance-ha', {path});
      return hosts.map(({uuid, name, on_maintenance: isOnMaintenance, reserved: isReserved}) => ({
        ...{uuid, name, segment},
        ...{isOnMaintenance, isReserved},
      }));
    }),
  );
  return lists.flat();
}

/** Masakari tries again what ended in `error`, and answers 409 for a change of the segment meanwhile. */
const UNFINISHED = ['new', 'running', 'error'] as const;

async function isRecovering(session: Session, {uuid}: SegmentHost): Promise<boolean> {
  for (const status of UNFINISHED) {
    const query = {type: 'COMPUTE_HOST', source_host_uuid: uuid, status};
    const {notifications} = await session.read(Notifications, 'instance-ha', {path: 'notifications', query});
    const found = notifications.filter((notification) => isStop(notification, uuid));
    if (found.some((notification) => notification.status === status)) {
      return true;
    }
  }
  return false;
}

async function endMaintenance(session: Session, {segment, uuid}: SegmentHost): Promise<boolean> {
  const path = `segments/${encodeURIComponent(segment)}/hosts/${encodeURIComponent(uuid)}`;
  const wanted = {method: 'PUT', path, body: {host: {on_maintenance: false}}, expected: [409]} as const;
  return (await session.ask('instance-ha', wanted)).status !== 409;
}

type Notification = z.infer<typeof Notifications>['notifications'][number];

function isStop({type, source_host_uuid: source, payload}: Notification, uuid: string): boolean {
  return type === 'COMPUTE_HOST' && source === uuid && payload['event'] === PAYLOAD.event;
}

async function listNotifications(
  session: Session,
  {uuid}: SegmentHost,
  since: number,
): Promise<readonly HostNotification[]> {
  const query = {type: 'COMPUTE_HOST', source_host_uuid: uuid, 'generated-since': renderTime(since).slice(0, 19)};
  const {notifications} = await session.read(Notifications, 'instance-ha', {path: 'notifications', query});
  return notifications
    .filter((notification) => isStop(notification, uuid))
    .map(({generated_time: generated}) => ({generatedAt: parseTime(generated)}))
    .filter(({generatedAt}) => generatedAt >= since);
}

async function listComputes(
  session: Session,
  filter: Readonly<Record<string, string>>,
): Promise<readonly ComputeService[]> {
  const query = {binary: 'nova-compute', ...filter};
  const {services} = await session.read(Services, 'compute', {path: 'os-services', query, headers: NOVA});
  return services
    .filter(({binary}) => binary === 'nova-compute')
    .map(({id, host, state, status, forced_down: isForcedDown, disabled_reason: reason, updated_at: updated}) => ({
      id: String(id),
      host,
      isUp: state === 'up',
      isEnabled: status === 'enabled',
      disabledReason: status === 'enabled' ? '' : (reason ?? ''),
      isForcedDown,
      updatedAt: updated === null || updated === undefined ? null : parseTime(updated),
    }));
}

interface Notice {
  readonly host: string;
  readonly generatedAt: number;
  readonly payload: typeof PAYLOAD | typeof ANOTHER_PAYLOAD;
}

/** Masakari's API answers 409 for both of these, and only its words tell which (ha/api.py, exception.py). */
async function notify(session: Session, {host: hostname, generatedAt, payload}: Notice): Promise<Notified> {
  const notification = {type: 'COMPUTE_HOST', hostname, generated_time: renderTime(generatedAt), payload};
  const wanted = {method: 'POST', path: 'notifications', body: {notification}, expected: [409]} as const;
  const {status, body} = await session.ask('instance-ha', wanted);
  if (status !== 409) {
    return 'accepted';
  }
  return /maintenance/i.test(body) ? 'maintenance' : 'duplicate';
}

/** `2026-11-23T01:02:03.000000`, in UTC without saying so, as Masakari's own monitors write it. */
function renderTime(time: number): string {
  return new Date(time).toISOString().replace(/Z$/, '000');
}

/** OpenStack's times are in UTC, most without saying so. One that is none counts as very old. */
function parseTime(text: string): number {
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? 0 : time;
}
