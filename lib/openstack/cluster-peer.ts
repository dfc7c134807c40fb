import {defineEndpoint, type Databag, type Endpoint, type RelationView} from '#charm';
import * as z from 'zod/mini';

import {parseAddress} from './addresses.ts';
import {API_BINDINGS, getOwnAddress, type ApiBinding, type ApiPlace} from './api-endpoints.ts';
import {parseBag} from './fields.ts';
import {getUnitReasons} from './requirer.ts';

const addressField = z.string().check(z.refine((text) => parseAddress(text) !== null, 'must be an IP address'));

const Shape = z.object({
  'public-address': z.optional(addressField),
  'internal-address': z.optional(addressField),
  'admin-address': z.optional(addressField),
});

/** The peer relation `cluster` (interface openstack-ha): each unit's addresses by binding. */
export const clusterEndpoint: Endpoint<z.infer<typeof Shape>> = defineEndpoint({
  name: 'cluster',
  unit: parseBag(Shape),
  isPeer: true,
});

/** Another unit of the application, with the addresses it has published so far. */
export interface Peer {
  readonly unit: string;
  readonly addresses: Readonly<Partial<Record<ApiBinding, string>>>;
}

/** The other units; `reasons` says what is wrong with those whose data is not what it should be. */
export function readPeers(view: {readonly relations: readonly RelationView[]}): {
  readonly peers: readonly Peer[];
  readonly reasons: readonly string[];
} {
  const relations = clusterEndpoint.relations(view);
  const peers = relations.flatMap(({remoteUnits}) =>
    remoteUnits.flatMap(({name, data}) => (data === undefined ? [] : [{unit: name, addresses: getAddresses(data)}])),
  );
  return {peers, reasons: relations.flatMap(getUnitReasons)};
}

function getAddresses(data: z.infer<typeof Shape>): Peer['addresses'] {
  const known = API_BINDINGS.flatMap((binding): [ApiBinding, string][] => {
    const address = data[`${binding}-address`];
    return address === undefined ? [] : [[binding, address]];
  });
  return Object.fromEntries(known);
}

/** What this unit tells its peers. */
export function getPeerData(place: Pick<ApiPlace, 'networks' | 'cidrs'>): Databag {
  const pairs = API_BINDINGS.flatMap((binding): [string, string][] => {
    const address = getOwnAddress(place, binding);
    return address === null ? [] : [[`${binding}-address`, address]];
  });
  return Object.fromEntries(pairs);
}
