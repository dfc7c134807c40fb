/** A Juju for one computer. Its command is `juju-local`; tests drive the same model with `createModel`. */
export type * from './api.ts';
export type {ModelState, RelationState, TaskState, UnitState} from './model/state.ts';
export {LocalError, NotFoundError} from './errors.ts';
export {runJujuLocal} from './command.ts';
export type {CommandInput} from './command.ts';
export {createModel} from './create-model.ts';
