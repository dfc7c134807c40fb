/** Juju's natural order: runs of digits compare as numbers, so `2` comes before `10`. */

const chunks = /\d+|\D+/gu;

function compareDigits(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/u, ''), b.replace(/^0+/u, '')];
  return x.length - y.length || compareText(x, y) || b.length - a.length;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Negative when `a` comes before `b`; zero only for equal texts. */
export function compareNaturally(a: string, b: string): number {
  const [left, right] = [a.match(chunks) ?? [], b.match(chunks) ?? []];
  for (const [index, x] of left.entries()) {
    const y = right[index];
    if (y === undefined) return 1;
    const both = /^\d/u.test(x) && /^\d/u.test(y);
    const order = both ? compareDigits(x, y) : compareText(x, y);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** A sorted copy, in natural order. */
export function sortNaturally(texts: Iterable<string>): string[] {
  return [...texts].sort(compareNaturally);
}
