import {setTimeout as sleep} from 'node:timers/promises';

const PAUSE_MS = 250;
const TELL_MS = 10_000;

/**
 * Looks again and again until `look` gives something, and gives that. An error names what was waited for and how things
 * stood at the end; what `look` throws meanwhile (a cluster that does not answer yet) counts as "not yet". `onWait` is told every ten
 * seconds for how many it has waited, and how things stand (a colon and what `look` threw, or nothing).
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  limitSeconds = 120,
  onWait?: (seconds: number, standing: string) => void,
): Promise<T> {
  const start = Date.now();
  const end = start + limitSeconds * 1000;
  let told = start;
  let last = '';
  for (;;) {
    try {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
      last = '';
    } catch (error) {
      last = error instanceof Error ? `: ${error.message}` : '';
    }
    if (Date.now() > end) throw new Error(`${what} did not come within ${String(limitSeconds)} s${last}`);
    if (Date.now() - told >= TELL_MS) {
      told = Date.now();
      onWait?.(Math.round((told - start) / 1000), last);
    }
    await sleep(PAUSE_MS);
  }
}
