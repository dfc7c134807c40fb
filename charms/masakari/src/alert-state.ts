import type {HaState, Reading, ServiceUser} from '#openstack';

import type {CloudCredentials} from './alert/credentials.ts';
import type {Options} from './options.ts';
import type {MasakariView} from './situation.ts';

/**
 * Whether the cluster tells Masakari of fenced nodes. `held`: it is to, but what it needs cannot be said now, and stays as it is;
 * `stopping`: it is not to any more, and systemd still has its timer.
 */
export type AlertState =
  {readonly kind: 'off' | 'stopping' | 'held'} | {readonly kind: 'on'; readonly credentials: CloudCredentials};

/** A member's Pacemaker brings the accounts that the alert runs by, so nothing of it is there before the cluster is. */
export function getAlertState(view: MasakariView, ha: HaState, user: Reading<ServiceUser>): AlertState {
  const {config, facts, context} = view;
  const isGoing = context.event.kind === 'unit' && context.event.name === 'stop';
  if (!config['notify-after-fencing'] || ha !== 'clustered' || isGoing) {
    return {kind: facts.hasAlertTimer ? 'stopping' : 'off'};
  }
  return user.state === 'complete' ? {kind: 'on', credentials: getCredentials(config, user.value)} : {kind: 'held'};
}

/** Nova and Masakari are reached as Masakari itself reaches Nova. */
export function getCredentials(config: Options, user: ServiceUser): CloudCredentials {
  const {username, password, project, domain, serviceUrl} = user;
  return {
    authUrl: `${serviceUrl}/v3`,
    username,
    password,
    project,
    domain,
    region: config.region,
    interface: config['use-internal-endpoints'] ? 'internal' : 'public',
  };
}
