import type {Status} from '../status.ts';
import {asMap, renderMap, type HookToolCalls} from './run.ts';

/** Juju's log levels, from the least to the most severe. */
export type JujuLogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** A status as Juju holds it; it may also be one that only Juju sets, for example `unknown`. */
export interface ReadStatus {
  readonly status: string;
  readonly message: string;
}

/** The hook tools about the unit itself: config, leadership, state, status, log. */
export interface UnitTools {
  /** Every option with its value; one that is unset is null. */
  configGet(): Promise<Readonly<Record<string, unknown>>>;
  isLeader(): Promise<boolean>;
  /**
   * Leader settings; they are gone in Juju 4, use application data of a peer relation instead. They are arguments, since
   * the tool takes no file: never put a secret here.
   */
  leaderGet(): Promise<Readonly<Record<string, unknown>>>;
  leaderSet(settings: Readonly<Record<string, string>>): Promise<void>;
  /** The unit's own state on the controller; seen again only when the hook has succeeded. */
  stateGet(): Promise<Readonly<Record<string, unknown>>>;
  stateSet(state: Readonly<Record<string, string>>): Promise<void>;
  stateDelete(key: string): Promise<void>;
  statusGet(): Promise<ReadStatus>;
  statusSet(status: Status): Promise<void>;
  /** Leader only. */
  applicationStatusSet(status: Status): Promise<void>;
  applicationVersionSet(version: string): Promise<void>;
  unitGet(setting: 'private-address' | 'public-address'): Promise<string>;
  /** What the model will have when it has settled. */
  goalState(): Promise<Readonly<Record<string, unknown>>>;
  /** Needs an application that is trusted. */
  credentialGet(): Promise<Readonly<Record<string, unknown>>>;
  /** The path of a resource of the charm, fetched if need be. */
  resourceGet(name: string): Promise<string>;
  jujuLog(level: JujuLogLevel, message: string): Promise<void>;
  jujuReboot(options?: {readonly now?: boolean}): Promise<void>;
}

/** One argument of a Linux program holds at most 128 KiB, and a character of a string takes up to three bytes. */
const LOG_CHUNK = 40_000;

/** The hook tools of the unit, each one call of the program of its name. */
export function createUnitTools({text, json, silent}: HookToolCalls): UnitTools {
  return {
    configGet: async () => asMap(await json('config-get', ['--all'])),
    isLeader: async () => (await json('is-leader', [])) === true,
    leaderGet: async () => asMap(await json('leader-get', [])),
    leaderSet: (settings) =>
      silent(
        'leader-set',
        Object.entries(settings).map(([key, value]) => `${key}=${value}`),
      ),
    stateGet: async () => asMap(await json('state-get', [])),
    stateSet: (state) => silent('state-set', ['--file', '-'], renderMap(state)),
    stateDelete: (key) => silent('state-delete', [key]),
    statusGet: async () => parseStatus(await json('status-get', ['--include-data'])),
    statusSet: ({status, message}) => silent('status-set', [status, '--', message]),
    applicationStatusSet: ({status, message}) => silent('status-set', ['--application', status, '--', message]),
    applicationVersionSet: (version) => silent('application-version-set', ['--', version]),
    unitGet: async (setting) => (await text('unit-get', [setting])).trim(),
    goalState: async () => asMap(await json('goal-state', [])),
    credentialGet: async () => asMap(await json('credential-get', [])),
    resourceGet: async (name) => (await text('resource-get', [name])).trim(),
    jujuLog: async (level, message) => {
      const text = message.replaceAll('\0', ' ');
      for (let at = 0; at === 0 || at < text.length; at += LOG_CHUNK) {
        await silent('juju-log', ['--log-level', level, '--', text.slice(at, at + LOG_CHUNK)]);
      }
    },
    jujuReboot: ({now = false} = {}) => silent('juju-reboot', now ? ['--now'] : []),
  };
}

function parseStatus(value: unknown): ReadStatus {
  const {status, message} = asMap(value);
  return {status: typeof status === 'string' ? status : '', message: typeof message === 'string' ? message : ''};
}
