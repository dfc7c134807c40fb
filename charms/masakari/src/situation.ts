import type {Problem, View} from '#charm';
import {
  API_BINDINGS,
  clusterEndpoint,
  getArchive,
  getHaState,
  getOwnAddress,
  parseOrigin,
  parseVips,
  readPeers,
  type ApiPlace,
  type Archive,
  type Database,
  type HaState,
  type MessageBroker,
  type Peer,
  type Reading,
  type ServiceUser,
} from '#openstack';

import {getAlertState, type AlertState} from './alert-state.ts';
import {getDistribution, type Distribution} from './distribution.ts';
import {getEvacuation, type Evacuation} from './evacuation.ts';
import type {Facts} from './facts.ts';
import {amqp, identityService, sharedDb} from './interfaces.ts';
import {getCidrOptions, getHostnameOptions, type Options} from './options.ts';

export type MasakariView = View<Options, Facts>;

/** What the unit sees, read once: every part of the decision starts from this. */
export interface Situation {
  readonly distribution: Distribution;
  readonly archive: Archive;
  /** The apt source is in place, so that packages come from where they should. */
  readonly isArchiveReady: boolean;
  readonly readings: {
    readonly 'shared-db': Reading<Database>;
    readonly amqp: Reading<MessageBroker>;
    readonly 'identity-service': Reading<ServiceUser>;
  };
  readonly ha: HaState;
  readonly alert: AlertState;
  readonly evacuation: Evacuation;
  readonly place: ApiPlace;
  /** What is wrong with the options about addresses; while there is something, nothing built on them changes. */
  readonly problems: readonly Problem[];
  /** Bindings without an address. */
  readonly unaddressed: readonly string[];
  readonly peers: readonly Peer[];
  readonly peerReasons: readonly string[];
  /** The database the tables of which are known to be there; empty for none. */
  readonly syncedFor: string;
}

export function getSituation(view: MasakariView): Situation {
  const {config, networks, host, facts} = view;
  const cidrs = getCidrOptions(config);
  const vips = parseVips(config.vip ?? '', {networks, cidrs});
  const archive = getArchive(parseOrigin(config['openstack-origin'] ?? '') ?? {kind: 'distro'}, host.os);
  const {peers, reasons} = readPeers(view);
  const database = sharedDb.read(view);
  const user = identityService.read(view);
  const ha = getHaState(view);
  return {
    distribution: getDistribution(host.os.id),
    archive,
    isArchiveReady: archive.kind !== 'source' || archive.file.content === facts.archive,
    readings: {
      'shared-db': database,
      amqp: amqp.read(view),
      'identity-service': user,
    },
    ha,
    alert: getAlertState(view, ha, user),
    evacuation: getEvacuation(view, ha),
    place: {
      networks,
      cidrs,
      vips: vips.ok ? vips.value : [],
      hostnames: getHostnameOptions(config, view.context.application),
    },
    problems: vips.ok ? [] : vips.problems,
    unaddressed: API_BINDINGS.filter((binding) => getOwnAddress({networks, cidrs}, binding) === null),
    peers,
    peerReasons: reasons,
    syncedFor: getSyncedFor(view, database.state === 'complete' ? database.relationId : null),
  };
}

/** The peers' common memory of which database is up to date. */
export const SYNC_KEY = 'db-sync-done';

/** The leader knows what it has just done; the others hear of it from the application's data. */
function getSyncedFor(view: MasakariView, relation: string | null): string {
  const told = clusterEndpoint.relations(view)[0]?.applicationData[SYNC_KEY] ?? '';
  return view.isLeader && relation !== null && view.facts.syncedFor === relation ? relation : told;
}

/** The database relation in use, or null. */
export function getDatabaseRelation({readings}: Situation): string | null {
  const reading = readings['shared-db'];
  return reading.state === 'complete' ? reading.relationId : null;
}

/** Whether the service may run: all it needs is known and its tables are there. */
export function isServiceReady(situation: Situation): boolean {
  const isComplete = Object.values(situation.readings).every(({state}) => state === 'complete');
  return isComplete && situation.syncedFor === getDatabaseRelation(situation);
}
