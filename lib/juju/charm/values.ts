/** Texts that Go reads as values. */

const booleans: Readonly<Record<string, boolean>> = {
  1: true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  0: false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
};

/** What Go's ParseBool makes of a text; null when it refuses it. */
export function parseGoBool(text: string): boolean | null {
  return Object.hasOwn(booleans, text) ? (booleans[text] ?? null) : null;
}

const decimal = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/u;

/** What Go's ParseFloat makes of a decimal text; null when it refuses it or it is not finite. */
export function parseGoFloat(text: string): number | null {
  const value = decimal.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : null;
}
