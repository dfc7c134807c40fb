import {
  ClusterCommandError,
  ClusterSyntaxError,
  pacemakerPort,
  parseCibXml,
  type Change,
  type Cib,
  type RunProgram,
} from '#cluster';
import type {Clock} from '#maas';

import {
  DEFAULT_POLICY,
  judge,
  planLosses,
  readLosses,
  getMinutes,
  type FencingPolicy,
  type Judgement,
  type Loss,
} from '../losses.ts';

/** The record of losses that all members share. */
export interface LossRecord {
  /** The CIB as this member has it; null when it cannot be had now. */
  readonly read: () => Promise<Cib | null>;
  /** False when the change was not made: the configuration has moved since `base`, or the cluster did not take it now. */
  readonly write: (change: Change, base: Cib) => Promise<boolean>;
}

/** The record as Pacemaker's programs give it. A read is one process, a write another. */
export function createLossRecord(run: RunProgram): LossRecord {
  const cluster = pacemakerPort(run);
  return {
    read: async () => {
      const {exitCode, stdout} = await run('cibadmin', ['--query']);
      return exitCode === 0 ? parseCib(stdout) : null;
    },
    write: async (change, base) => {
      try {
        return (await cluster.apply(change, base)) === 'applied';
      } catch (error) {
        if (error instanceof ClusterCommandError) return false;
        throw error;
      }
    },
  };
}

function parseCib(text: string): Cib | null {
  try {
    return parseCibXml(text);
  } catch (error) {
    if (error instanceof ClusterSyntaxError) return null;
    throw error;
  }
}

/** The policy as the charm wrote it. A file that is missing or says no such thing leaves the defaults: fencing must not fail for it. */
export function parsePolicy(text: string | null): FencingPolicy {
  const {share, window} = parseObject(text);
  return {
    share: typeof share === 'number' && share >= 0 && share <= 100 ? share : DEFAULT_POLICY.share,
    window: typeof window === 'number' && window > 0 ? window : DEFAULT_POLICY.window,
  };
}

function parseObject(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? {...value} : {};
  } catch {
    return {};
  }
}

/** Who asks for what. */
export interface Request {
  readonly record: LossRecord;
  readonly node: string;
  /** Whom the device may fence, members too. */
  readonly hosts: readonly string[];
  readonly policy: FencingPolicy;
  readonly clock: Clock;
}

/**
 * How long the record may take to answer: pacemaker-based and the controller are back within seconds when they are restarted or
 * elected anew. What is left of the order's time is for MAAS.
 */
export const RECORD_MS = 15_000;

const PAUSE_MS = 500;

/** Why a node is not switched off; one line. */
export class HeldError extends Error {
  override readonly name = 'HeldError';
}

/**
 * Resolves when the node may be switched off, with by whose leave, and that is on record for all members: before anything is done, so that of orders that
 * run at the same instant on several members no more than the share are carried out. Members of the cluster always may: quorum
 * bounds how many of them can be lost.
 *
 * @throws HeldError when it may not, or when the record cannot be had: in doubt nothing is switched off, and Pacemaker asks again.
 */
export async function askPermission(request: Request): Promise<Permission> {
  const {clock, node} = request;
  const deadline = clock.now() + RECORD_MS;
  for (;;) {
    const answer = await tryOnce(request);
    if (answer?.verdict === 'fence') return answer.permission;
    if (answer?.verdict === 'hold') throw new HeldError(describeHold(answer, request.policy));
    if (clock.now() + PAUSE_MS > deadline) {
      throw new HeldError(
        `held back: the cluster's configuration, where losses of ${node} and others are noted, cannot be used now`,
      );
    }
    await clock.sleep(PAUSE_MS);
  }
}

/** Why a node may be switched off: it is a member, one of the share, or an operator has released it. */
export type Permission = 'member' | 'share' | 'operator';

type Answer =
  | {readonly verdict: 'fence'; readonly permission: Permission}
  | (Judgement & {readonly verdict: 'hold'; readonly count: number});

/** Null when it has to be tried again. */
async function tryOnce({record, node, hosts, policy, clock}: Request): Promise<Answer | null> {
  const cib = await record.read();
  if (cib === null) return null;
  const members = new Set(cib.nodes.flatMap(({type, uname}) => (type === 'member' ? [uname] : [])));
  if (members.has(node)) return {verdict: 'fence', permission: 'member'};
  const remotes = hosts.filter((host) => !members.has(host));
  const losses = readLosses(cib);
  const judgement = judge({losses, node, remotes, policy, now: clock.now()});
  const change = planLosses(cib, judgement.losses);
  if (change !== null && !(await record.write(change, cib))) return null;
  const {verdict} = judgement;
  if (verdict === 'hold') return {...judgement, verdict, count: remotes.length};
  const isReleased = losses.some((loss) => loss.node === node && loss.state !== 'fencing');
  return {verdict, permission: isReleased ? 'operator' : 'share'};
}

/** The power is off; what is noted of that must not take the time that the order has left. */
const NOTE_MS = 3000;

/**
 * Notes that a node was seen off which an operator has released: only then is that over, since a cluster that does not want to fence
 * the node may just have forgotten it. Resolves with whether it could be noted; where it could not, the node stays released.
 */
export async function noteOff({record, node, clock}: Pick<Request, 'record' | 'node' | 'clock'>): Promise<boolean> {
  const deadline = clock.now() + NOTE_MS;
  for (;;) {
    const cib = await record.read();
    const change = cib === null ? null : planLosses(cib, markOff(readLosses(cib), node, clock.now()));
    if (cib !== null && (change === null || (await record.write(change, cib)))) return true;
    if (clock.now() + PAUSE_MS > deadline) return false;
    await clock.sleep(PAUSE_MS);
  }
}

function markOff(losses: readonly Loss[], node: string, now: number): readonly Loss[] {
  return losses.map((loss) =>
    loss.node === node && loss.state === 'released' ? {...loss, state: 'off' as const, since: now} : loss,
  );
}

function describeHold({others, allowed, count}: Answer & {verdict: 'hold'}, {share, window}: FencingPolicy): string {
  const lost =
    others.length === 0 ? 'it was lost with others' : `${others.join(' ')} lost within ${getMinutes(window)}`;
  return (
    `held back: ${lost}, and fencing-share ${share}% lets ${allowed} of ${count} remotes be fenced; nothing is ` +
    'evacuated from it until an operator runs fence-held, or stand-down if it is alive'
  );
}
