import type {Databag} from './hook-tools/index.ts';
import type {Status} from './status.ts';

/** A file that should be there. */
export interface WantedFile {
  readonly path: string;
  readonly content: string;
  /** Says that `content` is the base64 form of the file's bytes. */
  readonly encoding?: 'base64';
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits; 0o644 unless said otherwise. */
  readonly mode?: number;
}

/** A folder that should be there; what is in it is not the charm's business, and it stays when nobody wants it any more. */
export interface WantedFolder {
  readonly path: string;
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits; 0o755 unless said otherwise. */
  readonly mode?: number;
}

/**
 * A file that the charm brings with it, such as a program that others start: it works on while the charm is upgraded, and goes
 * when the unit does. `source` is relative to the charm's folder.
 */
export interface ShippedFile {
  readonly path: string;
  readonly source: string;
}

/** Something made earlier that should be left as it is, though this decision cannot say what it should be. */
export interface Kept {
  readonly keep: true;
}

/** A systemd service that should run, or should not. `name` has no suffix: `corosync`; but a timer has its own: `fstrim.timer`. */
export interface WantedService {
  readonly name: string;
  readonly isRunning: boolean;
  /** Whether systemd starts it at boot; left as it is when not said. */
  readonly isEnabled?: boolean;
  /** Texts whose change needs a restart: what it reads only when it starts. */
  readonly restartWhen?: readonly string[];
  /** What earlier revisions of the charm said in place of `restartWhen` for the same: a service started with it is not restarted. */
  readonly formerRestartWhen?: readonly (readonly string[])[];
  /** Texts whose change needs no restart but this command; while it is held, the change waits. */
  readonly reload?: {
    readonly when: readonly string[];
    readonly command: readonly [string, ...string[]];
    readonly isHeld?: boolean;
  };
}

/** A value that is made once, when the key has none yet: a generated password or key, in base64. */
export interface Generated {
  readonly generate: string;
  readonly bytes: number;
}

/**
 * What this unit, or as leader its application, says on one relation. The bag is what is given here and no more: other
 * keys are removed, but for those that Juju writes itself and those in `keep`.
 */
export interface WantedRelationData {
  readonly relationId: string;
  readonly scope: 'unit' | 'application';
  readonly data: Readonly<Record<string, string | Generated>>;
  readonly keep?: readonly string[];
}

/**
 * What should be true of a unit. A part that is absent is left alone; a part that is there is whole: what an earlier
 * decision had in it and this one lacks is removed.
 */
export interface Desired {
  /** Packages to be installed. They are never removed: others on the machine may use them. */
  readonly packages?: readonly string[];
  readonly folders?: readonly WantedFolder[];
  readonly files?: readonly (WantedFile | ShippedFile | ({readonly path: string} & Kept))[];
  readonly services?: readonly WantedService[];
  readonly relationData?: readonly WantedRelationData[];
  /** Open ports as Juju writes them: `15868/tcp`. */
  readonly ports?: readonly string[];
  readonly workloadVersion?: string;
  /** Every reason for a status; the worst is shown. */
  readonly statuses: readonly Status[];
}

/** A decision contradicts itself: a mistake of the charm, which would undo and redo the same thing in every hook. */
export class DecisionError extends Error {
  override readonly name = 'DecisionError';
}

/** The items with each key once. Two that differ under one key are a DecisionError that names it. */
export function getUnique<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const byKey = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    const other = byKey.get(key);
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(item)) {
      throw new DecisionError(`the decision has two different answers for ${key}`);
    }
    byKey.set(key, item);
  }
  return [...byKey.values()];
}

/** Whether a part of a decision only says that what is there stays. */
export function isKept<T extends object>(want: T | Kept): want is Kept & T {
  return 'keep' in want;
}

export type {Databag};
