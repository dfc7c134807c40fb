import {
  diff,
  getConnectedRemotes,
  isEmptyChange,
  makeAttributeSet,
  type Change,
  type Cib,
  type ClusterStatus,
} from '#cluster';

import type {Options} from './options.ts';

/**
 * Remotes that were lost, as the cluster itself remembers them: a property set of the CIB, so that every member has the same record,
 * a change of it is refused where the configuration has moved meanwhile, and `crm configure show` shows it.
 */
export const LOSSES_SET = 'fencing-losses';

/** How many remotes may be fenced without an operator. */
export interface FencingPolicy {
  /** Percent of the remotes that the device fences. */
  readonly share: number;
  /** Seconds that a loss counts. */
  readonly window: number;
}

/** The policy that options ask for. */
export function getFencingPolicy(options: Pick<Options, 'fencing-share' | 'fencing-window'>): FencingPolicy {
  return {share: options['fencing-share'], window: options['fencing-window']};
}

/** What holds where the charm has not said anything yet; the same as the defaults of the options. */
export const DEFAULT_POLICY: FencingPolicy = {share: 50, window: 600};

/** Where the charm puts the policy, on every member: any of them may run the device. */
export const POLICY_FILE = '/etc/hacluster/fencing-policy.json';

const STATES = ['fencing', 'held', 'released', 'off'] as const;

/**
 * `fencing`: it may be switched off, as one of the share. `held`: it may not, until an operator says so. `released`: an operator has
 * said so, and it was not seen off since. `off`: it was, which the cluster may not have on record yet.
 */
export type LossState = (typeof STATES)[number];

/** One remote that was to be fenced; `since` when, in milliseconds of the epoch. */
export interface Loss {
  readonly node: string;
  readonly state: LossState;
  readonly since: number;
}

const PREFIX = 'loss-of-';
const VALUE = /^(\w+) (\S+)$/;

/** Every loss on record, in the order of the record. What is not one of ours is passed over. */
export function readLosses({properties}: Cib): readonly Loss[] {
  const pairs = properties.find(({id}) => id === LOSSES_SET)?.pairs ?? [];
  return pairs.flatMap(({name = '', value = ''}) => {
    const [, word, time = ''] = VALUE.exec(value) ?? [];
    const state = STATES.find((known) => known === word);
    const since = Date.parse(time);
    return name.startsWith(PREFIX) && state !== undefined && !Number.isNaN(since)
      ? [{node: name.slice(PREFIX.length), state, since}]
      : [];
  });
}

/**
 * The CIB with these losses on record and no others. While somebody is held, fencing is concurrent: Pacemaker as Debian and Ubuntu build
 * it fences one node after the other, in an order of its own, and one whose fencing fails keeps all behind it from being tried (seen
 * with crm_simulate of 2.1.5).
 */
export function writeLosses(cib: Cib, losses: readonly Loss[]): Cib {
  const others = cib.properties.filter(({id}) => id !== LOSSES_SET);
  if (losses.length === 0) {
    return others.length === cib.properties.length ? cib : {...cib, properties: others};
  }
  const records = losses.map(({node, state, since}): [string, string] => [
    `${PREFIX}${node}`,
    `${state} ${new Date(since).toISOString()}`,
  ]);
  const concurrency = losses.some(({state}) => state !== 'fencing') ? {'concurrent-fencing': 'true'} : {};
  const set = makeAttributeSet(LOSSES_SET, {...concurrency, ...Object.fromEntries(records)});
  return {...cib, properties: [...others, set]};
}

/** The change that puts these losses on record; null when they are there already. */
export function planLosses(cib: Cib, losses: readonly Loss[]): Change | null {
  const change = diff(cib, writeLosses(cib, losses));
  return isEmptyChange(change) ? null : change;
}

/** The losses with one put in place of what was on record of its node. */
export function putLoss(losses: readonly Loss[], loss: Loss): readonly Loss[] {
  return [...losses.filter(({node}) => node !== loss.node), loss];
}

/** A window for people. */
export function getMinutes(window: number): string {
  return `${Number((window / 60).toFixed(1))} min`;
}

/** How many of so many remotes may be fenced within the window: the share, rounded down, and always one. */
export function getAllowed({share}: FencingPolicy, count: number): number {
  return Math.max(1, Math.floor((share * count) / 100));
}

/** What is judged: may this node be switched off now? */
export interface Question {
  readonly losses: readonly Loss[];
  readonly node: string;
  /** All remotes that the device may fence. */
  readonly remotes: readonly string[];
  readonly policy: FencingPolicy;
  /** Milliseconds of the epoch. */
  readonly now: number;
}

export interface Judgement {
  readonly verdict: 'fence' | 'hold';
  /** What has to be on record before the verdict holds. */
  readonly losses: readonly Loss[];
  /** Who is in the way. */
  readonly others: readonly string[];
  readonly allowed: number;
}

