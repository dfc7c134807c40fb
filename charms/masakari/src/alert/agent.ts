import type {Environment} from '#charm';
import type {Clock, SendHttp} from '#maas';

import {createCloud} from './cloud.ts';
import {parseCredentials} from './credentials.ts';
import {deliver, type Outcome} from './delivery.ts';
import {CloudError} from './errors.ts';
import {readAlert, type FenceRecord} from './record.ts';
import {createSpool, type Spool, type SpoolFiles} from './spool.ts';

/** What the program gets from outside. */
export interface AgentPorts {
  /** `deliver` delivers what is in the spool; without one it is an alert of Pacemaker. */
  readonly args: readonly string[];
  readonly environment: Environment;
  /** The name of this machine, which is that of the cluster's member. */
  readonly member: string;
  readonly files: SpoolFiles;
  /** The text of the credentials file. Throws when it cannot be read. */
  readonly readCredentials: () => string;
  readonly send: SendHttp;
  readonly clock: Clock;
  /** Whether a member of this cluster holds a connection to a remote node; false where that cannot be told. */
  readonly isConnected: (host: string) => Promise<boolean>;
  readonly print: (line: string) => void;
}

/** How long an alert may take: Pacemaker kills one after 30 s, which is also what the charm registers. */
export const ALERT_MS = 25_000;
/** How long a run of the timer may take. The lock of a host, and systemd, wait longer. */
export const DELIVER_MS = 50_000;
const PAUSE_MS = 3000;
/** Hosts at a time. Those behind them wait for the deadline of a request at most. */
const HOSTS_AT_ONCE = 4;
/** A reason that stays the same is logged again after so long. */
const REPEAT_MS = 3_600_000;

/** Runs one of the two modes and resolves with the exit status: 0 unless a fence could be neither delivered nor kept. */
export async function runAgent(ports: AgentPorts): Promise<number> {
  return ports.args[0] === 'deliver' ? deliverAll(ports) : obeyAlert(ports);
}

/** One run: its ports, its spool, and when it has to be over. */
interface Run {
  readonly ports: AgentPorts;
  readonly spool: Spool;
  readonly deadline: number;
  readonly log: (line: string) => void;
}

function createRun(ports: AgentPorts, milliseconds: number): Omit<Run, 'log'> {
  const {files, clock} = ports;
  return {ports, spool: createSpool(files, clock.now), deadline: clock.now() + milliseconds};
}

/**
 * Pacemaker starts it once for every fence, on every member, and never again: so the fence is written down before anything else, where it
 * outlasts this process. Then it is delivered, if there is time; the timer does the rest.
 */
async function obeyAlert(ports: AgentPorts): Promise<number> {
  const {clock, environment, member} = ports;
  const record = readAlert(environment, member, clock.now());
  if (record === null) {
    return 0;
  }
  const {spool, ...others} = createRun(ports, ALERT_MS);
  const run = {
    ...others,
    spool,
    log: (line: string) =>
      attemptWrite(() => {
        spool.note(line);
      }),
  };
  const isKept = attemptWrite(() => {
    spool.save(record);
  });
  logAbout(
    run,
    record,
    isKept ? 'fenced' : 'fenced; this cannot be written down, so it is delivered now or never by this member',
  );
  await clock.sleep(record.delayMs);
  const isDone = await deliverInTime(run, record, isKept);
  return isDone || isKept ? 0 : 1;
}

async function deliverInTime(run: Run, record: FenceRecord, isKept: boolean): Promise<boolean> {
  const {spool, ports, deadline} = run;
  let latest: FenceRecord | null = record;
  while (latest !== null) {
    const outcome = await deliverLocked(run, latest);
    if (outcome?.isDone === true) {
      return true;
    }
    if (ports.clock.now() + PAUSE_MS >= deadline) {
      return false;
    }
    await ports.clock.sleep(PAUSE_MS);
    // Where it was written down another run may have gone on with it, or delivered it.
    latest = isKept ? spool.find(record) : (outcome?.record ?? latest);
  }
  return true;
}

