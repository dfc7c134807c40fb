import {PlanError} from '../errors.ts';
import type {Change} from './plan-types.ts';

/** Orders changes so that each follows what it requires: the first that can be made is made, one that cannot yet goes to the
 * end of the queue. */
export function sortChanges(changes: readonly Change[]): Change[] {
  const queue = [...changes];
  const done = new Set<string>();
  const sorted: Change[] = [];
  let postponed = 0;
  for (let change = queue.shift(); change !== undefined; change = queue.shift()) {
    if (change.requires.every((id) => done.has(id))) {
      done.add(change.id);
      sorted.push(change);
      postponed = 0;
      continue;
    }
    queue.push(change);
    postponed += 1;
    if (postponed > queue.length) throw new PlanError('changes of the plan require each other');
  }
  return sorted;
}
