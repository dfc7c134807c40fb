import type {ActionHandler, ActionInput, ActionOutcome, Host} from '#charm';

import {createPort} from './facts.ts';
import {getWaiting, planLosses, readLosses, type Loss} from './losses.ts';
import type {LiveCluster} from './plan.ts';

/**
 * Releases held remotes: the fencing device lets them be switched off, on whichever member it runs. The change has Pacemaker plan
 * anew, and so try again at once. Done for one that is released already, it changes nothing.
 */
export const fenceHeld: ActionHandler = async ({host, params}) => {
  const choice = await choose(host, params);
  if ('failure' in choice) {
    return choice;
  }
  const names = choice.losses.map(({node}) => node);
  const failure = await changeLosses(host, (losses) =>
    losses.map((loss) => (names.includes(loss.node) ? {...loss, state: 'released' as const} : loss)),
  );
  return failure === null ? {results: {result: 'success', released: names.join(' ')}} : {failure};
};

/**
 * Tells the cluster that held remotes are no danger, by Pacemaker's own means: it then connects to them again. Refused for one that
 * runs something for the cluster, which would be started a second time.
 */
export const standDown: ActionHandler = async ({host, params}) => {
  const choice = await choose(host, params);
  if ('failure' in choice) {
    return choice;
  }
  const busy = choice.losses.flatMap(({node}) => describeBusy(node, choice.cluster));
  const [problem] = busy;
  if (problem !== undefined) {
    return {failure: problem};
  }
  for (const {node} of choice.losses) {
    const failure = await confirm(host, node);
    if (failure !== null) {
      return {failure};
    }
  }
  return {results: {result: 'success', 'stood-down': choice.losses.map(({node}) => node).join(' ')}};
};

function describeBusy(node: string, {resources}: LiveCluster): readonly string[] {
  const running = resources.filter(({nodes}) => nodes.includes(node)).map(({id}) => id);
  return running.length === 0
    ? []
    : [`${node} runs ${running.join(' ')} for the cluster, which would run twice; use fence-held`];
}

/** Held until it is confirmed, so that a run that was cut short can be repeated. */
async function confirm(host: Host, node: string): Promise<string | null> {
  const {exitCode, stderr} = await host.processes.run('stonith_admin', ['--confirm', node]);
  if (exitCode !== 0) {
    return `stonith_admin --confirm ${node} failed with status ${exitCode}: ${stderr.trim().split('\n')[0] ?? ''}`;
  }
  return changeLosses(host, (losses) => losses.filter((loss) => loss.node !== node));
}

type Choice =
  Extract<ActionOutcome, {failure: string}> | {readonly losses: readonly Loss[]; readonly cluster: LiveCluster};

/** Whom the operator means, of those that wait; never anybody else. */
async function choose(host: Host, {node, all}: ActionInput['params']): Promise<Choice> {
  const reading = await createPort({host}).read();
  if (reading.state === 'down') {
    return {failure: `Pacemaker does not answer: ${reading.reason}`};
  }
  const waiting = getWaiting(reading);
  const names = typeof node === 'string' ? node.split(/[\s,]+/).filter((name) => name !== '') : [];
  const held = waiting.length === 0 ? 'no remote is' : `held are: ${waiting.map((loss) => loss.node).join(' ')}`;
  const [stranger] = names.filter((name) => waiting.every((loss) => loss.node !== name));
  if (stranger !== undefined) {
    return {failure: `${JSON.stringify(stranger)} is not held back; ${held}`};
  }
  if (all === true ? names.length > 0 : names.length === 0) {
    return {failure: `say who: node=NAME, or all=true; ${held}${waiting.length === 0 ? ' held back' : ''}`};
  }
  const losses = waiting.filter((loss) => all === true || names.includes(loss.node));
  return losses.length === 0 ? {failure: 'no remote is held back'} : {losses, cluster: reading};
}

const TRIES = 5;

/** Changes the record, also when the configuration moves meanwhile. Null when it is done, or why not. */
async function changeLosses(host: Host, change: (losses: readonly Loss[]) => readonly Loss[]): Promise<string | null> {
  const port = createPort({host});
  for (let tries = 0; tries < TRIES; tries += 1) {
    const reading = await port.read();
    if (reading.state === 'down') {
      return `Pacemaker does not answer: ${reading.reason}`;
    }
    const planned = planLosses(reading.cib, change(readLosses(reading.cib)));
    if (planned === null || (await port.apply(planned, reading.cib)) === 'applied') {
      return null;
    }
  }
  return "the cluster's configuration is being changed by others; try again";
}
