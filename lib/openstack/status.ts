import {blocked, waiting, type Status} from '#charm';

import type {Reading} from './requirer.ts';

/** What `assess` looks at. */
export interface Assessed {
  /** By interface, in the order in which a status names them. */
  readonly required: Readonly<Record<string, Reading<unknown>>>;
  /** By service that should run, whether it does; looked at only when every interface is complete. */
  readonly services?: Readonly<Record<string, boolean>>;
}

/** The status that OpenStack charms share: required interfaces first, then services. Null when all is well. */
export function assess({required, services = {}}: Assessed): Status | null {
  const statuses = Object.entries(required).flatMap(([name, reading]) => getInterfaceStatuses(name, reading));
  if (statuses.length > 0) {
    const message = statuses.map((status) => status.message).join(', ');
    return statuses.some(({status}) => status === 'blocked') ? blocked(message) : waiting(message);
  }
  const stopped = Object.entries(services).flatMap(([name, isRunning]) => (isRunning ? [] : [name]));
  return stopped.length === 0 ? null : blocked(`Services not running that should be: ${stopped.join(', ')}`);
}

function getInterfaceStatuses(name: string, reading: Reading<unknown>): readonly Status[] {
  switch (reading.state) {
    case 'missing':
      return [blocked(`'${name}' missing`)];
    case 'incomplete':
      return [waiting(`'${name}' incomplete`)];
    case 'bad':
      return reading.reasons.map((reason) => blocked(reason));
    case 'complete':
      return [];
  }
}
