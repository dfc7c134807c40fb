/** What Corosync says of quorum; `unknown` while it does not run or does not answer. */
export type Quorum = 'yes' | 'no' | 'unknown';

/**
 * What systemd says of Pacemaker: since when it runs, in milliseconds of the same clock as the look's; that it was stopped or has ended; or that
 * it has ended for good, since it was told that the others have fenced this member.
 */
export type PacemakerState =
  {readonly kind: 'running'; readonly since: number} | {readonly kind: 'stopped'} | {readonly kind: 'fenced'};

/** One look; `at` is in milliseconds of a clock that runs since the machine was booted. */
export interface Look {
  readonly at: number;
  readonly quorum: Quorum;
  /** Null when nobody needs to know: there is quorum, and Pacemaker is not held. */
  readonly pacemaker: PacemakerState | null;
}

/** What is remembered from one look to the next. */
export interface WatchState {
  /** When the ring was last seen to have quorum. */
  readonly quorumAt: number | null;
  /** Since when it has none, though it had while this Pacemaker ran. */
  readonly lostAt: number | null;
  /** Both daemons are kept from running until this time, and Pacemaker also until there is quorum. */
  readonly heldUntil: number | null;
  /** When Pacemaker was last found to be told of its fencing. */
  readonly fencedAt: number | null;
}

export type Action = 'none' | 'leave the ring' | 'join the ring' | 'start Pacemaker';

/** What to remember and what to do. */
export interface Decision {
  readonly state: WatchState;
  readonly action: Action;
}

/**
 * Corosync makes a ring anew within a second or two; a part of it that stays without quorum for longer was cut off. Its connections to
 * remotes fail soon after: with a time-out of 10 s for their monitor 2.8 s after the loss, which takes Corosync 7.2 s to notice.
 */
export const SETTLING_MS = 2000;

/**
 * From the loss of quorum until the others have taken this member for fenced, whether it is back or not; who comes back sooner is told of its
 * own fencing. They wait for actions that are under way, such as the first monitor of a device that has moved (start-delay 25 s), and
 * then 25 s for `st-null`: seen were 33 to 81 s.
 */
export const ABSENCE_MS = 90_000;

/** Between two starts of a Pacemaker that was told of its fencing. It says the same when it can never join (CRM_EX_FATAL). */
export const RETRY_MS = 60_000;

/** Until Corosync, which does not answer, is started once more. */
const COROSYNC_MS = 5000;

/** What is known before the first look; `heldUntil` as it was written down by a watch that has ended. */
export function getFirstState(heldUntil: number | null): WatchState {
  return {quorumAt: null, lostAt: null, heldUntil, fencedAt: null};
}

/**
 * A member that has lost quorum behaves as one that was fenced: it stops Pacemaker, with all that it runs, and Corosync, and comes back
 * afresh. If it went on in its part of the ring it would come back with a history of its own: of remotes that did not answer it, for
 * which the cluster fences them, and of a DC of its own (seen with Pacemaker 2.1.5). Corosync has to stop too: while the ring
 * has a member without Pacemaker, the others start nothing.
 *
 * Nothing is stopped where there was no quorum since Pacemaker was started, and what an operator has stopped stays stopped.
 */
export function decide(state: WatchState, look: Look): Decision {
  if (state.heldUntil !== null) {
    return hold(state, state.heldUntil, look);
  }
  if (look.pacemaker?.kind === 'fenced') {
    // That is over, and what Pacemaker ran it has left behind, and finds when it starts: at once, but not again and again.
    const heldUntil = state.fencedAt === null ? look.at : Math.max(look.at, state.fencedAt + RETRY_MS);
    return {state: {...state, lostAt: null, heldUntil, fencedAt: heldUntil}, action: 'none'};
  }
  return watch(state, look);
}

function watch(state: WatchState, look: Look): Decision {
  if (look.quorum === 'yes') {
    return {state: {...state, quorumAt: look.at, lostAt: null}, action: 'none'};
  }
  if (look.quorum === 'unknown' || !hadQuorum(state, look)) {
    return {state: {...state, lostAt: null}, action: 'none'};
  }
  const lostAt = state.lostAt ?? look.at;
  return look.at - lostAt < SETTLING_MS
    ? {state: {...state, lostAt}, action: 'none'}
    : {state: {...state, lostAt: null, heldUntil: lostAt + ABSENCE_MS}, action: 'leave the ring'};
}

/** Whether the ring has had quorum since the Pacemaker that runs was started. */
function hadQuorum({quorumAt}: WatchState, {pacemaker}: Look): boolean {
  return pacemaker?.kind === 'running' && quorumAt !== null && quorumAt >= pacemaker.since;
}

function hold(state: WatchState, until: number, {at, quorum, pacemaker}: Look): Decision {
  if (pacemaker?.kind === 'running') {
    // Somebody has started it.
    return {state: {...state, heldUntil: null}, action: 'none'};
  }
  if (at < until || quorum === 'no') {
    return {state, action: 'none'};
  }
  return quorum === 'yes'
    ? {state: {...state, heldUntil: null}, action: 'start Pacemaker'}
    : {state: {...state, heldUntil: at + COROSYNC_MS}, action: 'join the ring'};
}
