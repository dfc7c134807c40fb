/** Pacemaker's INFINITY. */
export const infinity = 1_000_000;

/** A score as a number; a text that is none counts as 0, as in Pacemaker. */
export function getScoreValue(text: string | undefined): number {
  if (text === undefined) return 0;
  const match = /^([+-]?)(INFINITY|\d+)$/i.exec(text.trim());
  if (match === null) return 0;
  const amount = /infinity/i.test(match[2] ?? '') ? infinity : Math.min(Number(match[2]), infinity);
  return match[1] === '-' ? -amount : amount;
}

/** Adds two scores: minus INFINITY wins over everything, INFINITY over the rest. */
export function addScores(left: number, right: number): number {
  if (left <= -infinity || right <= -infinity) return -infinity;
  if (left >= infinity || right >= infinity) return infinity;
  return Math.max(-infinity, Math.min(infinity, left + right));
}
