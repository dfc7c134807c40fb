import type {NodeTable} from './node-table.ts';
import type {Piece} from './pieces.ts';
import {addScores, infinity} from './scores.ts';

/** A node that its dependents' wishes have ruled out: below every score that can be reached by adding. */
const ruledOut = -100 * infinity;

/** How the wishes of dependents are taken over. */
export interface Wishes {
  readonly factor: number;
  /** A wish that would forbid a node makes it no worse than the last choice (for clones). */
  readonly isPositive: boolean;
}

/** A share of a score, rounded; never nothing of something. */
function scale(factor: number, score: number): number {
  const share = factor * score;
  const rounded = Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
  return rounded === 0 && score !== 0 ? Math.sign(factor) : rounded;
}

function addWish(before: number, wish: number, {factor, isPositive}: Wishes): number {
  if ((factor < 0 && wish < 0) || before === ruledOut) return before;
  const after = addScores(scale(factor, wish), before);
  if (!isPositive || after >= 0) return after;
  if (before > 0) return ruledOut;
  return before === 0 ? before : after;
}

function addOwnWishes(piece: Piece, scores: Map<string, number>, wishes: Wishes, nodes: NodeTable) {
  const work = new Map(scores);
  for (const [name, before] of scores) {
    const wish = nodes.isUsable(name) ? (piece.allowed.get(name) ?? -infinity) : -infinity;
    work.set(name, addWish(before, wish, wishes));
  }
  return work;
}

/** `scores` with what a resource and its own dependents would like; null when that leaves no node. */
export function addWishes(
  piece: Piece,
  scores: Map<string, number>,
  wishes: Wishes,
  nodes: NodeTable,
): Map<string, number> | null {
  if (piece.isMerging) return null;
  const [first] = piece.children;
  if (piece.kind === 'group') return first === undefined ? null : addWishes(first, scores, wishes, nodes);
  piece.isMerging = true;
  let work = addOwnWishes(piece, scores, wishes, nodes);
  const isFit = nodes.isAnyFit(work);
  for (const link of isFit ? piece.dependents : []) {
    // Only the direction is handed on: what comes further down the line counts as if it were asked directly.
    const factor = (Math.sign(wishes.factor) * link.score) / infinity;
    work = addWishes(link.dependent, work, {...wishes, factor}, nodes) ?? work;
  }
  piece.isMerging = false;
  for (const [name, score] of work) if (score === ruledOut) work.set(name, 1);
  return isFit ? work : null;
}
