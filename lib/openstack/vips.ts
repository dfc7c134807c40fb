import {getSha1, type Network, type Parsed, type Problem} from '#charm';

import {getInterfaceFor, isInCidr, normaliseAddress, parseAddress} from './addresses.ts';
import {API_BINDINGS, getApiCidrs, type ApiPlace} from './api-endpoints.ts';
import {EMPTY_HA_REQUEST, type HaRequest} from './ha-interface.ts';

/**
 * The VIPs of a `vip` option, in its order and each once. One that is not an IP address, or lies in no network of the
 * public, internal and admin bindings (or of the `os-*-network` options), is a problem of the option.
 */
export function parseVips(option: string, place: Pick<ApiPlace, 'networks' | 'cidrs'>): Parsed<readonly string[]> {
  const words = option.split(/\s+/).filter((word) => word !== '');
  const vips = words.filter(
    (word, index) => words.findIndex((other) => normaliseAddress(other) === normaliseAddress(word)) === index,
  );
  const cidrs = API_BINDINGS.flatMap((binding) => getApiCidrs(place, binding));
  const problems = vips.flatMap((vip) => checkVip(vip, cidrs) ?? []);
  return problems.length === 0 ? {ok: true, value: vips} : {ok: false, problems};
}

/** As much of a bad word as a person needs to find it. */
function quote(word: string): string {
  return JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word);
}

function checkVip(vip: string, cidrs: readonly string[]): Problem | null {
  if (parseAddress(vip) === null) {
    return {key: 'vip', message: `${quote(vip)} is not an IP address`};
  }
  return cidrs.some((cidr) => isInCidr(vip, cidr))
    ? null
    : {key: 'vip', message: `${quote(vip)} lies in no network of the bindings public, internal and admin`};
}

/** The name of a VIP's resource: `res_masakari_321f78b_vip`, by the first 7 hex digits of the SHA-1 of its text. */
export function getVipResourceName(service: string, vip: string): string {
  return `res_${service}_${getSha1(vip).slice(0, 7)}_vip`;
}

/** What a request for virtual IPs is made of. */
export interface VipRequestOptions {
  /** The service's name in resources: `masakari`. */
  readonly service: string;
  readonly vips: readonly string[];
  /** Networks of the API bindings, to tell the interface of a VIP. */
  readonly networks: readonly (Network | undefined)[];
  /** What this unit asked for before, if it has. */
  readonly before?: HaRequest | null;
}

const VIP_PARAMS =
  '  meta migration-threshold="INFINITY" failure-timeout="5s"  op monitor timeout="20s" interval="10s" depth="0"';

/**
 * What is asked of hacluster for a service's VIPs: one IPaddr2 each, for IPv4 and IPv6 alike, and one group of them all,
 * also when there is only one. Names that an earlier request had and this one lacks are in `deleteResources`, as are
 * those that older charms gave by interface; a wanted name never is.
 */
export function getVipRequest({service, vips, networks, before = null}: VipRequestOptions): HaRequest {
  const names = vips.map((vip) => getVipResourceName(service, vip)).sort();
  const byInterface = vips
    .flatMap((vip) => getInterfaceFor(vip, networks) ?? [])
    .map((nic) => `res_${service}_${nic}_vip`);
  const isVipName = (name: string): boolean => name.startsWith(`res_${service}_`) && name.endsWith('_vip');
  const earlier = [...Object.keys(before?.resources ?? {}), ...(before?.deleteResources ?? [])].filter(isVipName);
  return {
    ...EMPTY_HA_REQUEST,
    resources: Object.fromEntries(names.map((name) => [name, 'ocf:heartbeat:IPaddr2'])),
    resourceParams: Object.fromEntries(
      vips.map((vip) => [getVipResourceName(service, vip), `  params ip="${vip}"${VIP_PARAMS}`]),
    ),
    groups: names.length === 0 ? {} : {[`grp_${service}_vips`]: names.join(' ')},
    deleteResources: [...new Set([...byInterface, ...earlier])].filter((name) => !names.includes(name)).sort(),
  };
}

/**
 * Adds haproxy, run by Pacemaker on every member: `res_<service>_haproxy` in the clone `cl_res_<service>_haproxy`.
 */
export function addHaproxyClone(request: HaRequest, service: string): HaRequest {
  const name = `res_${service}_haproxy`;
  const params = '  meta migration-threshold="INFINITY" failure-timeout="5s"  op monitor interval="5s"';
  return {
    ...request,
    resources: {...request.resources, [name]: 'lsb:haproxy'},
    resourceParams: {...request.resourceParams, [name]: params},
    clones: {...request.clones, [`cl_${name}`]: name},
    initServices: [...request.initServices, 'haproxy'],
  };
}
