import type {Cloud, ComputeService, SegmentHost} from './cloud.ts';
import {CloudError} from './errors.ts';
import type {FenceRecord} from './record.ts';

/** What came of an attempt. A record that is kept is tried again, with what was learnt of it. */
export type Outcome =
  | {readonly isDone: true; readonly line: string}
  | {readonly isDone: false; readonly line: string; readonly record: FenceRecord};

export interface DeliveryPorts {
  readonly cloud: Cloud;
  readonly now: () => number;
  /** Whether a member of this cluster holds a connection to the remote node now. */
  readonly isConnected: (host: string) => Promise<boolean>;
  /** Keeps what must be known after a death in the next step. */
  readonly save: (record: FenceRecord) => void;
}

/** How far the clocks of members, Nova and Masakari may be apart. */
const SKEW_MS = 10_000;
/** A change of nova-compute's record up to here after a fence is from before it, late by the clocks and the database. */
const QUIET_MS = 15_000;
/** A report that waited for a conductor is thrown away by the broker after 60 s (rpc_response_timeout): until here a change may be one. */
const OLD_REPORT_MS = 75_000;
/** A nova-compute that runs reports more often: Nova takes one for down after 60 s (service_down_time). */
const LOOK_MS = 70_000;
/** A fence that is older is no more the one that has just happened. */
const LATE_MS = 60_000;
/** A notification so long before a fence is still of the same failure: a host monitor tells of it first, or the host is fenced twice. */
const SAME_FAILURE_MS = 180_000;

/**
 * Brings one fence to Masakari, once. The host was seen off, so it is safe as long as it has not come back since; and it is needed as long
 * as Masakari has no notification of it. Both are looked for first, then Nova is told that the host is down, which has to be so
 * before Masakari evacuates, and only then Masakari is told. Every step may be the last of this process, and every other
 * member may do the same: whoever goes on finds in Nova and Masakari how far it came.
 */
export async function deliver(record: FenceRecord, ports: DeliveryPorts): Promise<Outcome> {
  let known = record;
  const save = (next: FenceRecord): void => {
    if (next !== known) {
      known = next;
      ports.save(next);
    }
  };
  try {
    return await attempt(record, {...ports, save});
  } catch (error) {
    if (error instanceof CloudError) {
      return keep(known, `not delivered yet: ${error.message}`);
    }
    throw error;
  }
}

async function attempt(record: FenceRecord, ports: DeliveryPorts): Promise<Outcome> {
  const {cloud, now, isConnected} = ports;
  const host = await cloud.findHost(record.host);
  if (host === null) {
    return done('it is in no segment of Masakari: nothing is recovered');
  }
  if (await isTold(cloud, host, record.time - SKEW_MS)) {
    return done(KNOWN);
  }
  const isBack = now() - record.time > LATE_MS && (await isConnected(record.host));
  const service = await cloud.findCompute(record.host);
  if (service === null) {
    return keep(record, 'not delivered yet: Nova shows no nova-compute of it');
  }
  return isBack ? judgeConnected(record, service, ports) : judge(record, {host, service}, ports);
}

const TOLD = 'Masakari is told and recovers its guests';
const KNOWN = 'Masakari knows of it';
const UNPROTECTED =
  'NOT PROTECTED: Masakari refuses it while the host is on maintenance; set on_maintenance to False to recover it';
const BACK = 'it came back before Masakari could be told: its guests are not started elsewhere, start them there';

/** Once its nova-compute reports as well it is surely back, also where Nova was told to hold it for down. */
function judgeConnected(record: FenceRecord, service: ComputeService, {save, now}: DeliveryPorts): Outcome {
  const known = look(record, service, now());
  save(known);
  return known.seen !== undefined && hasMovedOn(record, known.seen.updatedAt)
    ? done(BACK)
    : keep(known, 'not delivered: the cluster is connected to it again, so its guests are not started elsewhere');
}

interface Facts {
  readonly host: SegmentHost;
  readonly service: ComputeService;
}

async function judge(record: FenceRecord, facts: Facts, ports: DeliveryPorts): Promise<Outcome> {
  const known = look(record, facts.service, ports.now());
  ports.save(known);
  switch (getVerdict(record, known, {service: facts.service, now: ports.now()})) {
    case 'off':
      return tell(known, facts, ports);
    case 'back':
      return done(BACK);
    case 'unsure':
      return keep(known, 'not delivered yet: its nova-compute may have reported since; it is looked at again');
    case 'unclear':
      return keep(
        known,
        'not delivered: its nova-compute has reported since and stopped; if it is off, force it down in Nova',
      );
  }
}

