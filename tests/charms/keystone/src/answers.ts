import type {Databag, RelationView, WantedRelationData} from '#charm';

import type {Request, RequestForm} from '../../shared/requests.ts';
import {isName, isUrl} from '../../shared/text.ts';

/** Ports of the API; the second is the admin port that the charms still announce. */
export const PUBLIC_PORT = '5000';
export const ADMIN_PORT = '35357';

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
  getPassword(username: string): string | null;
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

/** One user for all services that an application registers: `masakari`, or of several `ec2_nova`. */
export function answerService(
  {id}: RelationView,
  requests: readonly Request[],
  identity: Identity,
): readonly WantedRelationData[] {
  const names = requests.map(({values}) => values['service'] ?? '').sort();
  const username = names.join('_');
  const password = names.length === 0 ? null : identity.getPassword(username);
  if (password === null) {
    return [];
  }
  const type = SERVICE_TYPES[names[0] ?? ''];
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
    service_username: username,
    service_password: password,
    service_tenant: 'services',
    service_tenant_id: identity.projectId,
    service_domain: 'service_domain',
    service_domain_id: identity.domainId,
    admin_domain_id: identity.adminDomainId,
    ...(names.length === 1 && type !== undefined ? {service_type: type} : {}),
  };
  return [{relationId: id, scope: 'unit', data}];
}

/** The user of one application. */
export function answerCredentials(
  {id}: RelationView,
  [request]: readonly Request[],
  identity: Identity,
): readonly WantedRelationData[] {
  const {username = '', project = ''} = request?.values ?? {};
  const projectName = project === '' ? 'services' : project;
  const password = username === '' ? null : identity.getPassword(username);
  const projectId = username === '' ? null : identity.getProjectId(projectName);
  if (password === null || projectId === null) {
    return [];
  }
  const data: Databag = {
    credentials_host: identity.publicHost,
    credentials_port: PUBLIC_PORT,
    credentials_protocol: 'http',
    credentials_project: projectName,
    credentials_project_id: projectId,
    credentials_project_domain_name: 'service_domain',
    credentials_project_domain_id: identity.domainId,
    credentials_user_domain_name: 'service_domain',
    credentials_user_domain_id: identity.domainId,
    credentials_username: username,
    credentials_password: password,
    auth_host: identity.adminHost,
    auth_port: ADMIN_PORT,
    auth_protocol: 'http',
    api_version: '3',
    region: identity.region,
  };
  return [{relationId: id, scope: 'unit', data}];
}
