import {setTimeout as sleep} from 'node:timers/promises';

import type {ActionHandler, ActionInput, ActionOutcome, Files} from '#charm';
import type {Clock, SendHttp} from '#maas';
import * as z from 'zod/mini';

import {createCloud} from './alert/cloud.ts';
import {isConnected} from './alert/connection.ts';
import type {CloudCredentials} from './alert/credentials.ts';
import {SPOOL} from './alert/paths.ts';
import {parseRecord} from './alert/record.ts';
import {bringBack, type WayBack} from './alert/way-back.ts';
import {getCredentials} from './alert-state.ts';
import {identityService} from './interfaces.ts';
import {parseOptions} from './options.ts';

/** How the action reaches the network, and its time. */
export interface ReturnHostPorts {
  readonly send: SendHttp;
  readonly clock: Clock;
}

/** The action of the charm. What HTTP needs is loaded by no hook. */
export const returnHost = createReturnHost({
  send: async (request) => (await import('#maas')).sendHttp(request),
  clock: {now: Date.now, sleep: (milliseconds) => sleep(milliseconds)},
});

const Params = z.object({
  host: z.string().check(z.regex(/^[\p{L}\p{N}][^\p{C}\s]{0,254}$/u)),
  timeout: z._default(z.int().check(z.minimum(10), z.maximum(3000)), 300),
});

/** Brings a compute back that was fenced, or recovered from otherwise; any unit may, with the option notify-after-fencing or without. */
export function createReturnHost({send, clock}: ReturnHostPorts): ActionHandler {
  return async (input) => {
    const params = Params.safeParse(input.params);
    if (!params.success) {
      return {failure: 'host must be the name of a compute in Nova, timeout 10 to 3000 seconds'};
    }
    const credentials = await readCredentials(input);
    if (typeof credentials === 'string') {
      return {failure: credentials};
    }
    const {host, timeout} = params.data;
    const {processes, files} = input.host;
    const deadline = clock.now() + timeout * 1000;
    const way = await bringBack(host, {
      // The last look may end later: it is to say what was missing, not that there was no time.
      cloud: createCloud({credentials, send, now: clock.now, deadline: deadline + LAST_LOOK_MS}),
      clock,
      deadline,
      isConnected: () => isConnected(processes, host),
      hasFence: () => hasFence(files, host),
      forgetFailures: async () => {
        await processes.run('crm_resource', ['--cleanup', '--resource', host], {timeoutMs: CLEANUP_MS});
      },
      log: (line) => input.tools.actionLog(line),
    });
    return describe(host, way);
  };
}

const CLEANUP_MS = 30_000;
const LAST_LOOK_MS = 20_000;

/** As Masakari itself logs in; a text says why that is not known. The file of the alert is there with its option only. */
async function readCredentials({readRelations, tools, context}: ActionInput): Promise<CloudCredentials | string> {
  const options = parseOptions(await tools.configGet());
  if (!options.ok) {
    return `option ${options.problems.map(({key, message}) => `${key} ${message}`).join('; ')}`;
  }
  const user = identityService.read({relations: await readRelations(), context});
  return user.state === 'complete'
    ? getCredentials(options.value, user.value)
    : `'identity-service' ${user.state}: the unit does not know how to log in`;
}

async function hasFence(files: Files, host: string): Promise<boolean> {
  const names = (await files.list(SPOOL)).filter((name) => name.endsWith('.fence'));
  const texts = await Promise.all(names.map((name) => files.read(`${SPOOL}/${name}`)));
  return texts.some((file) => parseRecord(file?.content ?? '')?.host === host);
}

function describe(host: string, way: WayBack): ActionOutcome {
  if (!way.isBack) {
    return {failure: way.reason};
  }
  const {changes, facts} = way;
  const notes = [
    ...(facts.host === null ? ['it is in no segment of Masakari: nothing recovers its guests'] : []),
    ...(facts.host?.isReserved === true ? ['it is reserved: it is left enabled or disabled in Nova as it was'] : []),
  ];
  return {
    results: {
      result: 'success',
      host,
      changed: changes.length === 0 ? 'nothing: it was back already' : changes.join('; '),
      ...(notes.length === 0 ? {} : {note: notes.join('; ')}),
    },
  };
}
