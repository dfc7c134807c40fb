/** How many workers an unset `worker-multiplier` gives at most: a machine may host many services. */
const MOST_BY_DEFAULT = 4;

/** API workers: `multiplier` times the processors, rounded up, at least one; unset, two a processor but four at most. */
export function getWorkers(cpus: number, multiplier: number | null): number {
  return Math.max(1, multiplier === null ? Math.min(2 * cpus, MOST_BY_DEFAULT) : Math.ceil(multiplier * cpus));
}
