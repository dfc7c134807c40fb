import {asMap, type HookToolCalls} from './run.ts';

/** The hook tools of a running action. */
export interface ActionTools {
  /** The parameters of the running action, with their defaults. */
  actionGet(): Promise<Readonly<Record<string, unknown>>>;
  /** Results; a dot in a key makes a nested map. Values are text, and arguments: never put a secret here. */
  actionSet(results: Readonly<Record<string, string>>): Promise<void>;
  actionFail(message: string): Promise<void>;
  /** A line that whoever runs the action sees at once. */
  actionLog(message: string): Promise<void>;
}

/** The hook tools of actions, each one call of the program of its name. */
export function createActionTools({json, silent}: HookToolCalls): ActionTools {
  return {
    actionGet: async () => asMap(await json('action-get', [])),
    actionSet: async (results) => {
      const pairs = Object.entries(results).map(([key, value]) => `${key}=${value}`);
      if (pairs.length > 0) {
        await silent('action-set', pairs);
      }
    },
    actionFail: (message) => silent('action-fail', ['--', message]),
    actionLog: (message) => silent('action-log', ['--', message]),
  };
}
