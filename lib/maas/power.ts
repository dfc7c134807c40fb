import type {Clock, MaasClient, MaasMachine} from './client.ts';
import {MaasError} from './errors.ts';

/** A piece of work that has to be done by a time. */
export interface Work {
  readonly client: MaasClient;
  readonly clock: Clock;
  /** On the clock, in milliseconds. */
  readonly deadline: number;
}

const PAUSE_MS = 1000;

/** The first look must not hold up the order: a controller that does not answer would. */
const FIRST_LOOK_MS = 5000;

/** After so long an order is given again: MAAS may have lost it in a restart, and a second one does no harm. */
const REPEAT_MS = 15_000;

/** Does it again, after a pause, while what fails may pass and there is time. Throws the last MaasError. */
export async function withPatience<T>({clock, deadline}: Work, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const isWorthIt = error instanceof MaasError && error.mayPass && clock.now() + PAUSE_MS < deadline;
      if (!isWorthIt) {
        throw error;
      }
      await clock.sleep(PAUSE_MS);
    }
  }
}

/**
 * The one machine that a node is. A name with a domain must be the machine's whole name, one without may be in any domain.
 * None and several are MaasErrors: to switch off a machine that only may be the one is worse than not to.
 */
export async function findMachine(work: Work, name: string): Promise<MaasMachine> {
  const wanted = name.toLowerCase();
  const [hostname = ''] = wanted.split('.');
  const listed = await withPatience(work, () => work.client.listMachines({hostname}));
  const named = listed.filter((machine) => machine.hostname.toLowerCase() === hostname);
  const machines = wanted.includes('.') ? named.filter(({fqdn}) => fqdn.toLowerCase() === wanted) : named;
  const [machine, another] = machines;
  if (machine === undefined) {
    const others = named.length === 0 ? '' : `, only ${named.map(({fqdn}) => fqdn).join(', ')}`;
    throw new MaasError('not found', `MAAS has no machine ${name}${others}`);
  }
  if (another !== undefined) {
    const found = machines.map(({systemId, fqdn}) => `${fqdn} (${systemId})`).join(', ');
    throw new MaasError('ambiguous', `MAAS has several machines ${name}, none is touched: ${found}`);
  }
  return machine;
}

/** Whether the order had to be given. */
export type PowerChange = 'was so already' | 'was switched';

/**
 * Sees to it that a machine is on or off. Resolves only after the power controller was seen to say so: `unknown`, `error` and no
 * answer are asked again until the deadline, then it is a MaasError of the kind `late`.
 */
export async function ensurePower(work: Work, {systemId}: MaasMachine, wanted: 'on' | 'off'): Promise<PowerChange> {
  const {client, clock, deadline} = work;
  const order = (): Promise<void> => (wanted === 'on' ? client.powerOn(systemId) : client.powerOff(systemId));
  let orderedAt: number | null = null;
  for (;;) {
    const seen = await attemptNow(() =>
      client.getPowerState(systemId, orderedAt === null ? {timeoutMs: FIRST_LOOK_MS} : {}),
    );
    if (seen === wanted) {
      return orderedAt === null ? 'was so already' : 'was switched';
    }
    let trouble = seen instanceof MaasError ? seen.message : `its power controller says "${seen}"`;
    if (orderedAt === null || clock.now() - orderedAt >= REPEAT_MS) {
      const answer = await attemptNow(order);
      orderedAt = answer instanceof MaasError ? orderedAt : clock.now();
      trouble = answer instanceof MaasError ? answer.message : trouble;
    }
    if (clock.now() + PAUSE_MS >= deadline) {
      throw new MaasError('late', `${systemId} was not seen ${wanted} in time: ${trouble}`);
    }
    await clock.sleep(PAUSE_MS);
  }
}

/** What may pass is a value; what may not is thrown. */
async function attemptNow<T>(attempt: () => Promise<T>): Promise<T | MaasError> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof MaasError && error.mayPass) {
      return error;
    }
    throw error;
  }
}
