/** The statuses a charm may set. */
export type StatusName = 'active' | 'waiting' | 'maintenance' | 'blocked';

export interface Status {
  readonly status: StatusName;
  readonly message: string;
}

/** A person must act; the message names the option, or the relation, unit and key, and what to do. */
export const blocked = (message: string): Status => ({status: 'blocked', message});
/** The unit waits for another application, unit or program. */
export const waiting = (message: string): Status => ({status: 'waiting', message});
export const maintenance = (message: string): Status => ({status: 'maintenance', message});
export const active = (message = ''): Status => ({status: 'active', message});

/** Best first: the order in which Juju 3 derives an application's status from its units'. */
const SEVERITY: readonly StatusName[] = ['active', 'waiting', 'maintenance', 'blocked'];

/** The worst status; among equals the first one given wins. */
export function collectStatus(statuses: readonly Status[]): Status {
  return statuses.reduce(
    (worst, status) => (SEVERITY.indexOf(status.status) > SEVERITY.indexOf(worst.status) ? status : worst),
    statuses[0] ?? active(),
  );
}
