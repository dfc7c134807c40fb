import type {LeftoversDecision, WantedFile, WantedService} from '#charm';
import {ARCHIVE_PATH, getHaproxyContext, getWorkers, type HaproxyContext} from '#openstack';

import {getAlertFiles, getAlertServices, SPOOL_FOLDER} from './alert-files.ts';
import type {DatabaseDecision} from './database-sync.ts';
import {getEngineStopFiles} from './engine-stop.ts';
import {getApiFiles, getBrokerCaPath, getHaproxyFile, getServiceFiles} from './files.ts';
import {HAPROXY_PATH} from './facts.ts';
import type {HaproxyDecision} from './haproxy-reload.ts';
import {API_PORT, SERVER_PORT} from './interfaces.ts';
import type {ConfInput} from './masakari-conf.ts';
import {getRelationData} from './relation-data.ts';
import {getDatabaseRelation, getSituation, isServiceReady, type MasakariView, type Situation} from './situation.ts';
import {getStatuses} from './statuses.ts';

export type Decision = DatabaseDecision & HaproxyDecision & LeftoversDecision;

type WantedFiles = NonNullable<Decision['files']>;

/** What should be true of a masakari unit. */
export function desire(view: MasakariView): Decision {
  const situation = getSituation(view);
  return situation.isArchiveReady ? desireService(view, situation) : desireArchive(view, situation);
}

/** Before anything is installed, apt must know where from. */
function desireArchive(view: MasakariView, situation: Situation): Decision {
  const {archive} = situation;
  const source = archive.kind === 'source' ? archive : null;
  const others = getFiles(view, situation, null).filter(({path}) => path !== ARCHIVE_PATH);
  return {
    packages: source?.keyring === undefined ? [] : [source.keyring],
    files: [
      ...(source === null ? [] : [source.file]),
      ...[...others, ...getEngineStopFiles(), ...getAlertFiles(situation.alert)].map(({path}) => ({
        path,
        keep: true as const,
      })),
    ],
    statuses: getStatuses(view, situation),
  };
}

function desireService(view: MasakariView, situation: Situation): Decision {
  const {distribution, archive} = situation;
  const files = getFiles(view, situation, getHaproxy(view, situation));
  return {
    packages: [
      ...(archive.kind === 'source' && archive.keyring !== undefined ? [archive.keyring] : []),
      ...distribution.packages,
    ],
    ...getAlertDecision(view, situation),
    files: [...files, ...getEngineStopFiles(), ...getAlertFiles(situation.alert)],
    services: [...getServices(view, situation, files), ...getAlertServices(situation.alert)],
    relationData: getRelationData(view, situation),
    ports: [`${API_PORT}/tcp`],
    ...(view.facts.version === '' ? {} : {workloadVersion: view.facts.version}),
    ...getDatabaseDecision(view, situation),
    ...getHaproxyDecision(situation, files),
    statuses: getStatuses(view, situation),
  };
}

/** The leader makes the tables, once masakari.conf says where. */
function getDatabaseDecision(view: MasakariView, situation: Situation): Pick<Decision, 'syncDatabase'> {
  const relation = getDatabaseRelation(situation);
  const isKnown = relation !== null && getConfInput(view, situation) !== null;
  const mustSync = isKnown && view.isLeader && !view.isLeaving && situation.syncedFor !== relation;
  return mustSync ? {syncDatabase: relation} : {};
}

/** A fence that was not delivered while the option was set is not to be when it is set again, much later. */
function getAlertDecision({facts}: MasakariView, {alert}: Situation): Pick<Decision, 'folders' | 'leftovers'> {
  switch (alert.kind) {
    case 'on':
      return {folders: [SPOOL_FOLDER]};
    case 'off':
      return {leftovers: facts.spooled};
    case 'held':
    case 'stopping':
      return {};
  }
}

