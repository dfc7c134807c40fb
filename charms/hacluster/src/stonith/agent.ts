import type {Environment} from '#charm';
import {
  createMaasClient,
  ensurePower,
  findMachine,
  MaasError,
  parseApiKey,
  withPatience,
  type Clock,
  type MaasMachine,
  type SendHttp,
  type Work,
} from '#maas';

import {POLICY_FILE} from '../losses.ts';
import {ABOUT, PARAMETERS} from './about.ts';
import {askPermission, noteOff, parsePolicy, type LossRecord, type Permission} from './permission.ts';

/** Levels of cluster-glue's ha_log.sh. */
export type LogLevel = 'err' | 'warn' | 'info';

/** What the plugin gets from outside. */
export interface AgentPorts {
  /** The action and, for `on`, `off` and `reset`, the node. */
  readonly args: readonly string[];
  /** The device's parameters are variables. */
  readonly environment: Environment;
  /** Throws when it cannot. */
  readonly readFile: (path: string) => string;
  readonly send: SendHttp;
  /** Who was lost, as all members know it. */
  readonly losses: LossRecord;
  readonly clock: Clock;
  readonly nonce: () => string;
  readonly print: (line: string) => void;
  /** Writes one line to syslog. */
  readonly log: (level: LogLevel, line: string) => Promise<void>;
}

/**
 * How long an order may take. Pacemaker gives a device 60 s (stonith-timeout) and kills it then, which would leave no line in
 * syslog that says why. fence_legacy, stonith and this program need up to 3 s of that for themselves, and one request to
 * MAAS can overrun by what the network holds back.
 */
export const ORDER_MS = 50_000;

/** The same for `status`: the device's monitor has a timeout of 25 s. */
export const STATUS_MS = 20_000;

/**
 * stonith:external/maas in the protocol of cluster-glue's external plugins (README.external of cluster-glue). Resolves with the
 * exit status: 0 for success; 1 for anything else, with one line in syslog that says what. `off` is a success only after the
 * power was seen off. An order for a node that the device is not for is refused, and so is one to switch off more remotes than
 * the policy lets be lost at once.
 */
export async function runAgent(ports: AgentPorts): Promise<number> {
  const [action = '', node = ''] = ports.args;
  const about = ABOUT[action];
  if (about !== undefined) {
    ports.print(about);
    return 0;
  }
  switch (action) {
    case 'getconfignames':
      ports.print(PARAMETERS.join(' '));
      return 0;
    case 'gethosts':
      getHosts(ports).forEach(ports.print);
      return 0;
    case 'status':
      return report(ports, 'the device cannot be used', () => checkStatus(ports));
    case 'on':
    case 'off':
    case 'reset':
      return report(ports, `cannot ${VERBS[action]} ${getPlain(node)}`, () => obey(ports, action, node));
    default:
      return report(ports, 'nothing is done', () =>
        Promise.reject(new MaasError('invalid', `external/maas knows no action "${getPlain(action)}"`)),
      );
  }
}

const VERBS = {on: 'switch on', off: 'switch off', reset: 'reset'} as const;

function getHosts({environment}: AgentPorts): readonly string[] {
  return (environment['hostnames'] ?? '').split(/[\s,]+/).filter((name) => name !== '');
}

/** Does it and turns what fails into a line in syslog. A failure that nobody foresaw is one too: fencing must not end in silence. */
async function report(ports: AgentPorts, failure: string, action: () => Promise<void>): Promise<number> {
  try {
    await action();
    return 0;
  } catch (error) {
    await ports.log('err', `${failure}: ${error instanceof Error ? getPlain(error.message) : 'unknown reason'}`);
    return 1;
  }
}

/** What others gave, on one line. */
function getPlain(text: string): string {
  return text.replace(/\p{C}+/gu, ' ').trim();
}

async function checkStatus(ports: AgentPorts): Promise<void> {
  const work = startWork(ports, STATUS_MS);
  await withPatience(work, () => work.client.whoAmI());
}

async function obey(ports: AgentPorts, action: keyof typeof VERBS, node: string): Promise<void> {
  if (!getHosts(ports).includes(node)) {
    throw new MaasError('invalid', 'it is not among the hostnames of the device');
  }
  const work = startWork(ports, ORDER_MS);
  const permission = action === 'on' ? null : await waitForPermission(ports, node);
  const machine = await findMachine(work, node);
  const wanted = action === 'reset' ? 'off' : action;
  const change = await ensurePower(work, machine, wanted);
  if (permission === 'operator') await settleRelease(ports, node);
  if (action === 'reset') {
    await startAgain(ports, work, {machine, node});
  } else {
    await ports.log('info', `${node} is ${wanted}: MAAS machine ${machine.systemId} ${change}`);
  }
}

function waitForPermission(ports: AgentPorts, node: string): Promise<Permission> {
  const {readFile, losses: record, clock} = ports;
  return askPermission({record, node, hosts: getHosts(ports), policy: parsePolicy(tryRead(readFile)), clock});
}

async function settleRelease({losses: record, clock, log}: AgentPorts, node: string): Promise<void> {
  if (!(await noteOff({record, node, clock}))) {
    await log(
      'warn',
      `${node} was seen off, but that cannot be noted: until fence-held is run again, units wait for it`,
    );
  }
}

function tryRead(readFile: AgentPorts['readFile']): string | null {
  try {
    return readFile(POLICY_FILE);
  } catch {
    return null;
  }
}

/**
 * The second half of a reset. The node was seen off, which is all that recovery needs; that it does not come back is told, but to
 * fail would keep its guests from being started elsewhere. (Pacemaker does the same where it makes a reboot of off and on.)
 */
async function startAgain(
  {log}: AgentPorts,
  work: Work,
  {machine, node}: {readonly machine: MaasMachine; readonly node: string},
): Promise<void> {
  try {
    await ensurePower(work, machine, 'on');
    await log('info', `${node} was seen off, and is on again: MAAS machine ${machine.systemId} was reset`);
  } catch (error) {
    const reason = error instanceof Error ? getPlain(error.message) : 'unknown reason';
    await log('warn', `${node} was seen off, but does not come on again: ${reason}`);
  }
}

function startWork({environment, readFile, send, clock, nonce}: AgentPorts, patienceMs: number): Work {
  const file = environment['apikey_file'] ?? '';
  const deadline = clock.now() + patienceMs;
  const key = parseApiKey(readKey(readFile, file));
  const client = createMaasClient({url: environment['url'] ?? '', key, send, clock, nonce, deadline});
  return {client, clock, deadline};
}

function readKey(readFile: AgentPorts['readFile'], file: string): string {
  try {
    return readFile(file);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new MaasError('invalid', `the file with the MAAS API key, ${file}, cannot be read${reason}`);
  }
}
