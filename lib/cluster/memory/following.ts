import type {NodeTable} from './node-table.ts';
import type {Piece} from './pieces.ts';
import {addScores, infinity} from './scores.ts';

/** The score of a node once the primary's place is known. */
function getNext(before: number, score: number, isThere: boolean): number {
  if (isThere) return score < infinity ? addScores(before, score) : before;
  return score >= infinity ? -infinity : before;
}

function followPrimitive(dependent: Piece, primary: Piece, score: number, nodes: NodeTable): void {
  const {node} = primary;
  if (primary.isOpen || !dependent.isOpen || (node === null && score < 0)) return;
  const next = new Map(dependent.allowed);
  for (const [name, before] of next) {
    next.set(name, node === null ? addScores(before, -score) : getNext(before, score, nodes.isSame(name, node)));
  }
  if (Math.abs(score) >= infinity || nodes.isAnyFit(next)) dependent.allowed = next;
}

/** To be with a clone is to be where any of its copies is. */
function followClone(dependent: Piece, primary: Piece, score: number, nodes: NodeTable): void {
  if (primary.isOpen) return;
  if (score < infinity) {
    for (const copy of primary.children) follow(dependent, copy, score, nodes);
    return;
  }
  const names = new Set(primary.children.map(({node}) => node));
  for (const name of dependent.allowed.keys()) if (!names.has(name)) dependent.allowed.set(name, -infinity);
}

/** What the place of a primary, when it has been chosen, says of its dependent's. */
export function follow(dependent: Piece, primary: Piece, score: number, nodes: NodeTable): void {
  if (primary.kind === 'clone') {
    followClone(dependent, primary, score, nodes);
    return;
  }
  // All of a group must be there for whom it is a must; for others its first member stands for it.
  const member = score >= infinity ? primary.children.at(-1) : primary.children[0];
  if (primary.kind === 'primitive') followPrimitive(dependent, primary, score, nodes);
  else if (!primary.isOpen && member !== undefined) followPrimitive(dependent, member, score, nodes);
}
