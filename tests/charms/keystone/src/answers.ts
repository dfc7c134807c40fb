import type {Databag, RelationView, WantedRelationData} from '#charm';

import type {Request, RequestForm} from '../../shared/requests.ts';
import {isName, isUrl} from '../../shared/text.ts';

/** Ports of the API; the second is the admin port that the charms still announce. */
export const PUBLIC_PORT = '5000';
export const ADMIN_PORT = '35357';

/** A user by its name, and the project it works in. */
export interface Account {
  readonly username: string;
  readonly project: string;
}

/** What Keystone says of itself in every answer. */
export interface Identity {
  readonly publicHost: string;
  readonly adminHost: string;
  readonly internalHost: string;
  readonly region: string;
  readonly projectId: string;
  readonly domainId: string;
  readonly adminDomainId: string;
  /** Null until the leader has made it. */
  getPassword(account: Account): string | null;
  getProjectId(project: string): string | null;
}

const REGION = /^[A-Za-z0-9_-]{1,64}$/u;
const URL_FIELDS = ['public_url', 'internal_url', 'admin_url'];

/** A service to be registered; several at once with prefixes: `nova_service`. */
export const SERVICE: RequestForm = {
  fields: ['service', 'region', ...URL_FIELDS],
  common: ['service', 'region'],
  check: (values) => {
    if (!isName(values['service'] ?? '')) {
      return {field: 'service', message: 'must be a name'};
    }
    if (!REGION.test(values['region'] ?? '')) {
      return {field: 'region', message: 'must be a name'};
    }
    const field = URL_FIELDS.find((key) => !isUrl(values[key] ?? ''));
    return field === undefined ? null : {field, message: 'must be a URL'};
  },
};

/** A user that only calls APIs. Without `project` it belongs to that of the services. */
export const CREDENTIALS: RequestForm = {
  fields: ['username'],
  optional: ['project'],
  common: ['username', 'project'],
  check: ({username = '', project = ''}) => {
    if (!isName(username)) {
      return {field: 'username', message: 'must be a name'};
    }
    return project === '' || isName(project) ? null : {field: 'project', message: 'must be a name'};
  },
};

/** The Keystone type of a service, by the name under which charms register it. */
export const SERVICE_TYPES: Readonly<Record<string, string>> = {
  glance: 'image',
  keystone: 'identity',
  masakari: 'instance-ha',
  neutron: 'network',
  nova: 'compute',
  placement: 'placement',
};

/** The project of all services. */
export const SERVICES_PROJECT = 'services';

/** One user for all services that an application registers: `masakari`, or of several `ec2_nova`; null where there are none. */
export function getServiceUser(requests: readonly Request[]): Account | null {
  const names = requests.map(({values}) => values['service'] ?? '').sort();
  return names.length === 0 ? null : {username: names.join('_'), project: SERVICES_PROJECT};
}

/** The user that an application asks for; null where it asks for none. */
export function getCredentialsUser([request]: readonly Request[]): Account | null {
  const {username = '', project = ''} = request?.values ?? {};
  return username === '' ? null : {username, project: project === '' ? SERVICES_PROJECT : project};
}

/** What a service is told that registered itself. */
export function answerService(
  {id}: RelationView,
  requests: readonly Request[],
  identity: Identity,
): readonly WantedRelationData[] {
  const user = getServiceUser(requests);
  const password = user === null ? null : identity.getPassword(user);
  if (user === null || password === null) {
    return [];
  }
  const type = SERVICE_TYPES[user.username];
  const data: Databag = {
    service_host: identity.publicHost,
    service_port: PUBLIC_PORT,
    service_protocol: 'http',
    auth_host: identity.adminHost,
    auth_port: ADMIN_PORT,
    auth_protocol: 'http',
    internal_host: identity.internalHost,
    internal_port: PUBLIC_PORT,
    internal_protocol: 'http',
    api_version: '3',
    service_username: user.username,
    service_password: password,
    service_tenant: SERVICES_PROJECT,
    service_tenant_id: identity.projectId,
    service_domain: 'service_domain',
    service_domain_id: identity.domainId,
    admin_domain_id: identity.adminDomainId,
    ...(requests.length === 1 && type !== undefined ? {service_type: type} : {}),
  };
  return [{relationId: id, scope: 'unit', data}];
}

/** What an application is told that asked for a user. */
export function answerCredentials(
  {id}: RelationView,
  requests: readonly Request[],
  identity: Identity,
): readonly WantedRelationData[] {
  const user = getCredentialsUser(requests);
  const password = user === null ? null : identity.getPassword(user);
  const projectId = user === null ? null : identity.getProjectId(user.project);
  if (user === null || password === null || projectId === null) {
    return [];
  }
  const data: Databag = {
    credentials_host: identity.publicHost,
    credentials_port: PUBLIC_PORT,
    credentials_protocol: 'http',
    credentials_project: user.project,
    credentials_project_id: projectId,
    credentials_project_domain_name: 'service_domain',
    credentials_project_domain_id: identity.domainId,
    credentials_user_domain_name: 'service_domain',
    credentials_user_domain_id: identity.domainId,
    credentials_username: user.username,
    credentials_password: password,
    auth_host: identity.adminHost,
    auth_port: ADMIN_PORT,
    auth_protocol: 'http',
    api_version: '3',
    region: identity.region,
  };
  return [{relationId: id, scope: 'unit', data}];
}
