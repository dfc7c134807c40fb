import type {CharmPorts, FileState} from '#charm';
import {
  ClusterSyntaxError,
  pacemakerPort,
  parseCorosyncConf,
  type ClusterPort,
  type ClusterReading,
  type CorosyncNode,
} from '#cluster';

import {readGoalsIfAsked, type Goals} from './goals.ts';
import {HELD_MARK} from './quorum/paths.ts';
import {COROSYNC_KEY, getKeyDigest, NEXT_KEY, type HeldKeys} from './ring-key.ts';

/** What hacluster finds out on its machine. */
export interface Facts {
  /** The daemons cannot start before the charm has configured them. */
  readonly isGuarded: boolean;
  /** The ring's key is on the machine. */
  readonly hasKey: boolean;
  readonly ringKeys: HeldKeys;
  /** This very unit has put it there. */
  readonly isKeyOwn: boolean;
  /** The nodes of the ring as corosync.conf has them. */
  readonly ring: readonly CorosyncNode[];
  /** The cluster's configuration on this machine's disk. */
  readonly cibFiles: readonly string[];
  /** Null until a decision has needed them. */
  readonly goals: Goals | null;
  /** Changes that Pacemaker has refused, by digest. */
  readonly refused: readonly string[];
  readonly cluster: ClusterReading;
  /** The watch on quorum keeps Corosync and Pacemaker from running. */
  readonly isHeld: boolean;
  /** Files with credentials that earlier runs have written. */
  readonly credentialFiles: readonly string[];
  /** What a run that was cut short may have made in the cluster. */
  readonly intents: readonly string[];
  /** With what services were last started or made to reload, by digest. */
  readonly reloads: Readonly<Record<string, string>>;
  /** This machine's clock, in milliseconds of the epoch. */
  readonly now: number;
}

/** Root-only: what fencing devices need to know and the CIB must not hold. */
export const CREDENTIALS_FOLDER = '/etc/hacluster';
/** Where Pacemaker keeps its configuration between two starts. */
const CIB_FOLDER = '/var/lib/pacemaker/cib';
export const COROSYNC_CONF = '/etc/corosync/corosync.conf';
export const PACEMAKER_KEY = '/etc/pacemaker/authkey';
export const COROSYNC_OVERRIDES = '/etc/systemd/system/corosync.service.d/overrides.conf';
export const PACEMAKER_OVERRIDES = '/etc/systemd/system/pacemaker.service.d/overrides.conf';

export async function readFacts({host, ledger, tools}: CharmPorts): Promise<Facts> {
  const {files} = host;
  const [key, nextKey, overrides, conf, heldMark, credentials, cibs, goals, {notes, reloads, files: own}] =
    await Promise.all([
      files.read(COROSYNC_KEY),
      files.read(NEXT_KEY),
      files.read(PACEMAKER_OVERRIDES),
      files.read(COROSYNC_CONF),
      files.read(HELD_MARK),
      files.list(CREDENTIALS_FOLDER),
      files.list(CIB_FOLDER),
      readGoalsIfAsked({tools, ledger}),
      ledger.read(),
    ]);
  const hasKey = key !== null;
  return {
    isGuarded: overrides !== null,
    hasKey,
    ringKeys: {live: getDigest(key), next: getDigest(nextKey)},
    isKeyOwn: hasKey && own.includes(COROSYNC_KEY),
    ring: hasKey ? parseRing(conf?.content) : [],
    cibFiles: cibs.map((name) => `${CIB_FOLDER}/${name}`),
    credentialFiles: credentials
      .filter((name) => name.endsWith('.credentials'))
      .map((name) => `${CREDENTIALS_FOLDER}/${name}`),
    goals,
    // Before there is a key there is no cluster to ask.
    cluster: hasKey ? await createPort({host}).read() : {state: 'down', reason: 'the cluster is not configured yet'},
    isHeld: heldMark !== null,
    intents: notes[INTENTS] ?? [],
    refused: notes[REFUSED] ?? [],
    reloads,
    now: Date.now(),
  };
}

function getDigest(file: FileState | null): string | undefined {
  return file === null
    ? undefined
    : getKeyDigest(Buffer.from(file.content, file.encoding ?? 'utf8').toString('base64'));
}

function parseRing(text: string | undefined): readonly CorosyncNode[] {
  try {
    return parseCorosyncConf(text ?? '').nodes;
  } catch (error) {
    if (error instanceof ClusterSyntaxError) {
      return [];
    }
    throw error;
  }
}

/** Where the ledger keeps what is about to be made. */
export const INTENTS = 'cluster';
/** Where it keeps what Pacemaker would not take. */
export const REFUSED = 'refused by Pacemaker';

export function createPort({host}: Pick<CharmPorts, 'host'>): ClusterPort {
  return pacemakerPort((program, args, options) => host.processes.run(program, args, options));
}
