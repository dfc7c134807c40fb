import {createHash} from 'node:crypto';

import type {Desired, WantedService} from '../desired.ts';
import type {Facet, Step} from '../facet.ts';
import type {Processes} from '../host.ts';
import type {Ledger, LedgerStore} from '../ledger.ts';

/** What systemd says of one service. */
export interface ServiceState {
  readonly isInstalled: boolean;
  readonly isRunning: boolean;
  readonly isEnabled: boolean;
  /** Its unit files changed since systemd read them. */
  readonly needsDaemonReload: boolean;
}

/** A service did not do what it was told; systemd's own words are in the message. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

/** systemd services, in the order given: started, stopped, and restarted when what they were started with changed. */
export function createServicesFacet(processes: Processes, ledger: LedgerStore): Facet<Desired> {
  return {
    name: 'services',
    plan: async ({services = []}) => {
      if (services.length === 0) {
        return [];
      }
      const states = await readServices(
        processes,
        services.map(({name}) => name),
      );
      const have = await ledger.read();
      const planner = createPlanner(processes, ledger);
      const reload = [...states.values()].some(({needsDaemonReload}) => needsDaemonReload);
      return [
        ...(reload ? [planner.daemonReload()] : []),
        ...services.flatMap((want) => planner.plan(want, states.get(want.name) ?? ABSENT, have)),
      ];
    },
  };
}

const ABSENT: ServiceState = {isInstalled: false, isRunning: false, isEnabled: false, needsDaemonReload: false};
const PROPERTIES = 'Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload';

/** Reads all services with one process. */
export async function readServices(
  processes: Processes,
  names: readonly string[],
): Promise<ReadonlyMap<string, ServiceState>> {
  const args = ['show', `--property=${PROPERTIES}`, ...names.map((name) => `${name}.service`)];
  const {stdout} = await processes.run('systemctl', args);
  const blocks = stdout.trim().split('\n\n').map(parseProperties);
  // An alias answers with another Id, so blocks are told apart by their place: one for each name asked for.
  return new Map(names.map((name, index) => [name, toState(blocks[index] ?? {})]));
}

function parseProperties(block: string): Partial<Record<string, string>> {
  const pairs = block.split('\n').map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

function toState(properties: Partial<Record<string, string>>): ServiceState {
  return {
    isInstalled: properties['LoadState'] === 'loaded',
    isRunning: ['active', 'activating', 'reloading'].includes(properties['ActiveState'] ?? ''),
    isEnabled: properties['UnitFileState'] === 'enabled',
    needsDaemonReload: properties['NeedDaemonReload'] === 'yes',
  };
}

interface Planner {
  daemonReload(): Step;
  plan(want: WantedService, have: ServiceState, ledger: Ledger): Step[];
}

function createPlanner(processes: Processes, ledger: LedgerStore): Planner {
  const run = async ([program, ...args]: readonly [string, ...string[]]): Promise<void> => {
    const {exitCode, stderr} = await processes.run(program, args);
    if (exitCode !== 0) {
      throw new ServiceError(`${program} ${args[0] ?? ''} failed with status ${exitCode}: ${stderr.trim()}`);
    }
  };
  const systemctl = (verb: string, name: string, then?: () => Promise<void>): Step => ({
    summary: `${verb} ${name}`,
    apply: async () => {
      await run(['systemctl', verb, `${name}.service`]);
      await then?.();
    },
  });
  const note = async (want: WantedService): Promise<void> => {
    const {restarts, reloads} = await ledger.read();
    await ledger.update({
      restarts: {...restarts, [want.name]: digest(want.restartWhen)},
      reloads: {...reloads, [want.name]: digest(want.reload?.when)},
    });
  };
  return {
    daemonReload: () => ({summary: 'daemon-reload', apply: () => run(['systemctl', 'daemon-reload'])}),
    plan: (want, have, remembered) => {
      const enable = want.isEnabled === undefined || want.isEnabled === have.isEnabled;
      return [
        ...(enable ? [] : [systemctl(want.isEnabled ? 'enable' : 'disable', want.name)]),
        ...planRun(want, have, remembered).map((verb) =>
          verb === 'reload'
            ? {summary: `reload ${want.name}`, apply: () => runReload(want, run).then(() => note(want))}
            : systemctl(verb, want.name, verb === 'stop' ? undefined : () => note(want)),
        ),
      ];
    },
  };
}

async function runReload(
  want: WantedService,
  run: (command: readonly [string, ...string[]]) => Promise<void>,
): Promise<void> {
  if (want.reload !== undefined) {
    await run(want.reload.command);
  }
}

/** Which verb brings one service from what it is to what it should be. */
function planRun(
  want: WantedService,
  have: ServiceState,
  {restarts, reloads}: Ledger,
): ('start' | 'stop' | 'restart' | 'reload')[] {
  if (!want.isRunning) {
    return have.isRunning ? ['stop'] : [];
  }
  if (!have.isRunning) {
    // Started with `restart`: a service that systemd holds in a failed state is then started afresh.
    return ['restart'];
  }
  if (restarts[want.name] !== digest(want.restartWhen)) {
    return ['restart'];
  }
  return reloads[want.name] === digest(want.reload?.when) ? [] : ['reload'];
}

function digest(texts: readonly string[] | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify(texts ?? []))
    .digest('hex')
    .slice(0, 16);
}
