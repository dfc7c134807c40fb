/**
 * Where a unit of hacluster says how long it may take from a remote node's silence until its power was seen off: whole seconds, or
 * `none` when no remote node is fenced. hacluster in Python says nothing, and masakari in Python does not look.
 */
export const FENCING_BOUND_KEY = 'fencing-bound';

/** What hacluster says of that: `unsaid` by one in Python, and by ours until its Pacemaker has answered once. */
export type FencingBound =
  {readonly kind: 'seconds'; readonly seconds: number} | {readonly kind: 'none'} | {readonly kind: 'unsaid'};

const NONE = 'none';

/** A day: time enough for any fencing, and not for ever. */
const MOST_SECONDS = 86_400;

/** The value of the key for a bound in whole seconds, a day at most; null says that no remote node is fenced. */
export function renderFencingBound(seconds: number | null): string {
  return seconds === null ? NONE : String(Math.min(seconds, MOST_SECONDS));
}

/** What one unit says by the value of the key. What `renderFencingBound` never says counts as not said. */
export function parseFencingBound(text: string | undefined): FencingBound {
  if (text === NONE) {
    return {kind: 'none'};
  }
  const seconds = /^\d{1,5}$/.test(text ?? '') ? Number(text) : NaN;
  return seconds <= MOST_SECONDS ? {kind: 'seconds', seconds} : {kind: 'unsaid'};
}
