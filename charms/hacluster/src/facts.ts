import type {CharmPorts} from '#charm';
import {pacemakerPort, type ClusterPort, type ClusterReading} from '#cluster';

/** What hacluster finds out on its machine. */
export interface Facts {
  /** The daemons cannot start before the charm has configured them. */
  readonly isGuarded: boolean;
  /** This unit has been given the ring's key: it is, or is about to be, a member. */
  readonly isFormed: boolean;
  readonly cluster: ClusterReading;
  /** Files with credentials that earlier runs have written. */
  readonly credentialFiles: readonly string[];
  /** What a run that was cut short may have made in the cluster. */
  readonly intents: readonly string[];
}

/** Root-only: what fencing devices need to know and the CIB must not hold. */
export const CREDENTIALS_FOLDER = '/etc/hacluster';
export const COROSYNC_KEY = '/etc/corosync/authkey';
export const COROSYNC_OVERRIDES = '/etc/systemd/system/corosync.service.d/overrides.conf';
export const PACEMAKER_OVERRIDES = '/etc/systemd/system/pacemaker.service.d/overrides.conf';

export async function readFacts({host, ledger}: CharmPorts): Promise<Facts> {
  const [key, overrides, credentials, {notes}] = await Promise.all([
    host.files.read(COROSYNC_KEY),
    host.files.read(PACEMAKER_OVERRIDES),
    host.files.list(CREDENTIALS_FOLDER),
    ledger.read(),
  ]);
  const isFormed = key !== null;
  return {
    isGuarded: overrides !== null,
    isFormed,
    credentialFiles: credentials.map((name) => `${CREDENTIALS_FOLDER}/${name}`),
    // Before there is a key there is no cluster to ask.
    cluster: isFormed ? await createPort({host}).read() : {state: 'down', reason: 'the cluster is not configured yet'},
    intents: notes[INTENTS] ?? [],
  };
}

/** Where the ledger keeps what is about to be made. */
export const INTENTS = 'cluster';

export function createPort({host}: Pick<CharmPorts, 'host'>): ClusterPort {
  return pacemakerPort((program, args, options) => host.processes.run(program, args, options));
}