/**
 * A node that is tried again counts from then on, but is noted no more often than this: each change of the configuration has Pacemaker
 * plan anew, and try again at once whom it has given up on for a while.
 */
const NOTED_MS = 60_000;

/**
 * Never lets more than the allowed number of remotes be fenced within any window, if the judgements are made one after the other,
 * each with the record that the one before left. One that is held stays held, also when the window has passed.
 */
export function judge({losses, node, remotes, policy, now}: Question): Judgement {
  const known = losses.filter((loss) => remotes.includes(loss.node));
  const own = known.find((loss) => loss.node === node);
  const counts = isCountedAt(now, policy);
  const others = known.filter((loss) => loss.node !== node && counts(loss)).map((loss) => loss.node);
  const facts = {others, allowed: getAllowed(policy, remotes.length)};
  const isOneOfShare = own !== undefined && counts(own);
  if (own !== undefined && (own.state !== 'fencing' || (isOneOfShare && now - own.since < NOTED_MS))) {
    return {verdict: own.state === 'held' ? 'hold' : 'fence', losses, ...facts};
  }
  const kept = known.filter((loss) => loss.state !== 'fencing' || counts(loss));
  return isOneOfShare || others.length < facts.allowed
    ? {verdict: 'fence', losses: putLoss(kept, {node, state: 'fencing', since: now}), ...facts}
    : {verdict: 'hold', losses: putLoss(kept, {node, state: 'held', since: now}), ...facts};
}

/** Whose loss counts. It may have been noted a little before it was tried for the last time. */
function isCountedAt(now: number, {window}: FencingPolicy): (loss: Loss) => boolean {
  return ({state, since}) => state === 'fencing' && Math.abs(now - since) < window * 1000 + NOTED_MS;
}

type Reading = {readonly cib: Cib} & Pick<ClusterStatus, 'nodes' | 'resources'>;

/**
 * Those of the losses that wait for an operator, or for what an operator has said to be done; with remotes that are lost and stand behind
 * one that is held. Pacemaker on members under high load does one thing at a time, and tries one that is held again and again before
 * those behind it (`throttle_get_total_job_limit`; seen with 2.1.5: not asked for in 8 minutes), so the device never hears of them.
 */
export function getWaiting(reading: Reading): readonly Loss[] {
  const isPast = createIsPast(reading);
  const losses = readLosses(reading.cib);
  const known = losses.filter((loss) => loss.state !== 'fencing' && !isPast(loss));
  const held = known.filter(({state}) => state === 'held');
  if (held.length === 0) {
    return known;
  }
  const since = Math.min(...held.map((loss) => loss.since));
  const behind = reading.nodes
    .filter(({name, unclean}) => unclean && isRemote(reading.cib, name) && losses.every(({node}) => node !== name))
    .map(({name}): Loss => ({node: name, state: 'held', since}));
  return [...known, ...behind];
}

/**
 * What is over goes from the record: losses of nodes that are no more or that the cluster is connected to again, and of those that an
 * operator has released once they were seen off and the cluster knows it. That a node is not UNCLEAN is not enough: members that have all
 * been restarted meanwhile do not remember that it is to be fenced.
 *
 * One of the share that is back stays until its window is over: where fenced machines come back by themselves, more than the share
 * would be fenced one after the other. So it costs the cluster one change of its configuration, as it did when it was noted.
 */
export function forgetPastLosses(
  cib: Cib,
  {nodes, resources}: Omit<Reading, 'cib'>,
  {policy, now}: Pick<Question, 'policy' | 'now'>,
): Cib {
  const losses = readLosses(cib);
  if (losses.length === 0) {
    return cib;
  }
  const isPast = createIsPast({cib, nodes, resources}, isCountedAt(now, policy));
  const current = losses.filter((loss) => !isPast(loss));
  return current.length === losses.length ? cib : writeLosses(cib, current);
}

/** `counts` tells whose loss is still to count though the node is back. */
function createIsPast(
  {cib, nodes, resources}: Reading,
  counts: (loss: Loss) => boolean = () => false,
): (loss: Loss) => boolean {
  const connected = getConnectedRemotes(nodes, resources);
  const unclean = new Set(nodes.flatMap(({name, unclean: isUnclean}) => (isUnclean ? [name] : [])));
  return (loss) => {
    const {node, state} = loss;
    if (!isRemote(cib, node)) return true;
    return (connected.has(node) && !counts(loss)) || (state === 'off' && !unclean.has(node));
  };
}

function isRemote({resources}: Cib, node: string): boolean {
  return resources.some(
    (resource) =>
      resource.kind === 'primitive' &&
      resource.id === node &&
      resource.provider === 'pacemaker' &&
      resource.type === 'remote',
  );
}
