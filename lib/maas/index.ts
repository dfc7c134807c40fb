/** The MAAS 2.0 API: who asks, how, and what fencing needs of it. */
export {getAuthorization, isApiKey, parseApiKey} from './api-key.ts';
export type {ApiKey, Freshness} from './api-key.ts';
export {createMaasClient, getApiUrl} from './client.ts';
export type {Clock, MaasClient, MaasClientOptions, MaasMachine, MaasPower} from './client.ts';
export {MaasError} from './errors.ts';
export type {MaasErrorKind} from './errors.ts';
export {sendHttp} from './http.ts';
export type {HttpAnswer, HttpRequest, SendHttp} from './http.ts';
export {ensurePower, findMachine, withPatience} from './power.ts';
export type {PowerChange, Work} from './power.ts';