/** Delivers what is in the spool: what an alert had no time for, or died over. */
async function deliverAll(ports: AgentPorts): Promise<number> {
  const run = {...createRun(ports, DELIVER_MS), log: ports.print};
  const {spool, deadline} = run;
  const {clock} = ports;
  const start = clock.now();
  spool.takeNotes().forEach(ports.print);
  spool.dropOldLocks();
  const queue = [...dropSuperseded(run, spool.records())];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && clock.now() < deadline; next = queue.shift()) {
      await clock.sleep(Math.max(0, start + next.delayMs - clock.now()));
      const latest = spool.find(next);
      if (latest !== null) {
        await deliverLocked(run, latest);
      }
    }
  };
  await Promise.all(Array.from({length: HOSTS_AT_ONCE}, work));
  return 0;
}

/** The last fence of each host, oldest first. What was lost by an earlier one is recovered by that of the last. */
function dropSuperseded(run: Run, records: readonly FenceRecord[]): readonly FenceRecord[] {
  const last = new Map(records.map((record) => [record.host, record]));
  const current = records.filter((record) => last.get(record.host) === record);
  for (const record of records.filter((candidate) => !current.includes(candidate))) {
    logAbout(run, record, 'fenced again since: that fence is delivered instead');
    run.spool.remove(record);
  }
  return current;
}

/** Null while another run works on the host. */
async function deliverLocked(run: Run, record: FenceRecord): Promise<Outcome | null> {
  const {spool} = run;
  if (!lockOrGoOn(spool, record.host)) {
    return null;
  }
  try {
    return settle(run, record, await deliverOne(run, record));
  } finally {
    attemptWrite(() => {
      spool.unlock(record.host);
    });
  }
}

/** Where nothing can be written there is no lock either, and that must not keep a fence from being delivered. */
function lockOrGoOn(spool: Spool, host: string): boolean {
  try {
    return spool.lock(host);
  } catch (error) {
    if (hasCode(error)) {
      return true;
    }
    throw error;
  }
}

async function deliverOne({ports, spool, deadline}: Run, record: FenceRecord): Promise<Outcome> {
  const {clock, send, isConnected, readCredentials} = ports;
  try {
    const credentials = parseCredentials(readCredentials());
    const cloud = createCloud({credentials, send, now: clock.now, deadline});
    const save = (known: FenceRecord): void => {
      attemptWrite(() => {
        spool.save(known);
      });
    };
    return await deliver(record, {cloud, now: clock.now, isConnected, save});
  } catch (error) {
    if (error instanceof CloudError || hasCode(error)) {
      const reason = error instanceof CloudError ? error.message : 'the file with the credentials cannot be read';
      return {isDone: false, line: `not delivered yet: ${reason}`, record};
    }
    throw error;
  }
}

function settle(run: Run, record: FenceRecord, outcome: Outcome): Outcome {
  const {spool, ports} = run;
  if (outcome.isDone) {
    logAbout(run, record, outcome.line);
    attemptWrite(() => {
      spool.remove(record);
    });
    return outcome;
  }
  const {said} = record;
  const now = ports.clock.now();
  const isNews = said === undefined || said.line !== outcome.line || now - said.at >= REPEAT_MS;
  if (isNews) {
    logAbout(run, record, outcome.line);
  }
  const kept = isNews ? {...outcome.record, said: {line: outcome.line, at: now}} : outcome.record;
  if (kept !== record) {
    attemptWrite(() => {
      spool.save(kept);
    });
  }
  return {...outcome, record: kept};
}

function logAbout({log}: Pick<Run, 'log'>, {host, ref, time}: FenceRecord, line: string): void {
  log(`${host}: ${line} (fence ${ref} of ${new Date(time).toISOString()})`);
}

/** Whether it could be written: a full disk must not keep a fence from being delivered. */
function attemptWrite(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (hasCode(error)) {
      return false;
    }
    throw error;
  }
}

function hasCode(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}
