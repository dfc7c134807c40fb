import {applyChange, type Cib} from '#cluster';

import type {LossRecord} from './permission.ts';

/** A record in memory, and a look at what it holds. */
export interface MemoryRecord extends LossRecord {
  readonly cib: () => Cib;
}

/** A CIB that takes changes as Pacemaker does: none that was planned from an older epoch. */
export function createMemoryRecord(start: Cib): MemoryRecord {
  let cib = start;
  return {
    cib: () => cib,
    read: () => Promise.resolve(cib),
    write: (change, base) => {
      if (base.version.epoch !== cib.version.epoch) return Promise.resolve(false);
      const version = {...cib.version, epoch: String(Number(cib.version.epoch) + 1)};
      cib = {...applyChange(change, cib), version};
      return Promise.resolve(true);
    },
  };
}
