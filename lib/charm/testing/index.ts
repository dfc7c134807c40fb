/** What a charm's tests import: state in, event, state out, on a modelled machine. */
export {checkConsistency, InconsistentStateError} from './consistency.ts';
export {createHostState, MemoryHost} from './memory-host.ts';
export type {
  MemoryHostOptions,
  MemoryHostState,
  ModelledCommand,
  PackageCatalog,
  PackageModel,
  ServiceRecord,
} from './memory-host.ts';
export {readCharmMeta} from './meta.ts';
export {createUnitState, runHook} from './run.ts';
export type {RunHookOptions, RunHookResult} from './run.ts';
export type {CharmMeta, RelationState, TestEvent, UnitState} from './state.ts';
