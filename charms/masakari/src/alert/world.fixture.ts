import type {HttpRequest} from '#maas';

import {runAgent, type AgentPorts} from './agent.ts';
import {CREDENTIALS, FakeCloud, TOKEN} from './cloud.fixture.ts';
import type {SpoolFiles} from './spool.ts';

/** The process was killed: not an error that a program sees, it only ends. */
export class Killed extends Error {}

/** When a run of the program is killed: before or behind its n-th effect; never when undefined. */
export type KillAt = number | undefined;

/** A member of the cluster: its disk outlasts its processes. */
export interface Member {
  readonly name: string;
  /** How far its clock is ahead, in milliseconds. */
  readonly skew: number;
  readonly files: Map<string, string>;
  readonly printed: string[];
  isAlive: boolean;
  /** How often it was started: what ran before is gone. */
  boots: number;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** When the first fence is over. */
export const T0 = Date.UTC(2026, 10, 23, 1, 0, 0);

/** Members, a cloud and one time for all: whatever waits is an event, and the next event is run when all is quiet. */
export class World {
  now = T0 - 60_000;
  readonly cloud: FakeCloud;
  readonly members: Member[] = [];
  /** Whether requests are lost now, by the host name of the API and the member that sends them. */
  isOut: (api: string, now: number, sender: string) => boolean = () => false;
  isConnected = false;
  /** Milliseconds for one way of a request. */
  latency: () => number = () => 20;
  readonly #events: Event[] = [];
  #order = 0;

  constructor(hosts: readonly string[]) {
    this.cloud = new FakeCloud(() => this.now, hosts);
  }

  createMember(name: string, skew = 0): Member {
    const member = {name, skew, files: new Map<string, string>(), printed: [], isAlive: true, boots: 1};
    this.members.push(member);
    return member;
  }

  at(time: number, run: () => void): void {
    this.#events.push({at: Math.max(time, this.now), order: this.#order++, run});
  }

  /** Runs all events until `time`. */
  async runUntil(time: number): Promise<void> {
    for (;;) {
      await new Promise(setImmediate);
      const next = this.#takeNext(time);
      if (next === undefined) {
        this.now = time;
        return;
      }
      this.now = next.at;
      next.run();
    }
  }

  #takeNext(time: number): Event | undefined {
    let found = 0;
    this.#events.forEach((event, index) => {
      const best = this.#events[found];
      if (best !== undefined && (event.at - best.at || event.order - best.order) < 0) found = index;
    });
    const first = this.#events[found];
    if (first === undefined || first.at > time) {
      return undefined;
    }
    this.#events.splice(found, 1);
    return first;
  }

  /** Starts the program on a member; resolves with its exit status, or null when it was killed. */
  async start(member: Member, args: readonly string[], environment = {}, killAt?: KillAt): Promise<number | null> {
    let effects = 0;
    let isDead = false;
    const {boots} = member;
    const die = (): void => {
      isDead ||= !member.isAlive || member.boots !== boots || effects === killAt;
      effects += 1;
      if (isDead) throw new Killed();
    };
    const guard = <T>(effect: () => T): T => {
      die();
      const value = effect();
      die();
      return value;
    };
    try {
      return await runAgent(this.#createPorts(member, {args, environment, guard}));
    } catch (error) {
      if (error instanceof Killed) return null;
      throw error;
    }
  }

  #createPorts(
    member: Member,
    {args, environment, guard}: Pick<AgentPorts, 'args' | 'environment'> & {guard: <T>(effect: () => T) => T},
  ): AgentPorts {
    const sleep = async (milliseconds: number): Promise<void> => {
      await new Promise<void>((resolve) => {
        guard(() => {
          this.at(this.now + milliseconds, resolve);
        });
      });
      guard(() => undefined);
    };
    return {
      args,
      environment,
      member: member.name,
      files: createMemoryFiles(member.files, guard),
      readCredentials: () => JSON.stringify(CREDENTIALS),
      send: async (request) => {
        guard(() => undefined);
        const answer = await this.#send(request, member.name);
        guard(() => undefined);
        return answer;
      },
      clock: {now: () => this.now + member.skew, sleep},
      isConnected: () => Promise.resolve(this.isConnected),
      print: (line) => {
        member.printed.push(line);
      },
    };
  }

  /** What the cloud answers, and does a moment later. */
  ask(request: Parameters<FakeCloud['answer']>[0]): ReturnType<FakeCloud['answer']> {
    const before = this.cloud.notifications.length;
    const answer = this.cloud.answer(request);
    for (const {hostname} of this.cloud.notifications.slice(before)) {
      this.at(this.now + 300, () => {
        this.cloud.recover(hostname);
      });
    }
    return answer;
  }

  /** A host monitor, or an operator, tells Masakari too. */
  tellByOthers(hostname: string): void {
    const body = JSON.stringify({
      notification: {
        hostname,
        generated_time: new Date(this.now).toISOString().slice(0, 19),
        payload: {event: 'STOPPED', host_status: 'NORMAL', cluster_status: 'OFFLINE'},
      },
    });
    const url = new URL('http://masakari:15868/v1/0123abcd/notifications');
    this.ask({method: 'POST', url, headers: {'x-auth-token': TOKEN}, body});
  }

  /** A request that is lost ends with its time-out; one that is on its way is served whoever has died meanwhile. */
  #send(request: HttpRequest, sender: string): ReturnType<AgentPorts['send']> {
    return new Promise((resolve, reject) => {
      this.at(this.now + this.latency(), () => {
        if (this.isOut(request.url.hostname, this.now, sender)) {
          this.at(this.now + request.timeoutMs, () => {
            reject(new Error('no answer'));
          });
          return;
        }
        const answer = this.ask(request);
        this.at(this.now + this.latency(), () => {
          resolve(answer);
        });
      });
    });
  }
}

export function createMemoryFiles(
  files: Map<string, string>,
  guard: <T>(effect: () => T) => T = (f) => f(),
): SpoolFiles {
  return {
    list: () => [...files.keys()].sort(),
    read: (name) => files.get(name) ?? null,
    replace: (name, text) => {
      guard(() => files.set(name, text));
    },
    create: (name, text) => guard(() => !files.has(name) && files.set(name, text) === files),
    append: (name, text) => {
      guard(() => files.set(name, (files.get(name) ?? '') + text));
    },
    rename: (name, to) =>
      guard(() => {
        const text = files.get(name);
        return text !== undefined && files.set(to, text) === files && files.delete(name);
      }),
    remove: (name) => {
      guard(() => files.delete(name));
    },
  };
}

/** What Pacemaker gives an alert of a remote node's fence. */
export function getAlert(
  host: string,
  {at = T0, by = 'n3', forNode = 'api1', ref = `ref-${host}`, rc = 0} = {},
): Record<string, string> {
  return {
    CRM_alert_kind: 'fencing',
    CRM_alert_node: host,
    CRM_alert_task: 'st_notify_fence',
    CRM_alert_desc: `Operation reboot of ${host} by ${by} for pacemaker-controld.121@${forNode}: ${rc === 0 ? 'OK' : 'Error'} (ref=${ref})`,
    CRM_alert_rc: String(rc),
    CRM_alert_timestamp_epoch: String(Math.floor(at / 1000)),
    CRM_alert_version: '2.1.5',
    CRM_alert_recipient: '',
    remotes: 'c1 c2 c3',
  };
}
