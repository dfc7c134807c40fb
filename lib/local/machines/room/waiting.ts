import {setTimeout as sleep} from 'node:timers/promises';

/** How often something is looked at, and for how long. */
export interface Waiting {
  readonly limitMs: number;
  readonly pollMs: number;
}

/** Looks until it is so, at least once; false when it was not within the limit. */
export async function waitUntil(isSo: () => Promise<boolean>, {limitMs, pollMs}: Waiting): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() >= end) return false;
    await sleep(pollMs);
  }
  return true;
}
