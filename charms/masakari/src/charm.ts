import {createLeftoversFacet, defineCharm, defineEndpoint, parseNothing, type Charm} from '#charm';
import {API_BINDINGS, clusterEndpoint, haEndpoint} from '#openstack';

import {createDatabaseSyncFacet} from './database-sync.ts';
import {desire, type Decision} from './desire.ts';
import {readFacts, type Facts} from './facts.ts';
import {createHaproxyReloadFacet} from './haproxy-reload.ts';
import {amqp, identityService, sharedDb} from './interfaces.ts';
import {parseOptions, type Options} from './options.ts';
import {returnHost} from './return-host.ts';

/** The masakari charm. */
export const charm: Charm = defineCharm<Options, Facts, Decision>({
  config: parseOptions,
  endpoints: [
    sharedDb.endpoint,
    amqp.endpoint,
    identityService.endpoint,
    haEndpoint,
    clusterEndpoint,
    defineEndpoint({name: 'certificates', unit: parseNothing}),
  ],
  networks: [...API_BINDINGS, 'shared-db', 'amqp'],
  readFacts,
  desire,
  facets: (ports) => [createDatabaseSyncFacet(ports), createHaproxyReloadFacet(ports), createLeftoversFacet(ports)],
  actions: {'return-host': returnHost},
});
