import {getSharedDbRequest, requireSharedDb, type Database} from '#openstack';

import type {DatabaseSide} from './api-charm.ts';

/** One database, with a user of its name. */
export function askForDatabase(name: string): DatabaseSide<Database> {
  const options = {database: name, username: name};
  const {endpoint, read} = requireSharedDb(options);
  return {endpoint, read, getRequest: (hostname) => getSharedDbRequest(options, hostname)};
}
