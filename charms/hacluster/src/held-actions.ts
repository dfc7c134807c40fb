import type {ActionHandler, ActionInput, ActionOutcome, Host} from '#charm';

import {createPort} from './facts.ts';
import {getWaiting, planLosses, putLoss, readLosses, type Loss} from './losses.ts';
import type {LiveCluster} from './plan.ts';

/**
 * Releases held remotes, so that the fencing device lets them be switched off, on whichever member it runs; then orders their fencing and waits
 * for it. Pacemaker may never come to it by itself: not to one that is no longer UNCLEAN since all members were restarted, nor, under
 * high load, to one that stands behind another which is held. Where it does, its fencer makes one of both orders. Safe to repeat, and to
 * be repeated where it was cut short: until the device has seen a node off, it stays on record as released.
 */
export const fenceHeld: ActionHandler = async ({host, params}) => {
  const choice = await choose(host, params);
  if ('failure' in choice) {
    return choice;
  }
  const names = choice.losses.map(({node}) => node);
  const released = choice.losses.map((loss): Loss => ({...loss, state: 'released'}));
  const failure = await changeLosses(host, (losses) => released.reduce(putLoss, losses));
  return failure === null ? fence(host, names) : {failure};
};

async function fence(host: Host, names: readonly string[]): Promise<ActionOutcome> {
  const problems: string[] = [];
  // One after the other, as the device takes orders.
  for (const node of names) {
    const problem = await orderFencing(host, node);
    problems.push(...(problem === null ? [] : [problem]));
  }
  const text = names.join(' ');
  return problems.length > 0
    ? {failure: `released: ${text}, but ${problems.join('; ')}; run fence-held again when MAAS works`}
    : {results: {result: 'success', fenced: text}};
}

const ORDERS = 3;

/**
 * An order that comes while the cluster's own attempt is under way becomes one with it, and fails with it where that was refused before the
 * release (seen with 2.1.5 in the story `all-isolated`: "No data available"). So it is given again.
 */
async function orderFencing(host: Host, node: string): Promise<string | null> {
  let problem: string | null = null;
  for (let orders = 0; orders < ORDERS; orders += 1) {
    problem = await runStonithAdmin(host, '--reboot', node);
    if (problem === null) {
      return null;
    }
  }
  return problem;
}

/** stonith_admin gives an order up after 120 s (its --timeout); what it has to do before and after takes less than the rest. */
const STONITH_ADMIN_MS = 150_000;

/** Null when it has succeeded, or what it said. */
async function runStonithAdmin(host: Host, order: '--confirm' | '--reboot', node: string): Promise<string | null> {
  const {exitCode, stderr} = await host.processes.run('stonith_admin', [order, node], {timeoutMs: STONITH_ADMIN_MS});
  const [reason = ''] = stderr.trim().split('\n');
  return exitCode === 0 ? null : `stonith_admin ${order} ${node} failed with status ${exitCode}: ${reason}`;
}

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
  const problem = await runStonithAdmin(host, '--confirm', node);
  return problem ?? changeLosses(host, (losses) => losses.filter((loss) => loss.node !== node));
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
