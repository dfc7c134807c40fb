import {setTimeout as sleep} from 'node:timers/promises';

const PAUSE_MS = 250;

/**
 * Looks again and again until `look` gives something, and gives that. An error names what was waited for and how things
 * stood at the end; what `look` throws meanwhile (a cluster that does not answer yet) counts as "not yet".
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  limitSeconds = 120,
): Promise<T> {
  const end = Date.now() + limitSeconds * 1000;
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
    await sleep(PAUSE_MS);
  }
}
