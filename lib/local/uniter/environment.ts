import type {Environment} from '#charm';

import {JUJU_VERSION} from '../model/model.ts';
import {getUnitTag} from '#juju';
import type {HookInfo, UnitState} from '../model/state.ts';
import type {HookContext} from './hook-context.ts';
import {getRelationName} from './world.ts';

/** The charm's folder on the unit's machine. */
export function getCharmFolder(unit: UnitState): string {
  return `/var/lib/juju/agents/${getUnitTag(unit.name)}/charm`;
}

/**
 * The variables a hook or an action is started with. `CHARM_DIR` is the folder as the unit's machine has it,
 * `JUJU_CHARM_DIR` where the charm's files really are, which the cloud knows.
 */
export function createEnvironment(context: HookContext): Environment {
  const {world, unit, hook, task, machine} = context;
  const {charmFolder, socket} = world.cloud.getAgentPlaces(unit, context.charm);
  const name = hook?.name ?? '';
  const tag = getUnitTag(unit.name);
  const dispatchPath = task === null ? `hooks/${name}` : `actions/${task.action}`;
  return {
    CHARM_DIR: getCharmFolder(unit),
    JUJU_CHARM_DIR: charmFolder,
    JUJU_CONTEXT_ID: `${unit.name}-${name === '' ? 'run' : name}-${String(world.takeContextNumber())}`,
    JUJU_HOOK_NAME: name,
    JUJU_DISPATCH_PATH: dispatchPath,
    JUJU_AGENT_SOCKET_ADDRESS: socket,
    JUJU_AGENT_SOCKET_NETWORK: 'unix',
    JUJU_UNIT_NAME: unit.name,
    JUJU_MODEL_UUID: world.model.uuid,
    JUJU_MODEL_NAME: world.model.name,
    JUJU_API_ADDRESSES: '10.0.0.2:17070',
    JUJU_MACHINE_ID: machine.id,
    JUJU_PRINCIPAL_UNIT: unit.principal ?? '',
    JUJU_AVAILABILITY_ZONE: 'default',
    JUJU_VERSION,
    CLOUD_API_VERSION: '',
    ...SETTINGS,
    PATH: `/var/lib/juju/tools/${tag}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin`,
    ...(hook === null ? {} : createHookVariables(context, hook)),
    ...(task === null
      ? {}
      : {JUJU_ACTION_NAME: task.action, JUJU_ACTION_UUID: task.id, JUJU_ACTION_TAG: `action-${task.id}`}),
  };
}

const SETTINGS: Environment = {
  JUJU_CHARM_HTTP_PROXY: '',
  JUJU_CHARM_HTTPS_PROXY: '',
  JUJU_CHARM_FTP_PROXY: '',
  JUJU_CHARM_NO_PROXY: '',
  APT_LISTCHANGES_FRONTEND: 'none',
  DEBIAN_FRONTEND: 'noninteractive',
  LANG: 'C.UTF-8',
  TERM: 'tmux-256color',
};

function createHookVariables(context: HookContext, hook: HookInfo): Environment {
  const {relation, application, world} = context;
  const storage = hook.storageId === undefined ? undefined : world.model.storage[hook.storageId];
  return {
    ...(relation === null
      ? {}
      : {
          JUJU_RELATION: getRelationName(relation, application.name).split(':')[0],
          JUJU_RELATION_ID: getRelationName(relation, application.name),
          JUJU_REMOTE_UNIT: hook.remoteUnit ?? '',
          JUJU_REMOTE_APP: hook.remoteApplication ?? '',
          ...(hook.departingUnit === undefined ? {} : {JUJU_DEPARTING_UNIT: hook.departingUnit}),
        }),
    ...(storage === undefined
      ? {}
      : {
          JUJU_STORAGE_ID: storage.id,
          JUJU_STORAGE_LOCATION: storage.location,
          JUJU_STORAGE_KIND: storage.kind,
        }),
  };
}
