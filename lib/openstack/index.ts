/** What OpenStack charms share. The entry of the room: other rooms and charms import only this. */
export {getCidrs, getInterfaceFor, getPrimaryAddress, isCidr, isInCidr, parseAddress} from './addresses.ts';
export {getAmqpRequest, getTransportUrl, requireAmqp} from './amqp.ts';
export type {AmqpOptions, MessageBroker} from './amqp.ts';
export {API_BINDINGS, getEndpointHost, getEndpointUrls, getOwnAddress} from './api-endpoints.ts';
export type {ApiBinding, ApiPlace} from './api-endpoints.ts';
export {clusterEndpoint, getPeerData, readPeers} from './cluster-peer.ts';
export type {Peer} from './cluster-peer.ts';
export {
  formatHost,
  hostField,
  isHost,
  isOneLine,
  isYes,
  parseBag,
  portField,
  protocolField,
  textField,
} from './fields.ts';
export {ALERTS_KEY, REMOTES_ATTRIBUTE} from './ha-alerts.ts';
export type {HaAlert} from './ha-alerts.ts';
export {FENCING_BOUND_KEY, renderFencingBound} from './ha-bound.ts';
export type {FencingBound} from './ha-bound.ts';
export {EMPTY_HA_REQUEST, encodePythonJson, hasHaRequest, parseHaRequest, renderHaRequest} from './ha-interface.ts';
export type {HaRequest} from './ha-interface.ts';
export {getFencingBound, getHaState, getRegisteredAlerts, haEndpoint} from './ha-relation.ts';
export type {HaState} from './ha-relation.ts';
export {getHaproxyContext} from './haproxy.ts';
export type {HaproxyContext, HaproxyNetwork, HaproxyOptions, HaproxyTimeouts} from './haproxy.ts';
export {getIdentityCredentialsRequest, requireIdentityCredentials} from './identity-credentials.ts';
export type {Credentials} from './identity-credentials.ts';
export {getIdentityServiceRequest, requireIdentityService} from './identity-service.ts';
export type {CatalogueEntry, ServiceUser} from './identity-service.ts';
export {ARCHIVE_PATH, getArchive, getUpstreamVersion, parseOrigin} from './origin.ts';
export type {Archive, Origin} from './origin.ts';
export {parsePythonLiteral} from './python-literal.ts';
export {createRequirer, sayOnAll} from './requirer.ts';
export type {InterfaceView, Reading, Requirer, RequirerOptions} from './requirer.ts';
export {
  DATABASE_FILE_PATHS,
  getDatabaseFiles,
  getDatabaseUri,
  getSharedDbRequest,
  requireSharedDb,
} from './shared-db.ts';
export type {Database, SharedDbOptions} from './shared-db.ts';
export {assess} from './status.ts';
export type {Assessed} from './status.ts';
export {addHaproxyClone, getVipRequest, getVipResourceName, parseVips} from './vips.ts';
export type {VipRequestOptions} from './vips.ts';
export {getWorkers} from './workers.ts';
