import type {Clock} from '#maas';

import type {Cloud} from './cloud.ts';
import {CloudError} from './errors.ts';
import {
  CHANGES,
  decideStep,
  makeChange,
  NOTHING_SEEN,
  remember,
  type NextStep,
  type ReturnFacts,
  type ReturnMemory,
} from './return.ts';

/** What bringing a host back needs. */
export interface WayBackPorts {
  readonly cloud: Cloud;
  readonly clock: Clock;
  /** When it must be over, in milliseconds since 1970. */
  readonly deadline: number;
  readonly isConnected: () => Promise<boolean>;
  /** Whether this member has a fence of the host that is not delivered. */
  readonly hasFence: () => Promise<boolean>;
  /** Has the cluster forget failed tries to connect to the host, so that it tries at once. */
  readonly forgetFailures: () => Promise<void>;
  /** Tells how it is going. */
  readonly log: (line: string) => Promise<void>;
}

/** How it ended: what was changed, or why it is not back. */
export type WayBack =
  | {readonly isBack: true; readonly changes: readonly string[]; readonly facts: ReturnFacts}
  | {readonly isBack: false; readonly reason: string};

const PAUSE_MS = 2000;
/** What has lasted so long may need somebody. */
const PATIENCE_MS = 30_000;

/** Brings a host back: looks, does what is next, looks again, until it is back, or must not come back, or time is over. */
export async function bringBack(host: string, ports: WayBackPorts): Promise<WayBack> {
  const {clock, deadline, log} = ports;
  const abide = createPatience(host, ports);
  const changes: string[] = [];
  let turn: Turn = {kind: 'changed', line: '', memory: NOTHING_SEEN};
  for (;;) {
    turn = await takeTurn(host, ports, turn.memory);
    switch (turn.kind) {
      case 'refuse':
        return {isBack: false, reason: turn.reason};
      case 'done':
        return {isBack: true, changes, facts: turn.facts};
      case 'changed':
        changes.push(turn.line);
        await log(`${host}: ${turn.line}`);
        break;
      case 'wait':
        if (clock.now() + PAUSE_MS > deadline) {
          return {isBack: false, reason: `${host} is not back in time: ${turn.reason}; ${turn.remedy}`};
        }
        await abide(turn);
        await clock.sleep(PAUSE_MS);
    }
  }
}

type Turn = {readonly memory: ReturnMemory} & (
  | {readonly kind: 'refuse'; readonly reason: string}
  | {readonly kind: 'wait'; readonly reason: string; readonly remedy: string; readonly isOffline: boolean}
  | {readonly kind: 'changed'; readonly line: string}
  | {readonly kind: 'done'; readonly facts: ReturnFacts}
);

/** One look, and what follows from it. An API that does not answer is waited for. */
async function takeTurn(name: string, ports: WayBackPorts, before: ReturnMemory): Promise<Turn> {
  let memory = before;
  try {
    const facts = await readFacts(name, ports);
    memory = remember(before, facts);
    return await obey(decideStep(name, facts, memory), facts, {memory, cloud: ports.cloud});
  } catch (error) {
    if (error instanceof CloudError) {
      return {kind: 'wait', reason: error.message, remedy: 'look at that service', isOffline: false, memory};
    }
    throw error;
  }
}

async function obey(
  step: NextStep,
  facts: ReturnFacts,
  {memory, cloud}: {readonly memory: ReturnMemory; readonly cloud: Cloud},
): Promise<Turn> {
  switch (step.kind) {
    case 'refuse':
      return {...step, memory};
    case 'wait':
      return {...step, memory, isOffline: memory.hasReported && !facts.isConnected};
    case 'done':
      return {kind: 'done', memory, facts};
    case 'change': {
      const obstacle = await makeChange(cloud, step.change, facts);
      if (obstacle !== null) {
        return {...obstacle, memory, isOffline: false};
      }
      const isMarked = memory.isMarked && step.change !== 'enable';
      return {kind: 'changed', line: CHANGES[step.change], memory: {...memory, isMarked}};
    }
  }
}

async function readFacts(
  name: string,
  {cloud, isConnected, hasFence}: Omit<WayBackPorts, 'log'>,
): Promise<ReturnFacts> {
  const [service, host, isOnline, isUndelivered] = await Promise.all([
    cloud.findCompute(name),
    cloud.findHost(name),
    isConnected(),
    hasFence(),
  ]);
  const isRecovering = host !== null && (await cloud.isRecovering(host));
  return {service, host, isRecovering, hasFence: isUndelivered, isConnected: isOnline};
}

type Waiting = Extract<Turn, {kind: 'wait'}>;

/** Tells what is waited for when that changes, and what may help once it has lasted; and has the cluster try to connect, once. */
function createPatience(host: string, {clock, log, forgetFailures}: WayBackPorts): (turn: Waiting) => Promise<void> {
  let since = 0;
  let latest = '';
  let isHelped = false;
  let isForgotten = false;
  return async ({reason, remedy, isOffline}) => {
    if (reason !== latest) {
      [latest, since, isHelped] = [reason, clock.now(), false];
      await log(`${host}: waiting: ${reason}`);
    } else if (!isHelped && clock.now() - since >= PATIENCE_MS) {
      isHelped = true;
      await log(`${host}: still waiting: ${reason}; ${remedy}`);
    }
    if (isOffline && !isForgotten) {
      isForgotten = true;
      await forgetFailures();
    }
  };
}
