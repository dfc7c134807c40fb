import type {RunHookTool} from '../host.ts';
import {createActionTools, type ActionTools} from './action.ts';
import {createNetworkTools, type NetworkTools} from './network.ts';
import {createRelationTools, type RelationTools} from './relation.ts';
import {createHookToolCalls} from './run.ts';
import {createSecretTools, type SecretTools} from './secret.ts';
import {createStorageTools, type StorageTools} from './storage.ts';
import {createUnitTools, type UnitTools} from './unit.ts';

export type {ActionTools, NetworkTools, RelationTools, SecretTools, StorageTools, UnitTools};
export type {BindAddress, Network} from './network.ts';
export type {Databag, RelationRead, RelationWrite} from './relation.ts';
export {HookToolError} from './run.ts';
export type {SecretContent, SecretInfo, SecretOptions} from './secret.ts';
export type {JujuLogLevel, ReadStatus} from './unit.ts';

/** Juju's hook tools, one function each under the tool's own name, with typed results; each throws a HookToolError. */
export type HookTools = ActionTools & NetworkTools & RelationTools & SecretTools & StorageTools & UnitTools;

/** All hook tools, called through `run`. Nothing is kept: each call asks Juju. */
export function createHookTools(run: RunHookTool): HookTools {
  const calls = createHookToolCalls(run);
  return {
    ...createActionTools(calls),
    ...createNetworkTools(calls),
    ...createRelationTools(calls),
    ...createSecretTools(calls),
    ...createStorageTools(calls),
    ...createUnitTools(calls),
  };
}
