import type {Request} from '../../shared/requests.ts';
import {formatBaseUrl} from '../../shared/address.ts';
import {ADMIN_PORT, PUBLIC_PORT, SERVICE_TYPES, type Identity} from './answers.ts';

/** A service in one region. */
export interface Entry {
  readonly service: string;
  /** Keystone's type of it. */
  readonly type: string;
  readonly region: string;
  readonly publicUrl: string;
  readonly internalUrl: string;
  readonly adminUrl: string;
}

/**
 * The identity service and all that were registered, sorted by region and type. Of two applications that register the same
 * service in one region the first counts.
 */
export function getEntries(identity: Identity, requests: readonly Request[]): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const entry of [getOwnEntry(identity), ...requests.map(getEntry)]) {
    const key = getKey(entry);
    if (!entries.has(key)) {
      entries.set(key, entry);
    }
  }
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function getKey({region, type}: Entry): string {
  return `${region}.${type}`;
}

/** Keystone's templated catalogue. */
export function renderCatalogue(entries: readonly Entry[]): string {
  return entries.map((entry) => renderEntry(`catalog.${getKey(entry)}`, entry)).join('');
}

function getOwnEntry({publicHost, internalHost, adminHost, region}: Identity): Entry {
  return {
    service: 'keystone',
    type: 'identity',
    region,
    publicUrl: `${formatBaseUrl(publicHost, PUBLIC_PORT)}/v3`,
    internalUrl: `${formatBaseUrl(internalHost, PUBLIC_PORT)}/v3`,
    adminUrl: `${formatBaseUrl(adminHost, ADMIN_PORT)}/v3`,
  };
}

function getEntry({values}: Request): Entry {
  const service = values['service'] ?? '';
  return {
    service,
    type: SERVICE_TYPES[service] ?? service,
    region: values['region'] ?? '',
    publicUrl: values['public_url'] ?? '',
    internalUrl: values['internal_url'] ?? '',
    adminUrl: values['admin_url'] ?? '',
  };
}

/** Keystone substitutes `$(tenant_id)s` in this file where services write `%(tenant_id)s`. */
function renderEntry(key: string, {service, publicUrl, internalUrl, adminUrl}: Entry): string {
  const put = (name: string, value: string): string => `${key}.${name} = ${value.replaceAll('%(', '$(')}\n`;
  return [
    put('publicURL', publicUrl),
    put('internalURL', internalUrl),
    put('adminURL', adminUrl),
    put('name', service),
  ].join('');
}
