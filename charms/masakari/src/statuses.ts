import {active, blocked, waiting, type Status} from '#charm';
import {assess, getRegisteredAlerts} from '#openstack';

import type {Gap} from './alert/protection.ts';
import {ALERT} from './alert-files.ts';
import {getDatabaseRelation, isServiceReady, type MasakariView, type Situation} from './situation.ts';

/** Every reason for a status; the worst is shown. */
export function getStatuses(view: MasakariView, situation: Situation): readonly Status[] {
  const services = isServiceReady(situation) ? getServices(view, situation) : {};
  const interfaces = assess({required: situation.readings, services});
  return [
    ...getOptionStatuses(view, situation),
    ...getAlertStatuses(view, situation),
    ...situation.peerReasons.map((reason) => blocked(reason)),
    ...(interfaces === null ? [] : [interfaces]),
    ...getWaitStatuses(view, situation),
    active(getRemark(view, situation)),
  ];
}

function getOptionStatuses({config, relations}: MasakariView, situation: Situation): readonly Status[] {
  const {problems, unaddressed, archive, ha} = situation;
  const isMissing = ha !== 'none' && config.vip === null && !config['dns-ha'];
  const hasCertificates =
    relations.some(({endpoint}) => endpoint === 'certificates') || config.ssl_cert || config.ssl_key;
  return [
    ...problems.map(({key, message}) => blocked(`option ${key}: ${message}`)),
    ...(isMissing ? [blocked("option vip is not set: 'ha' needs at least one virtual IP address")] : []),
    ...(config['dns-ha'] ? [blocked('option dns-ha: this version of the charm has no DNS HA, set vip instead')] : []),
    ...unaddressed.map((binding) => blocked(`binding ${binding} has no address on this unit`)),
    ...(archive.kind === 'unusable' ? [blocked(archive.reason)] : []),
    ...(hasCertificates
      ? [blocked("'certificates', ssl_cert and ssl_key cannot be used: this version of the charm serves HTTP only")]
      : []),
  ];
}

/** An alert that nobody registers is a promise that nobody keeps. */
function getAlertStatuses(view: MasakariView, {ha, alert}: Situation): readonly Status[] {
  const reason = 'the cluster is to tell what it has fenced';
  const isMissing = alert.kind === 'on' && !getRegisteredAlerts(view).includes(ALERT);
  return [
    ...(view.config['notify-after-fencing'] && ha === 'none'
      ? [blocked(`option notify-after-fencing needs a relation 'ha' to hacluster: ${reason}`)]
      : []),
    ...(isMissing
      ? [waiting("'ha' incomplete: the alert of fencing is not registered (hacluster in Python cannot)")]
      : []),
  ];
}

function getWaitStatuses(view: MasakariView, situation: Situation): readonly Status[] {
  const isComplete = Object.values(situation.readings).every(({state}) => state === 'complete');
  return [
    ...(isComplete && !isServiceReady(situation) ? [getDatabaseStatus(view, situation)] : []),
    ...(situation.ha === 'unclustered' ? [waiting("'ha' incomplete")] : []),
  ];
}

/** The leader tries again with every hook. */
function getDatabaseStatus({isLeader, facts}: MasakariView, situation: Situation): Status {
  const hasFailed = isLeader && facts.syncFailedFor === getDatabaseRelation(situation);
  return waiting(
    hasFailed
      ? 'the database cannot be set up yet: masakari-manage db sync fails, see /var/log/masakari'
      : 'Waiting for the leader to set up the database',
  );
}

/** The services that should run and are not Pacemaker's, and whether they do. */
function getServices({facts}: MasakariView, {distribution, ha}: Situation): Readonly<Record<string, boolean>> {
  const names = ['memcached', distribution.apiService, 'masakari-engine', ...(ha === 'clustered' ? [] : ['haproxy'])];
  return Object.fromEntries(names.map((name) => [name, facts.running[name] === true]));
}

function getRemark({facts}: MasakariView, {archive, alert, evacuation}: Situation): string {
  const origin = archive.kind === 'own' ? (archive.remark ?? null) : null;
  const remarks = [evacuation.remark, origin].filter((remark) => remark !== null);
  const ready = remarks.length === 0 ? 'Unit is ready' : `Unit is ready (${remarks.join('; ')})`;
  return [ready, ...(alert.kind === 'on' ? describeGaps(facts.gaps) : [])].join('; ');
}

/** Names in a status; the journal has them all. */
const NAMED = 3;
const REMEDY = 'run return-host';

/** No reason to block: the service is up, and an operator may have meant it. */
function describeGaps(gaps: readonly Gap[]): readonly string[] {
  const unused = gaps.filter(({reason}) => reason === 'disabled');
  const unprotected = gaps.filter((gap) => !unused.includes(gap));
  return [describeSome('not protected', unprotected), describeSome('without new guests', unused)].filter(
    (text) => text !== '',
  );
}

function describeSome(what: string, gaps: readonly Gap[]): string {
  const named = gaps
    .slice(0, NAMED)
    .map(({host, reason}) => `${host} (${reason === 'in no segment' ? reason : `${reason}: ${REMEDY}`})`);
  const more = gaps.length > NAMED ? ` and ${gaps.length - NAMED} more` : '';
  return gaps.length === 0 ? '' : `${what}: ${named.join(', ')}${more}`;
}
