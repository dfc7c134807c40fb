/** Choices that are the same each time for the same seed. */
export interface Chance {
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  /** True that many times out of a hundred. */
  isHit(percent: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Each element that many times out of a hundred, in order. */
  some<T>(list: readonly T[], percent: number): readonly T[];
}

/** A stream of choices (a linear congruential generator of 48 bits, as in `drand48`; the upper 32 bits are used). */
export function createChance(seed: number): Chance {
  const modulus = 2n ** 48n;
  let state = (BigInt(seed) * 65_536n + 13_070n) % modulus;
  const below = (count: number): number => {
    state = (state * 25_214_903_917n + 11n) % modulus;
    return Math.floor((Number(state >> 16n) / 2 ** 32) * count);
  };
  const isHit = (percent: number): boolean => below(100) < percent;
  return {
    below,
    isHit,
    pick: (list) => list[below(list.length)] ?? list[0],
    some: (list, percent) => list.filter(() => isHit(percent)),
  };
}