function getHaproxyDecision({ha}: Situation, files: WantedFiles): Pick<Decision, 'clusteredHaproxy'> {
  const file = files.find(({path}) => path === HAPROXY_PATH);
  return ha === 'clustered'
    ? {clusteredHaproxy: {config: file !== undefined && isWhole(file) ? file.content : null}}
    : {};
}

/** Null while what it is made from is bad, or no address is known: haproxy then runs on with what it has. */
function getHaproxy(view: MasakariView, situation: Situation): HaproxyContext | null {
  const {place, peers, peerReasons, problems} = situation;
  if (problems.length > 0 || peerReasons.length > 0) {
    return null;
  }
  const {config, context, facts} = view;
  return getHaproxyContext({
    service: 'masakari',
    listenPort: API_PORT,
    serverPort: SERVER_PORT,
    unit: context.unit,
    place,
    peers,
    timeouts: {
      server: config['haproxy-server-timeout'] ?? 90_000,
      client: config['haproxy-client-timeout'] ?? 90_000,
      queue: config['haproxy-queue-timeout'] ?? 9_000,
      connect: config['haproxy-connect-timeout'] ?? 9_000,
    },
    statsPassword: facts.statsPassword,
  });
}

function getFiles(view: MasakariView, situation: Situation, haproxy: HaproxyContext | null): WantedFiles {
  const {archive, distribution} = situation;
  const workers = getWorkers(view.host.cpus, view.config['worker-multiplier']);
  return [
    ...(archive.kind === 'source' ? [archive.file] : []),
    ...getApiFiles(distribution, {workers, hasIpv6: haproxy?.hasIpv6 ?? false}),
    ...getServiceFiles(getConfInput(view, situation), getBrokerCaPath(view.context.application)),
    getHaproxyFile(haproxy),
  ];
}

function getConfInput({config, context}: MasakariView, situation: Situation): ConfInput | null {
  const {readings, distribution, evacuation} = situation;
  const {'shared-db': database, amqp: broker, 'identity-service': user} = readings;
  if (database.state !== 'complete' || broker.state !== 'complete' || user.state !== 'complete') {
    return null;
  }
  return {
    database: database.value,
    broker: broker.value,
    user: user.value,
    options: config,
    evacuationDelay: evacuation.delay,
    brokerCaPath: getBrokerCaPath(context.application),
    hasTaskflowStore: distribution.hasTaskflowStore,
  };
}

function isWhole(file: WantedFiles[number]): file is WantedFile {
  return 'content' in file;
}

/**
 * Services in the order in which ports become free: the packages start the API where haproxy is to listen. A service that
 * ran and whose configuration is unknown for now is left alone, as is a haproxy that Pacemaker owns.
 */
function getServices(view: MasakariView, situation: Situation, files: WantedFiles): readonly WantedService[] {
  const texts = files.filter(isWhole).map(({path, content}) => ({path, content}));
  const haproxy = texts.filter(({path}) => path === HAPROXY_PATH).map(({content}) => content);
  const ours = texts.filter(({path}) => path !== HAPROXY_PATH && path !== ARCHIVE_PATH).map(({content}) => content);
  const names = [situation.distribution.apiService, 'masakari-engine'];
  return [
    {name: 'memcached', isRunning: true},
    ...getOwnServices(names, ours, {isReady: isServiceReady(situation), wasConfigured: view.facts.wasConfigured}),
    ...(situation.ha === 'clustered' || haproxy.length === 0
      ? []
      : [{name: 'haproxy', isRunning: true, isEnabled: true, restartWhen: haproxy}]),
  ];
}

function getOwnServices(
  names: readonly string[],
  restartWhen: readonly string[],
  {isReady, wasConfigured}: {readonly isReady: boolean; readonly wasConfigured: boolean},
): readonly WantedService[] {
  if (isReady) {
    return names.map((name) => ({name, isRunning: true, isEnabled: true, restartWhen}));
  }
  return wasConfigured ? [] : names.map((name) => ({name, isRunning: false}));
}
