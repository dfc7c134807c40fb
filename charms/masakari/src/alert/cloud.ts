import type {SendHttp} from '#maas';
import * as z from 'zod/mini';

import type {CloudCredentials} from './credentials.ts';
import {createSession, type Session} from './session.ts';

/** A host of a segment of Masakari. */
export interface SegmentHost {
  readonly uuid: string;
}

/** A notification that a compute node stopped. */
export interface HostNotification {
  /** Milliseconds since 1970. */
  readonly generatedAt: number;
}

/** What Nova says of a host's nova-compute. */
export interface ComputeService {
  readonly id: string;
  readonly isUp: boolean;
  readonly isForcedDown: boolean;
  /** When the record last changed, by a report of nova-compute or by hand: milliseconds since 1970; null before the first. */
  readonly updatedAt: number | null;
}

/** How Masakari took a notification. `duplicate`: it has the same; `maintenance`: the host is marked as being on maintenance. */
export type Notified = 'accepted' | 'duplicate' | 'maintenance';

/** Nova and Masakari, as far as a fenced host needs them. Each call throws a CloudError when it has no answer that fits. */
export interface Cloud {
  /** Null for a host that is in no segment. */
  findHost(name: string): Promise<SegmentHost | null>;
  /** Those for a host that stopped, generated at `since` or later, whatever became of them. */
  listNotifications(host: SegmentHost, since: number): Promise<readonly HostNotification[]>;
  /** Null where Nova knows none, or the cell that has it does not answer. */
  findCompute(name: string): Promise<ComputeService | null>;
  /** Tells Nova that the host is down, so that nothing has to wait for its silence. */
  forceDown(service: ComputeService): Promise<void>;
  notify(host: string, generatedAt: number): Promise<Notified>;
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
const PAYLOAD = {event: 'STOPPED', host_status: 'NORMAL', cluster_status: 'OFFLINE'} as const;

const Segments = z.object({segments: z.array(z.object({uuid: z.string()}))});
const Hosts = z.object({hosts: z.array(z.object({uuid: z.string(), name: z.string()}))});
const Notifications = z.object({
  notifications: z.array(
    z.object({
      type: z.string(),
      source_host_uuid: z.string(),
      generated_time: z.string(),
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
      forced_down: z.boolean(),
      updated_at: z.nullish(z.string()),
    }),
  ),
});

/** Logs in with the first call. What does not change within a run is asked for once. */
export function createCloud(options: CloudOptions): Cloud {
  const session = createSession(options);
  let hosts: Promise<ReadonlyMap<string, SegmentHost>> | null = null;
  return {
    findHost: async (name) => (await (hosts ??= listHosts(session))).get(name) ?? null,
    listNotifications: (host, since) => listNotifications(session, host, since),
    findCompute: (name) => findCompute(session, name),
    forceDown: async ({id}) => {
      const path = `os-services/${encodeURIComponent(id)}`;
      await session.ask('compute', {method: 'PUT', path, headers: NOVA, body: {forced_down: true}});
    },
    notify: (host, generatedAt) => notify(session, host, generatedAt),
  };
}

async function listHosts(session: Session): Promise<ReadonlyMap<string, SegmentHost>> {
  const {segments} = await session.read(Segments, 'instance-ha', {path: 'segments'});
  const lists = await Promise.all(
    segments.map(({uuid}) => session.read(Hosts, 'instance-ha', {path: `segments/${encodeURIComponent(uuid)}/hosts`})),
  );
  return new Map(lists.flatMap(({hosts}) => hosts.map(({name, uuid}): [string, SegmentHost] => [name, {uuid}])));
}

async function listNotifications(
  session: Session,
  {uuid}: SegmentHost,
  since: number,
): Promise<readonly HostNotification[]> {
  const query = {type: 'COMPUTE_HOST', source_host_uuid: uuid, 'generated-since': renderTime(since).slice(0, 19)};
  const {notifications} = await session.read(Notifications, 'instance-ha', {path: 'notifications', query});
  return notifications
    .filter(({type, source_host_uuid: source}) => type === 'COMPUTE_HOST' && source === uuid)
    .filter(({payload}) => payload['event'] === PAYLOAD.event)
    .map(({generated_time: generated}) => ({generatedAt: parseTime(generated)}))
    .filter(({generatedAt}) => generatedAt >= since);
}

async function findCompute(session: Session, name: string): Promise<ComputeService | null> {
  const query = {binary: 'nova-compute', host: name};
  const {services} = await session.read(Services, 'compute', {path: 'os-services', query, headers: NOVA});
  const found = services.find(({host, binary}) => host === name && binary === 'nova-compute');
  if (found === undefined) {
    return null;
  }
  const {id, state, forced_down: isForcedDown, updated_at: updated} = found;
  return {
    id: String(id),
    isUp: state === 'up',
    isForcedDown,
    updatedAt: updated === null || updated === undefined ? null : parseTime(updated),
  };
}

/** Masakari's API answers 409 for both of these, and only its words tell which (ha/api.py, exception.py). */
async function notify(session: Session, hostname: string, generatedAt: number): Promise<Notified> {
  const notification = {
    type: 'COMPUTE_HOST',
    hostname,
    generated_time: renderTime(generatedAt),
    payload: PAYLOAD,
  };
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
