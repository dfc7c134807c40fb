import {active, type ActionHandler, type Host} from '#charm';

import {LEAVE, LEAVE_MS, NOT_CONNECTED, parseSession, PAUSED, renderSession, SESSION, TOLD} from './leave.ts';
import {paused} from './statuses.ts';

/**
 * Takes the machine out of its cluster in order, until `resume`: whatever happens to it meanwhile, nobody fences it and none of its
 * guests is started elsewhere. Fails, and changes nothing, when no member is connected to it or none lets it go.
 */
export const pause: ActionHandler = async ({context, host, tools}) => {
  const isPaused = (await host.files.read(PAUSED))?.content.trim() === context.unit;
  if ((await host.files.read(LEAVE)) === null) {
    return {
      failure:
        'the related hacluster does not take a node back that has left: stop its connection there (crm resource stop)',
    };
  }
  // First, so that no hook after a death in the middle takes the machine for one that is to be taken back.
  await write(host, PAUSED, `${context.unit}\n`);
  const {exitCode, stderr} = await host.processes.run(LEAVE, ['pausing'], {timeoutMs: LEAVE_MS});
  if (isPaused && exitCode === NOT_CONNECTED) {
    return {results: {result: 'is paused already'}};
  }
  if (exitCode !== 0) {
    await host.files.remove(PAUSED);
    return {failure: describeFailure(exitCode, stderr)};
  }
  await tools.statusSet(paused);
  return {results: {result: 'the cluster has let go of this machine; it is not protected until it is resumed'}};
};

function describeFailure(exitCode: number, stderr: string): string {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return exitCode === NOT_CONNECTED
    ? `nothing to pause: ${said}; look at crm status on a member`
    : `the cluster does not let go of this machine: ${said || `status ${String(exitCode)}`}; it stays in the cluster`;
}

/**
 * Has the cluster take the machine back, whether it was paused or its daemon was stopped and started. It does so when hacluster's leader has
 * run its next hook, which this causes. One that has not left stays as it is.
 */
export const resume: ActionHandler = async ({host, tools}) => {
  const name = host.randomBytes('session', 16);
  const before = parseSession((await host.files.read(SESSION))?.content ?? '');
  await write(host, SESSION, renderSession({name, keyDigest: before?.keyDigest ?? ''}));
  await write(host, TOLD, `${name}\n`);
  await host.files.remove(PAUSED);
  const data = {'remote-session': JSON.stringify(name)};
  for (const relationId of await tools.relationIds('pacemaker-remote')) {
    await tools.relationSet({relationId, data});
  }
  // What else the unit says stays true: only hooks look at that.
  if ((await tools.statusGet()).status === paused.status) {
    await tools.statusSet(active('Unit is ready'));
  }
  return {results: {result: 'the cluster is asked to take this machine back'}};
};

function write(host: Host, path: string, content: string): Promise<void> {
  return host.files.replace(path, {content, owner: 'root', group: 'root', mode: 0o644});
}
