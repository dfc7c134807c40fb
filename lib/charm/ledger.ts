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
  /** What extension facets remember, by facet. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
}

const Shape = z.object({
  files: z.array(z.string()),
  restarts: z.record(z.string(), z.string()),
  reloads: z.record(z.string(), z.string()),
  workloadVersion: z.string(),
  notes: z.record(z.string(), z.array(z.string())),
});

const EMPTY: Ledger = {files: [], restarts: {}, reloads: {}, workloadVersion: '', notes: {}};

/** The ledger of one unit, in a root-only file beside the charm's other state. */
export interface LedgerStore {
  read(): Promise<Ledger>;
  /** Replaces what the change names. Nothing is written when nothing changes. */
  update(change: Partial<Ledger>): Promise<void>;
  remove(): Promise<void>;
}

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

export function getLedgerPath(unit: string): string {
  return `/var/lib/charm/${unit.replace('/', '-')}/ledger.json`;
}

/** A ledger that cannot be read counts as empty: the worst that follows is a service restarted once too often. */
function parseLedger(text: string | undefined): Ledger {
  try {
    const parsed = z.safeParse(Shape, JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : EMPTY;
  } catch {
    return EMPTY;
  }
}
