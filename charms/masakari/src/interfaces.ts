import {requireAmqp, requireIdentityService, requireSharedDb} from '#openstack';

/** What Masakari calls itself to the database and the broker. */
export const DATABASE = {database: 'masakari', username: 'masakari'} as const;
export const BROKER = {username: 'masakari', vhost: 'masakari'} as const;

export const sharedDb = requireSharedDb(DATABASE);
export const amqp = requireAmqp(BROKER);
export const identityService = requireIdentityService();

/** Where clients reach the API, through haproxy. */
export const API_PORT = 15_868;
/** Where the API itself listens. */
export const SERVER_PORT = 15_858;
