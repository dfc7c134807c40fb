import type {Network} from '#charm';

import {getCidrs, getPrimaryAddress, isInCidr} from './addresses.ts';
import {formatHost} from './fields.ts';

/** The three kinds of endpoint an OpenStack API has, by the names of their bindings, in the order Keystone lists them. */
export const API_BINDINGS = ['public', 'internal', 'admin'] as const;
/** One of `API_BINDINGS`. */
export type ApiBinding = (typeof API_BINDINGS)[number];

/** What decides where an API is found. */
export interface ApiPlace {
  readonly networks: Readonly<Record<string, Network>>;
  readonly vips: readonly string[];
  /** `os-<binding>-hostname`, for those that are set. */
  readonly hostnames: Readonly<Partial<Record<ApiBinding, string>>>;
  /** `os-<binding>-network` in CIDR form, for those that are set. */
  readonly cidrs: Readonly<Partial<Record<ApiBinding, string>>>;
}

/** This unit's own address for one kind of endpoint: inside its `os-*-network`, else the binding's; null for none. */
export function getOwnAddress(
  {networks, cidrs}: Pick<ApiPlace, 'networks' | 'cidrs'>,
  binding: ApiBinding,
): string | null {
  const wanted = cidrs[binding];
  const all = Object.values(networks).flatMap(({bindAddresses}) =>
    bindAddresses.flatMap(({addresses}) => addresses.map(({value}) => value)),
  );
  const inside = wanted === undefined ? undefined : all.find((address) => isInCidr(address, wanted));
  return inside ?? getPrimaryAddress(networks[binding]);
}

/** The networks in which a VIP serves one kind of endpoint. */
export function getApiCidrs(
  {networks, cidrs}: Pick<ApiPlace, 'networks' | 'cidrs'>,
  binding: ApiBinding,
): readonly string[] {
  const wanted = cidrs[binding];
  return wanted === undefined ? getCidrs(networks[binding]) : [wanted];
}

/** Where clients find one kind of endpoint: its host name option, else the VIP of its network, else the unit itself. */
export function getEndpointHost(place: ApiPlace, binding: ApiBinding): string | null {
  const cidrs = getApiCidrs(place, binding);
  const vip = place.vips.find((address) => cidrs.some((cidr) => isInCidr(address, cidr)));
  return place.hostnames[binding] ?? vip ?? getOwnAddress(place, binding);
}

/** A URL of each kind of endpoint, or null while one has no address. */
export function getEndpointUrls(
  place: ApiPlace,
  {protocol, port, path}: {readonly protocol: 'http' | 'https'; readonly port: number; readonly path: string},
): Readonly<Record<ApiBinding, string>> | null {
  const getUrl = (binding: ApiBinding): string | null => {
    const host = getEndpointHost(place, binding);
    return host === null ? null : `${protocol}://${formatHost(host)}:${port}${path}`;
  };
  const [publicUrl, internal, admin] = [getUrl('public'), getUrl('internal'), getUrl('admin')];
  return publicUrl === null || internal === null || admin === null ? null : {public: publicUrl, internal, admin};
}
