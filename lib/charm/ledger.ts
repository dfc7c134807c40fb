import * as z from 'zod/mini';

import type {Files} from './host.ts';

/** What earlier runs on this unit did that cannot be read off the machine. */
export interface Ledger {
  /** Files the charm put in place. */
  readonly files: readonly string[];
  /** For each service, the digest of what it was last started, or reloaded, with. */
  readonly restarts: Readonly<Record<string, string>>;
  readonly reloads: Readonly<Record<string, string>>;
  readonly workloadVersion: string;
  /** The unit has begun to leave its relations; it never comes back. */
  readonly isLeaving: boolean;
  /** What extension facets remember, by facet. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
}

const EMPTY: Ledger = {files: [], restarts: {}, reloads: {}, workloadVersion: '', isLeaving: false, notes: {}};

// Each part by itself: one that another version of the library wrote otherwise must not cost the rest.
const Shape = z.object({
  files: z.catch(z.array(z.string()), []),
  restarts: z.catch(z.record(z.string(), z.string()), {}),
  reloads: z.catch(z.record(z.string(), z.string()), {}),
  workloadVersion: z.catch(z.string(), ''),
  isLeaving: z.catch(z.boolean(), false),
  notes: z.catch(z.record(z.string(), z.array(z.string())), {}),
});

/** The ledger of one unit, in a root-only file beside the charm's other state. */
export interface LedgerStore {
  read(): Promise<Ledger>;
  /** Replaces what the change names. Nothing is written when nothing changes. */
  update(change: Partial<Ledger>): Promise<void>;
  remove(): Promise<void>;
}

/** The store of a unit's ledger. It reads once, and its calls are to be made one after the other. */
export function createLedgerStore(files: Files, unit: string): LedgerStore {
  const path = getLedgerPath(unit);
  let current: Ledger | null = null;
  const read = async (): Promise<Ledger> => {
    current ??= parseLedger((await files.read(path))?.content);
    return current;
  };
  return {
    read,
    update: async (change) => {
      const before = await read();
      const after = {...before, ...change};
      if (JSON.stringify(after) !== JSON.stringify(before)) {
        // Remembered only once it is on disk: a hook killed in between must not have forgotten what it did.
        await files.replace(path, {content: `${JSON.stringify(after)}\n`, owner: 'root', group: 'root', mode: 0o600});
        current = after;
      }
    },
    remove: async () => {
      await files.remove(path);
      current = EMPTY;
    },
  };
}

/** Where a unit's ledger lies; the units on one machine have one each. */
export function getLedgerPath(unit: string): string {
  return `/var/lib/charm/${unit.replace('/', '-')}/ledger.json`;
}

/**
 * A ledger that cannot be read counts as empty: services may be restarted once too often, and files that an earlier
 * decision had and this one lacks stay.
 */
function parseLedger(text: string | undefined): Ledger {
  try {
    const parsed = z.safeParse(Shape, JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : EMPTY;
  } catch {
    return EMPTY;
  }
}
