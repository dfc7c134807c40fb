import type {ModelState, TaskState} from '../model/state.ts';
import {toPrintable} from './printable.ts';
import {formatClock, formatDay} from './time.ts';
import type {Printable} from './yaml.ts';

/** A moment as tasks have it; undefined for what has not come yet. */
function format(time: number): string | undefined {
  return time === 0 ? undefined : `${formatDay(time)} ${formatClock(time)} +0000 UTC`;
}

/** A task as `run` and `show-task` print it. */
export function describeTask(task: TaskState): Printable {
  return {id: task.id, ...describeOutcome(task), unit: task.unit};
}

function describeOutcome({
  message,
  results,
  status,
  completed,
  enqueued,
  started,
}: TaskState): Record<string, Printable> {
  return {
    message: message === '' ? undefined : message,
    results: toPrintable(results),
    status,
    timing: {completed: format(completed), enqueued: format(enqueued), started: format(started)},
  };
}

/** Tasks of one operation with what they have in common, as `show-operation` prints it; undefined where there is none. */
export function describeOperation({tasks}: ModelState, operation: string): Printable {
  const own = Object.values(tasks).filter((task) => task.operation === operation);
  const [first] = own;
  if (first === undefined) return undefined;
  const last = Math.max(...own.map(({completed}) => completed));
  const started = Math.min(...own.map((task) => task.started));
  return {
    summary: `${first.action} run on ${own.map(({unit}) => unit).join(',')}`,
    status: getStatus(own),
    action: {name: first.action, parameters: toPrintable(first.parameters)},
    timing: {completed: format(last), enqueued: format(first.enqueued), started: format(started)},
    tasks: Object.fromEntries(own.map((task) => [task.id, {host: task.unit, ...describeOutcome(task)}])),
  };
}

/** The status that most needs to be seen. */
function getStatus(tasks: readonly TaskState[]): TaskState['status'] {
  const order = ['running', 'pending', 'failed', 'completed'] as const;
  return order.find((status) => tasks.some((task) => task.status === status)) ?? 'completed';
}