/** The record with what is seen of nova-compute now, and since when that has been so. */
function look(record: FenceRecord, {updatedAt}: ComputeService, now: number): FenceRecord {
  return updatedAt === null || updatedAt === record.seen?.updatedAt
    ? record
    : {...record, seen: {updatedAt, since: now}};
}

/**
 * Whether the host is still off. Nova's record of nova-compute changes with each of its reports, and when somebody forces it down,
 * enables or disables it: not to have changed since the fence says that the host did not come back. One change may come from
 * another member that forced it down and died, or be an old report; whether more follow tells. In doubt the record waits.
 */
function getVerdict(
  before: FenceRecord,
  {time, seen}: FenceRecord,
  {service, now}: {readonly service: ComputeService; readonly now: number},
): 'off' | 'back' | 'unsure' | 'unclear' {
  if (seen === undefined || seen.updatedAt <= time + QUIET_MS) {
    return 'off';
  }
  const {isUp, isForcedDown} = service;
  if (isUp && !isForcedDown && hasMovedOn(before, seen.updatedAt)) {
    return 'back';
  }
  if (now - seen.since < LOOK_MS) {
    return 'unsure';
  }
  return isForcedDown || seen.updatedAt <= time + OLD_REPORT_MS ? 'off' : 'unclear';
}

/** Whether one change after the fence was seen before, and now there is another. */
function hasMovedOn({time, seen}: FenceRecord, updatedAt: number): boolean {
  return seen !== undefined && seen.updatedAt > time + QUIET_MS && updatedAt > seen.updatedAt;
}

/** Nova first: until it holds the host for down it would have Masakari wait for an answer, and refuse to evacuate. */
async function tell(record: FenceRecord, {host, service}: Facts, ports: DeliveryPorts): Promise<Outcome> {
  const {cloud, save, now} = ports;
  if (!service.isForcedDown) {
    await cloud.forceDown(service);
    const after = await cloud.findCompute(record.host);
    if (after?.isForcedDown !== true) {
      return keep(record, 'not delivered yet: Nova does not hold it for down, though it was told so');
    }
    // This change is our own. It hides a report that came at the same time, so should Masakari be told later, it is looked at again.
    const known = look(record, after, now());
    save(known);
    return notify(known, host, ports);
  }
  return notify(record, host, ports);
}

async function notify(record: FenceRecord, host: SegmentHost, ports: DeliveryPorts): Promise<Outcome> {
  const {cloud} = ports;
  const answer = await cloud.notify(record.host, record.time);
  if (answer === 'accepted') {
    return done(TOLD);
  }
  const from = record.time - (answer === 'duplicate' ? SKEW_MS : SAME_FAILURE_MS);
  if (await isTold(cloud, host, from)) {
    return done(KNOWN);
  }
  return answer === 'maintenance' ? keep(record, UNPROTECTED) : notifyAgain(record, host, ports);
}

/**
 * Masakari takes for a duplicate what comes within three minutes (duplicate_notification_detection_interval) of a notification with the same
 * payload, whatever became of that. As long as it works on that one it is one failure. Else the host was brought back, and has failed again.
 */
async function notifyAgain(record: FenceRecord, host: SegmentHost, {cloud, now}: DeliveryPorts): Promise<Outcome> {
  if (await cloud.isRecovering(host)) {
    return done(KNOWN);
  }
  const answer = await cloud.notify(record.host, Math.max(record.time, now()), 'again');
  if (answer === 'accepted') {
    return done(TOLD);
  }
  return (await isTold(cloud, host, record.time - SKEW_MS))
    ? done(KNOWN)
    : keep(record, 'not delivered yet: Masakari takes it for its failure minutes ago');
}

async function isTold(cloud: Cloud, host: SegmentHost, since: number): Promise<boolean> {
  return (await cloud.listNotifications(host, since)).length > 0;
}

function done(line: string): Outcome {
  return {isDone: true, line};
}

function keep(record: FenceRecord, line: string): Outcome {
  return {isDone: false, line, record};
}
