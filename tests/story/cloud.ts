import * as z from 'zod/mini';

import type {OpenStackApi} from './api.ts';

const service = z.object({
  id: z.string(),
  host: z.string(),
  binary: z.string(),
  status: z.string(),
  state: z.string(),
  forced_down: z.boolean(),
});

const server = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  'OS-EXT-SRV-ATTR:host': z.nullish(z.string()),
  'OS-EXT-STS:task_state': z.nullish(z.string()),
  fault: z.optional(z.object({message: z.string()})),
});

const segment = z.object({uuid: z.string(), name: z.string(), recovery_method: z.string()});

const host = z.object({uuid: z.string(), name: z.string(), reserved: z.boolean(), on_maintenance: z.boolean()});

const notification = z.object({
  notification_uuid: z.string(),
  type: z.string(),
  status: z.string(),
  source_host_uuid: z.string(),
  payload: z.record(z.string(), z.unknown()),
});

/** A service of Nova on a host; `status` is what was asked for (enabled), `state` how it is (up). */
export type ComputeService = z.infer<typeof service>;
export type Segment = z.infer<typeof segment>;
export type SegmentHost = z.infer<typeof host>;
export type Notification = z.infer<typeof notification>;

/** A guest, as Nova has it. */
export interface Server {
  readonly id: string;
  readonly name: string;
  /** ACTIVE, SHUTOFF, ERROR ... */
  readonly status: string;
  /** The compute it is on; null while Nova looks for one. */
  readonly host: string | null;
  /** What Nova is doing with it; null for nothing. */
  readonly task: string | null;
  /** Why it is in the status ERROR; null when it is not. */
  readonly fault: string | null;
}

/** What the stories ask Nova, Glance and Masakari. Each answer is that of the moment; errors are those of the API. */
export class OpenStackCloud {
  readonly #api: OpenStackApi;

  constructor(api: OpenStackApi) {
    this.#api = api;
  }

  async listComputeServices(): Promise<readonly ComputeService[]> {
    const shape = z.object({services: z.array(service)});
    return (await this.#api.get('compute', '/os-services?binary=nova-compute', shape)).services;
  }

  /** Names of the computes that guests can be started on: a nova-compute that reports is one only once the scheduler has mapped it to a cell. */
  async listHypervisors(): Promise<readonly string[]> {
    const shape = z.object({hypervisors: z.array(z.object({hypervisor_hostname: z.string()}))});
    const {hypervisors} = await this.#api.get('compute', '/os-hypervisors', shape);
    return hypervisors.map(({hypervisor_hostname: name}) => name);
  }

  async enableService({id}: ComputeService): Promise<void> {
    await this.#api.put('compute', `/os-services/${id}`, {status: 'enabled'});
  }

  /** Nova refuses it until a nova-compute that was evacuated has been started again. */
  async forceUp({id}: ComputeService): Promise<void> {
    await this.#api.put('compute', `/os-services/${id}`, {forced_down: false});
  }

  async disableService({id}: ComputeService): Promise<void> {
    await this.#api.put('compute', `/os-services/${id}`, {status: 'disabled'});
  }

  async listServers(): Promise<readonly Server[]> {
    const {servers} = await this.#api.get('compute', '/servers/detail', z.object({servers: z.array(server)}));
    return servers.map(readServer);
  }

  /** The guest of that name; there must be one. */
  async getServer(name: string): Promise<Server> {
    const found = (await this.listServers()).find((one) => one.name === name);
    if (found === undefined) throw new Error(`Nova has no guest ${name}`);
    // Why a guest that reached no compute is in ERROR stands only in the answer about it alone.
    const answer = await this.#api.get('compute', `/servers/${found.id}`, z.object({server}));
    return readServer(answer.server);
  }

  async deleteServer({id}: Server): Promise<void> {
    await this.#api.delete('compute', `/servers/${id}`);
  }

  async hasFlavor(name: string): Promise<boolean> {
    const shape = z.object({flavors: z.array(z.object({name: z.string()}))});
    return (await this.#api.get('compute', '/flavors', shape)).flavors.some((flavor) => flavor.name === name);
  }

  async hasImage(name: string): Promise<boolean> {
    const shape = z.object({images: z.array(z.object({name: z.nullish(z.string()), status: z.string()}))});
    const {images} = await this.#api.get('image', '/images', shape);
    return images.some((image) => image.name === name && image.status === 'active');
  }

  async listSegments(): Promise<readonly Segment[]> {
    return (await this.#api.get('instance-ha', '/segments', z.object({segments: z.array(segment)}))).segments;
  }

  async deleteSegment({uuid}: Segment): Promise<void> {
    await this.#api.delete('instance-ha', `/segments/${uuid}`);
  }

  async listHosts({uuid}: Segment): Promise<readonly SegmentHost[]> {
    return (await this.#api.get('instance-ha', `/segments/${uuid}/hosts`, z.object({hosts: z.array(host)}))).hosts;
  }

  async deleteHost(segment: Segment, host: SegmentHost): Promise<void> {
    await this.#api.delete('instance-ha', `/segments/${segment.uuid}/hosts/${host.uuid}`);
  }

  async listNotifications(): Promise<readonly Notification[]> {
    const shape = z.object({notifications: z.array(notification)});
    return (await this.#api.get('instance-ha', '/notifications', shape)).notifications;
  }
}

function readServer(found: z.infer<typeof server>): Server {
  return {
    id: found.id,
    name: found.name,
    status: found.status,
    host: found['OS-EXT-SRV-ATTR:host'] ?? null,
    task: found['OS-EXT-STS:task_state'] ?? null,
    fault: found.fault?.message ?? null,
  };
}

/** Whether Masakari has done with a notification, one way or the other. */
export function isOver({status}: Notification): boolean {
  return ['finished', 'ignored', 'failed'].includes(status);
}
