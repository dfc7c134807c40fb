/** The statuses a charm may set. */
export type StatusName = 'active' | 'waiting' | 'maintenance' | 'blocked';

/** A status with the line that `juju status` shows. */
export interface Status {
  readonly status: StatusName;
  readonly message: string;
}

/** A person must act; the message names the option, or the relation, unit and key, and what to do. */
export const blocked = (message: string): Status => ({status: 'blocked', message});
/** The unit waits for another application, unit or program. */
export const waiting = (message: string): Status => ({status: 'waiting', message});
/** The unit is at work and comes back by itself. */
export const maintenance = (message: string): Status => ({status: 'maintenance', message});
/** The unit does what it is for. */
export const active = (message = ''): Status => ({status: 'active', message});

/** Best first: the order in which Juju 3 derives an application's status from its units'. */
const SEVERITY: readonly StatusName[] = ['active', 'waiting', 'maintenance', 'blocked'];

/** Names that other units chose stand in messages, and one may be a megabyte long. */
const MAX_MESSAGE = 500;

/** The worst status; among equals the first one given wins. Its message is one line that fits into `juju status`. */
export function collectStatus(statuses: readonly Status[]): Status {
  const {status, message} = statuses.reduce(
    (worst, other) => (SEVERITY.indexOf(other.status) > SEVERITY.indexOf(worst.status) ? other : worst),
    statuses[0] ?? active(),
  );
  return {status, message: getLine(message)};
}

function getLine(message: string): string {
  const line = message
    .slice(0, 20 * MAX_MESSAGE)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line.length <= MAX_MESSAGE ? line : `${line.slice(0, MAX_MESSAGE - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
