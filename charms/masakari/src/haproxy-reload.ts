import {createHash} from 'node:crypto';

import {readServices, ServiceError, type CharmPorts, type Desired, type Facet, type Processes, type Step} from '#charm';

/** A decision that may leave haproxy to Pacemaker. */
export interface HaproxyDecision extends Desired {
  /** There while Pacemaker starts and stops haproxy: the configuration it should run with, or null when that is unknown. */
  readonly clusteredHaproxy?: {readonly config: string | null};
}

const NOTE = 'haproxy';

/**
 * Looks after haproxy while Pacemaker owns it: never starts or stops it, only makes it read a changed configuration, and
 * keeps systemd from starting it at boot before the cluster decides.
 */
export function createHaproxyReloadFacet({host, ledger}: CharmPorts): Facet<HaproxyDecision> {
  return {
    name: 'clustered haproxy',
    plan: async ({clusteredHaproxy}) => {
      if (clusteredHaproxy === undefined) {
        return [];
      }
      const state = (await readServices(host.processes, ['haproxy'])).get('haproxy');
      const disable = {summary: 'disable haproxy at boot', apply: () => run(host.processes, 'disable')};
      return [
        ...(state?.isEnabled === true ? [disable] : []),
        ...(await planReload(clusteredHaproxy.config, state?.isRunning === true, {host, ledger})),
      ];
    },
  };
}

async function planReload(
  config: string | null,
  isRunning: boolean,
  {host, ledger}: Pick<CharmPorts, 'host' | 'ledger'>,
): Promise<readonly Step[]> {
  const {notes} = await ledger.read();
  const digest = config === null ? null : createHash('sha256').update(config).digest('hex').slice(0, 16);
  if (digest === null || notes[NOTE]?.[0] === digest) {
    return [];
  }
  const note = async (): Promise<void> => {
    await ledger.update({notes: {...(await ledger.read()).notes, [NOTE]: [digest]}});
  };
  return isRunning
    ? [{summary: 'reload haproxy', apply: () => run(host.processes, 'reload').then(note)}]
    : // One that is not running reads it when the cluster starts it.
      [{summary: 'note haproxy’s configuration', apply: note}];
}

async function run(processes: Processes, verb: 'disable' | 'reload'): Promise<void> {
  const {exitCode} = await processes.run('systemctl', [verb, 'haproxy.service']);
  if (exitCode !== 0) {
    throw new ServiceError(`systemctl ${verb} haproxy failed with status ${exitCode}`);
  }
}
