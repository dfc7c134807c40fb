import type {WantedRelationData} from '#charm';
import {
  addHaproxyClone,
  API_BINDINGS,
  clusterEndpoint,
  getAmqpRequest,
  getEndpointUrls,
  getIdentityServiceRequest,
  getPeerData,
  getPrimaryAddress,
  getSharedDbRequest,
  getVipRequest,
  haEndpoint,
  parseHaRequest,
  renderHaRequest,
  sayOnAll,
} from '#openstack';

import {getAlerts} from './alert-files.ts';
import {API_PORT, BROKER, DATABASE} from './interfaces.ts';
import {SYNC_KEY, type MasakariView, type Situation} from './situation.ts';

/** All that this unit, and as leader the application, says. What cannot be said now is left as it was said before. */
export function getRelationData(view: MasakariView, situation: Situation): readonly WantedRelationData[] {
  return [
    ...getPeerRelationData(view, situation),
    ...getDatabaseRequests(view),
    ...getBrokerRequests(view),
    ...getRegistrations(view, situation),
    ...getHaRequests(view, situation),
  ];
}

function getPeerRelationData(view: MasakariView, {place, syncedFor}: Situation): readonly WantedRelationData[] {
  return clusterEndpoint
    .relations(view)
    .flatMap(({id}): WantedRelationData[] => [
      {relationId: id, scope: 'unit', data: getPeerData(place)},
      ...(syncedFor === '' ? [] : [{relationId: id, scope: 'application' as const, data: {[SYNC_KEY]: syncedFor}}]),
    ]);
}

function getDatabaseRequests(view: MasakariView): readonly WantedRelationData[] {
  const address = getPrimaryAddress(view.networks['shared-db']);
  return address === null ? [] : sayOnAll(view, 'shared-db', getSharedDbRequest(DATABASE, address));
}

function getBrokerRequests(view: MasakariView): readonly WantedRelationData[] {
  const address = getPrimaryAddress(view.networks['amqp']);
  return address === null ? [] : sayOnAll(view, 'amqp', getAmqpRequest(BROKER, address));
}

/** Whether the addresses clients are sent to are settled: an API in a cluster is never registered without its VIP. */
function areAddressesKnown(view: MasakariView, {problems, ha}: Situation): boolean {
  return problems.length === 0 && (ha === 'none' || view.config.vip !== null) && !view.config['dns-ha'];
}

function getRegistrations(view: MasakariView, situation: Situation): readonly WantedRelationData[] {
  const urls = getEndpointUrls(situation.place, {protocol: 'http', port: API_PORT, path: '/v1/%(tenant_id)s'});
  if (urls === null || !areAddressesKnown(view, situation)) {
    return [];
  }
  const entry = {
    service: 'masakari',
    region: view.config.region,
    publicUrl: urls.public,
    internalUrl: urls.internal,
    adminUrl: urls.admin,
  };
  return sayOnAll(view, 'identity-service', getIdentityServiceRequest(entry));
}

function getHaRequests(view: MasakariView, situation: Situation): readonly WantedRelationData[] {
  const {vips, networks} = situation.place;
  if (vips.length === 0 || !areAddressesKnown(view, situation)) {
    return [];
  }
  return haEndpoint.relations(view).map(({id, unitData}) => {
    const before = parseHaRequest(unitData);
    const request = getVipRequest({
      service: 'masakari',
      vips,
      networks: API_BINDINGS.map((binding) => networks[binding]),
      before: before.ok ? before.value : null,
    });
    const data = renderHaRequest({
      ...addHaproxyClone(request, 'masakari'),
      alerts: getAlerts(situation.alert, before.ok ? before.value.alerts : {}),
      bindInterface: view.config.vip_iface,
      multicastPort: '4440',
    });
    return {relationId: id, scope: 'unit', data};
  });
}
