import {isMachineId} from '#juju';

import {LocalError} from '../errors.ts';
import {getApplication, getUnit, takeNumber} from './model.ts';
import type {ModelState, TaskState, UnitState} from './state.ts';

export interface NewTask {
  readonly unit: UnitState;
  readonly action: string;
  readonly parameters: Record<string, unknown>;
  readonly now: number;
  /** The operation it belongs to; a new one unless given. */
  readonly operation?: string | undefined;
}

/** Queues a task for a unit. Operations and tasks are numbered together, as Juju does. */
export function addTask(model: ModelState, {unit, action, parameters, now, operation}: NewTask): TaskState {
  const task: TaskState = {
    operation: operation ?? addOperation(model),
    id: takeId(model),
    unit: unit.name,
    action,
    parameters,
    status: 'pending',
    message: '',
    results: {},
    log: [],
    enqueued: now,
    started: 0,
    completed: 0,
  };
  model.tasks[task.id] = task;
  unit.tasks.push(task.id);
  return task;
}

/** The id of a new operation. */
export function addOperation(model: ModelState): string {
  return takeId(model);
}

function takeId(model: ModelState): string {
  return String(takeNumber(model, 'task') + 1);
}

/** The unit that a name or `app/leader` means. */
export function findUnit(model: ModelState, name: string): UnitState {
  if (!name.endsWith('/leader')) return getUnit(model, name);
  const {leader, name: application} = getApplication(model, name.slice(0, -'/leader'.length));
  if (leader === null) throw new LocalError(`could not determine leader for "${application}"`);
  return getUnit(model, leader);
}

/** Machine ids from `--machine`, each checked. */
export function parseMachines(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim());
  const bad = ids.find((id) => !isMachineId(id));
  if (bad !== undefined) throw new LocalError(`invalid value "${bad}" for --machine`);
  return ids;
}
