import {waiting, type Status} from '#charm';

import {getDatabaseRefusal} from '../../shared/credentials.ts';
import {decideServer, getServerStatuses, isSetUp, type ServerWish} from '../../shared/server.ts';
import {getCredentialsUser, getServiceUser, SERVICES_PROJECT, type Identity} from './answers.ts';
import {getEntries} from './catalogue.ts';
import {
  IDENTITY_PROGRAM,
  isUserMade,
  type IdentityDecision,
  type IdentityUser,
  type WantedIdentity,
} from './identity.ts';
import {getAuthUrl, getRealSetUp, REAL, renderRealFiles, type RealInput} from './real.ts';
import type {AllAsked, Facts, KeystoneView, Situation} from './situation.ts';

/** What is decided where Keystone runs for real. */
export interface RealDecision {
  readonly workload: Omit<IdentityDecision, 'statuses'>;
  readonly statuses: readonly Status[];
  /** What may be told to others: the identity as far as Keystone holds it; null while that is nothing. */
  readonly answering: Identity | null;
}

/** The server and what it is to hold. */
export function decideReal(view: KeystoneView, {reading, identity, store, asked}: Situation): RealDecision {
  const answering = getMade(identity, view.facts);
  const adminPassword = store.getHex('password-admin', 16);
  if (reading.state !== 'complete' || identity === null || adminPassword === null) {
    return {workload: decideServer(REAL, view.facts, null), statuses: [], answering};
  }
  const input = {database: reading.value, identity, adminPassword};
  const wish = getWish(view, input, reading.relationId);
  const wanted = getWanted(asked, input);
  // Once every password is there: each change of what is wanted costs a run through the API.
  const isAble = wish.canSetUp && isSetUp(wish.setUp, view.facts) && !store.isWaiting();
  const isWaiting = isAble && !wanted.users.every((user) => isUserMade(view.facts.made, user));
  return {
    workload: {...decideServer(REAL, view.facts, wish), ...(isAble ? {identity: wanted} : {})},
    statuses: [
      ...getServerStatuses(REAL, view.facts, wish),
      ...(isWaiting ? [waiting('the API has not taken its users yet; the next hook tries again')] : []),
    ],
    answering,
  };
}

function getWish(view: KeystoneView, input: RealInput, relationId: string): ServerWish {
  const {host, config, isLeader, isLeaving} = view;
  const workers = {cpus: host.cpus, multiplier: config['worker-multiplier'] ?? null};
  return {
    files: [...renderRealFiles(input, workers), {path: IDENTITY_PROGRAM, source: 'files/identity.py'}],
    setUp: getRealSetUp(input, [getDatabaseRefusal(view, relationId)]),
    canSetUp: isLeader && !isLeaving,
  };
}

function getWanted(asked: AllAsked, {identity, adminPassword}: RealInput): WantedIdentity {
  const requests = asked.services.flatMap((relation) => relation.requests);
  return {
    admin: {authUrl: getAuthUrl(identity), password: adminPassword},
    domains: [
      {name: 'service_domain', id: identity.domainId},
      {name: 'admin_domain', id: identity.adminDomainId},
    ],
    users: getUsers(asked, identity),
    endpoints: getEntries(identity, requests),
  };
}

/** Everybody who is asked for and has a password. */
function getUsers(asked: AllAsked, {getPassword}: Identity): readonly IdentityUser[] {
  const accounts = [
    ...asked.services.map(({requests}) => getServiceUser(requests)),
    ...asked.credentials.map(({requests}) => getCredentialsUser(requests)),
  ];
  const users = accounts.flatMap((account): [string, IdentityUser][] => {
    const password = account === null ? null : getPassword(account);
    return account === null || password === null ? [] : [[account.username, {...account, password}]];
  });
  return [...new Map(users).values()];
}

/** With Keystone's own ids, and without users that are not there yet. */
function getMade(identity: Identity | null, {made}: Facts): Identity | null {
  const projectId = made.projects[SERVICES_PROJECT];
  if (identity === null || projectId === undefined) {
    return null;
  }
  return {
    ...identity,
    projectId,
    getPassword: (account) => {
      const password = identity.getPassword(account);
      return password !== null && isUserMade(made, {...account, password}) ? password : null;
    },
    getProjectId: (project) => made.projects[project] ?? null,
  };
}
