import {join} from 'node:path';

import {createProcesses} from '#charm';
import type {CommandResult} from '#charm';

export interface HookRun {
  /** The unpacked charm. */
  readonly charm: string;
  /** Folders that PATH starts with, the hook tools' first. */
  readonly path: readonly string[];
  readonly unit: string;
  /** The folder that stands for `/`. */
  readonly root: string;
  /** `install`, `ha-relation-changed` ... */
  readonly hook: string;
  readonly relation?: {
    readonly id: string;
    readonly application: string;
    readonly unit?: string;
    readonly departing?: string;
  };
}

/** The variables Juju 3.6 gives a hook (no others: nothing of this process reaches it), and where the files go. */
export function getHookEnvironment({charm, path, unit, root, hook, relation}: HookRun): Record<string, string> {
  return {
    APT_LISTCHANGES_FRONTEND: 'none',
    CHARM_DIR: charm,
    CHARM_HOST_ROOT: root,
    CLOUD_API_VERSION: '',
    DEBIAN_FRONTEND: 'noninteractive',
    JUJU_AGENT_SOCKET_ADDRESS: `@/var/lib/juju/agents/unit-${unit.replace('/', '-')}/agent.socket`,
    JUJU_AGENT_SOCKET_NETWORK: 'unix',
    JUJU_API_ADDRESSES: '10.0.0.2:17070',
    JUJU_AVAILABILITY_ZONE: '',
    JUJU_CHARM_DIR: charm,
    JUJU_CHARM_FTP_PROXY: '',
    JUJU_CHARM_HTTPS_PROXY: '',
    JUJU_CHARM_HTTP_PROXY: '',
    JUJU_CHARM_NO_PROXY: '',
    JUJU_CONTEXT_ID: `${unit}-${hook}-7425739274957`,
    JUJU_DISPATCH_PATH: `hooks/${hook}`,
    JUJU_HOOK_NAME: hook,
    JUJU_MACHINE_ID: '4',
    JUJU_METER_INFO: 'not set',
    JUJU_METER_STATUS: 'AMBER',
    JUJU_MODEL_NAME: 'default',
    JUJU_MODEL_UUID: '0d2a4e0d-2e8f-4d2a-8d3f-2f9f3c0c6a11',
    JUJU_PRINCIPAL_UNIT: 'principal/0',
    JUJU_SLA: 'unsupported',
    JUJU_UNIT_NAME: unit,
    JUJU_VERSION: '3.6.4',
    LANG: 'C.UTF-8',
    PATH: [...path, '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
    TERM: 'tmux-256color',
    ...(relation === undefined
      ? {}
      : {
          JUJU_RELATION: relation.id.split(':')[0] ?? '',
          JUJU_RELATION_ID: relation.id,
          JUJU_REMOTE_APP: relation.application,
          JUJU_REMOTE_UNIT: relation.unit ?? '',
          ...(relation.departing === undefined ? {} : {JUJU_DEPARTING_UNIT: relation.departing}),
        }),
  };
}

/** The command line that starts a hook as Juju does: `dispatch`, in the charm's folder, with only those variables. */
export function getHookCommand(run: HookRun): readonly string[] {
  const variables = Object.entries(getHookEnvironment(run)).map(([name, value]) => `${name}=${value}`);
  return ['env', '--ignore-environment', `--chdir=${run.charm}`, ...variables, join(run.charm, 'dispatch')];
}

export function runHook(run: HookRun): Promise<CommandResult> {
  const [program = '', ...args] = getHookCommand(run);
  return createProcesses().run(program, args);
}
