/** Records keyed by names that users choose: `constructor` and `__proto__` are ordinary keys here. */

/** The value of an own key, else undefined. */
export function getOwn<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A record with the given entries; of equal keys the last wins. */
export function toRecord<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries(entries);
}

/** The same record with some keys left out. */
export function omit<T>(record: Readonly<Record<string, T>>, keys: ReadonlySet<string>): Record<string, T> {
  return toRecord(Object.entries(record).filter(([key]) => !keys.has(key)));
}
