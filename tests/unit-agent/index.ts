/** A unit agent as programs in folders: what a packed charm's `dispatch` meets on a machine, without a Juju. */
export {put} from './folder.ts';
export {getHookCommand, getHookEnvironment, runHook} from './hook.ts';
export type {HookRun} from './hook.ts';
export {installMachine} from './machine.ts';
export {networkAnswer, readBag, writeAgentState, writeFreshUnit} from './state.ts';
export type {AgentRelation, AgentState} from './state.ts';
export {installHookTools} from './tools.ts';
export {unpack} from './unpack.ts';
