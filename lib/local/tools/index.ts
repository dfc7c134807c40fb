import type {CommandResult} from '#charm';

import type {HookContext} from '../uniter/hook-context.ts';
import {failAction, getActionParameters, logAction, setActionResults} from './actions.ts';
import {ToolError} from './command-line.ts';
import {getConfig} from './config.ts';
import {getLeadership, getLeaderSettings, setLeaderSettings} from './leadership.ts';
import {getCredential, getGoalState, getResource, requestReboot, setVersion, writeLog} from './misc.ts';
import {getNetwork, getUnitAddress} from './network.ts';
import {closePort, getOpenedPorts, openPort} from './ports.ts';
import {
  getRelationIds,
  getRelationList,
  getRelationModel,
  getRelationSettings,
  setRelationSettings,
} from './relations.ts';
import {
  addSecret,
  getSecret,
  getSecretIds,
  getSecretInfo,
  grantSecret,
  removeSecret,
  revokeSecret,
  setSecret,
} from './secrets.ts';
import {deleteState, getState, setState} from './state.ts';
import {getStatus, setStatus} from './status.ts';
import {addStorage, getStorage, listStorage} from './storage.ts';
import type {HookTools, ToolInput} from './tool-input.ts';

/** One hook tool: what it answers in a context. It throws a ToolError to refuse. */
type Tool = (context: HookContext, args: readonly string[], input: ToolInput) => CommandResult | Promise<CommandResult>;

const TOOLS: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  ['action-fail', failAction],
  ['action-get', getActionParameters],
  ['action-log', logAction],
  ['action-set', setActionResults],
  ['application-version-set', setVersion],
  ['close-port', closePort],
  ['config-get', getConfig],
  ['credential-get', getCredential],
  ['goal-state', getGoalState],
  ['is-leader', getLeadership],
  ['juju-log', writeLog],
  ['juju-reboot', requestReboot],
  ['leader-get', getLeaderSettings],
  ['leader-set', setLeaderSettings],
  ['network-get', getNetwork],
  ['open-port', openPort],
  ['opened-ports', getOpenedPorts],
  ['relation-get', getRelationSettings],
  ['relation-ids', getRelationIds],
  ['relation-list', getRelationList],
  ['relation-model-get', getRelationModel],
  ['relation-set', setRelationSettings],
  ['resource-get', getResource],
  ['secret-add', addSecret],
  ['secret-get', getSecret],
  ['secret-grant', grantSecret],
  ['secret-ids', getSecretIds],
  ['secret-info-get', getSecretInfo],
  ['secret-remove', removeSecret],
  ['secret-revoke', revokeSecret],
  ['secret-set', setSecret],
  ['state-delete', deleteState],
  ['state-get', getState],
  ['state-set', setState],
  ['status-get', getStatus],
  ['status-set', setStatus],
  ['storage-add', addStorage],
  ['storage-get', getStorage],
  ['storage-list', listStorage],
  ['unit-get', getUnitAddress],
]);

/** Names of all hook tools, sorted. */
export const TOOL_NAMES: readonly string[] = [...TOOLS.keys()].sort();

/**
 * The hook tools of one hook, as Juju answers them. They fail once the hook is over (`isOver`): a context dies with it.
 */
export function createHookTools(context: HookContext, isOver: () => boolean): HookTools {
  return async (name, args, input) => {
    const tool = TOOLS.get(name);
    if (tool === undefined) return fail(new ToolError(`bad request: unknown command: ${name}`));
    if (isOver()) return fail(new ToolError('bad request: the context of this hook is gone'));
    try {
      return await tool(context, args, getInput(context, input));
    } catch (error) {
      if (error instanceof ToolError) return fail(error);
      throw error;
    }
  };
}

function getInput({readFile}: HookContext, input: string | ToolInput = ''): ToolInput {
  return typeof input === 'string' ? {readStdin: () => Promise.resolve(input), readFile} : input;
}

function fail({message, exitCode}: ToolError): CommandResult {
  return {exitCode, stdout: '', stderr: `ERROR ${message}\n`};
}
