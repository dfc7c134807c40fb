/** The rules for endpoints, which Juju checks in the order provides, requires, peers. */

import {CharmError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {getOwn} from '../record.ts';
import type {YamlNode} from '../yaml/types.ts';
import {getBool, getEntries, getField, getFieldsOf, getString, refuse} from './fields.ts';
import type {Fields} from './fields.ts';
import type {CharmMetadata, Endpoint, Role, Scope} from './types.ts';

const sections = [
  ['provides', 'provider'],
  ['requires', 'requirer'],
  ['peers', 'peer'],
] as const;

/** The endpoints of all three sections, checked one by one. Throws a CharmError with Juju's text. */
export function getDeclaredEndpoints(metadata: Fields, charm: string, subordinate: boolean): Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const [section, role] of sections) {
    for (const [name, node] of getEntries(metadata, section)) {
      const endpoint = getEndpoint({metadata, section, role}, name, node);
      const reason = checkEndpoint(endpoint, charm, subordinate);
      if (reason !== null) throw new CharmError(reason);
      if (endpoints.some((other) => other.name === name)) {
        throw new CharmError(`charm ${quote(charm)} using a duplicated relation name: ${quote(name)}`);
      }
      endpoints.push(endpoint);
    }
  }
  if (subordinate && !endpoints.some((endpoint) => endpoint.role === 'requirer' && endpoint.scope === 'container')) {
    throw new CharmError(`subordinate charm ${quote(charm)} lacks "requires" relation with container scope`);
  }
  return endpoints;
}

interface Section {
  readonly metadata: Fields;
  readonly section: string;
  readonly role: Role;
}

/** An endpoint written short (`db: mysql`) or long (`db: {interface: mysql, ...}`). */
function getEndpoint({metadata, section, role}: Section, name: string, node: YamlNode): Endpoint {
  if (node.kind === 'scalar' && node.type === 'string') {
    return {name, role, interface: node.value, scope: 'global', optional: false};
  }
  const fields = getFieldsOf(metadata, section, name, node);
  const limit = getLimit(fields);
  return {
    name,
    role,
    interface: getString(fields, 'interface'),
    scope: getScope(fields),
    ...(limit === null ? {} : {limit}),
    optional: getBool(fields, 'optional', false),
  };
}

function getLimit(fields: Fields): number | null {
  const node = getField(fields, 'limit');
  if (node === undefined) return null;
  return node.kind === 'scalar' && node.type === 'int' ? Number(node.value) : refuse(fields, 'limit', 'int');
}

function getScope(fields: Fields): Scope {
  const scope = getString(fields, 'scope', 'global');
  return scope === 'global' || scope === 'container' ? scope : refuse(fields, 'scope', '"global" or "container"');
}

function isReserved(name: string): boolean {
  return name === 'juju' || name.startsWith('juju-');
}

function checkEndpoint(endpoint: Endpoint, charm: string, subordinate: boolean): string | null {
  const ofSubordinate = subordinate && endpoint.role === 'requirer' && endpoint.scope === 'container';
  if (isReserved(endpoint.name) && !charm.startsWith('juju-') && !ofSubordinate) {
    return `charm ${quote(charm)} using a reserved relation name: ${quote(endpoint.name)}`;
  }
  if (isReserved(endpoint.interface) && endpoint.role !== 'requirer' && !charm.startsWith('juju-')) {
    return `charm ${quote(charm)} relation ${quote(endpoint.name)} using a reserved interface: ${quote(endpoint.interface)}`;
  }
  return null;
}

/** The endpoint that every application provides without saying so. */
export const jujuInfo: Endpoint = {
  name: 'juju-info',
  role: 'provider',
  interface: 'juju-info',
  scope: 'global',
  optional: false,
};

/** All endpoints that an application of this charm has, with the implicit provider `juju-info`, unless the charm declares
 * an endpoint of that name itself (a subordinate's container-scoped requirer may). */
export function getEndpoints(metadata: Pick<CharmMetadata, 'endpoints'>): Record<string, Endpoint> {
  const declared = getOwn(metadata.endpoints, jujuInfo.name);
  return declared === undefined ? {...metadata.endpoints, [jujuInfo.name]: jujuInfo} : {...metadata.endpoints};
}

/** Every name that can be bound to a space: declared endpoints and extra bindings, sorted. */
export function getBindableNames(metadata: Pick<CharmMetadata, 'endpoints' | 'extraBindings'>): string[] {
  return [...new Set([...Object.keys(metadata.endpoints), ...metadata.extraBindings])].sort();
}
