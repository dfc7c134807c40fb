import type {Environment} from '#charm';
import {REMOTES_ATTRIBUTE} from '#openstack';
import * as z from 'zod/mini';

/** One fence of one remote node, as a member of the cluster remembers it until its failure is with Masakari. */
export interface FenceRecord {
  /** The cluster's id of the operation, the same on all members. */
  readonly ref: string;
  readonly host: string;
  /** When the fence was over, by this member's clock, in milliseconds since 1970 and whole seconds: members may differ by their clocks. */
  readonly time: number;
  /** How long this member waits for others to be first, in milliseconds. */
  readonly delayMs: number;
  /** What Nova said of the host's nova-compute when it was looked at, and since when it has said so. */
  readonly seen?: {readonly updatedAt: number; readonly since: number} | undefined;
  /** The last line that was logged about it, and when. */
  readonly said?: {readonly line: string; readonly at: number} | undefined;
}

const time = z.number().check(z.refine((value) => Number.isSafeInteger(value) && value >= 0));
const Shape = z.object({
  ref: z.string().check(z.regex(/^\w[\w.-]{0,99}$/)),
  host: z.string().check(z.minLength(1), z.maxLength(255)),
  time,
  delayMs: time,
  seen: z.optional(z.object({updatedAt: time, since: time})),
  said: z.optional(z.object({line: z.string(), at: time})),
});

/** A record from its file; null for what is none. */
export function parseRecord(text: string): FenceRecord | null {
  try {
    const parsed = Shape.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** What `parseRecord` reads. */
export function renderRecord(record: FenceRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Whom Pacemaker names when somebody confirms with `stonith_admin --confirm` that a node is off (pacemaker-fenced, since 1.1): nobody has
 * looked, and a confirmation is also how a fencing that is not wanted any more is ended while the node lives.
 */
const CONFIRMATION = /^Operation \S+ of \S+ by a human for /;
/** `Operation reboot of c3 by n3 for pacemaker-controld.121@api1: OK (ref=70ec7db2-…)`: who did it, who asked for it, and its id. */
const DESCRIPTION =
  /^Operation (?:reboot|off) of \S+(?: by (?<doer>\S+))?(?: for \S+@(?<asker>[^\s:]+))?.*?(?:\(ref=(?<ref>\w[\w.-]{0,99})\))?$/;

/**
 * What an alert of Pacemaker 2 tells of a remote node's fence; null for any other event, such as a fence that failed, one of a member, or one that
 * somebody only confirms.
 * The action is in no variable but in the description (CRM_alert_task is st_notify_fence); nothing but the list that hacluster keeps in
 * the alert says that a target is a remote. `now` is for a Pacemaker that tells no time.
 */
export function readAlert(environment: Environment, member: string, now: number): FenceRecord | null {
  const {CRM_alert_kind: kind, CRM_alert_rc: status, CRM_alert_node: host = ''} = environment;
  if (kind !== 'fencing' || status !== '0' || !isListed(host, environment)) {
    return null;
  }
  const text = environment['CRM_alert_desc'] ?? '';
  const description = CONFIRMATION.test(text) ? null : DESCRIPTION.exec(text);
  return description === null ? null : makeRecord(host, {environment, member, now, words: description.groups ?? {}});
}

function isListed(host: string, environment: Environment): boolean {
  return host !== '' && (environment[REMOTES_ATTRIBUTE] ?? '').split(' ').includes(host);
}

interface Told {
  readonly environment: Environment;
  readonly member: string;
  readonly now: number;
  readonly words: Readonly<Partial<Record<string, string>>>;
}

function makeRecord(host: string, {environment, member, now, words}: Told): FenceRecord {
  const told = Number(environment['CRM_alert_timestamp_epoch']);
  const seconds = Number.isInteger(told) && told > 0 ? told : Math.floor(now / 1000);
  const ref = words['ref'] ?? `${seconds}-${getNumber(host)}`;
  return {ref, host, time: seconds * 1000, delayMs: getDelay(member, words['doer'], words['asker'])};
}

const TURN_MS = 3000;

/**
 * Every member gets the alert and may be the only one to live on, so all deliver, one after the other: who fenced at once, who asked for the
 * fence next, then the others, spread by their names. Masakari refuses a second notification only once it has stored the first
 * (its API looks, then writes), so no two should come at the same moment.
 */
function getDelay(member: string, doer: string | undefined, asker: string | undefined): number {
  if (member === doer) {
    return 0;
  }
  return member === asker ? TURN_MS : 2 * TURN_MS + (getNumber(member) % 4) * (TURN_MS / 2);
}

/** A number that a name always has. */
function getNumber(name: string): number {
  return Array.from(name, (character) => character.codePointAt(0) ?? 0).reduce(
    (sum, code) => (sum * 31 + code) % 1_000_003,
    7,
  );
}
