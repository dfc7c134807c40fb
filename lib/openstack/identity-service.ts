import {defineEndpoint, type Databag, type TypedRelation} from '#charm';
import * as z from 'zod/mini';

import {formatHost, hostField, parseBag, portField, protocolField, textField} from './fields.ts';
import {createRequirer, type Requirer} from './requirer.ts';

/** A service user and where it gets its tokens. */
export interface ServiceUser {
  /** `http://host:port` of the API for services, without a version. */
  readonly authUrl: string;
  /** `http://host:port` of the API that clients are sent to. */
  readonly serviceUrl: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
  /** The name of the domain of user and project. */
  readonly domain: string;
}

const Shape = z.object({
  service_host: z.optional(hostField),
  service_protocol: z.optional(protocolField),
  service_port: z.optional(portField),
  auth_host: z.optional(hostField),
  auth_protocol: z.optional(protocolField),
  auth_port: z.optional(portField),
  service_tenant: z.optional(textField),
  service_tenant_id: z.optional(textField),
  service_username: z.optional(textField),
  service_password: z.optional(textField),
  service_domain: z.optional(textField),
});
type KeystoneUnit = z.infer<typeof Shape>;
type KeystoneAnswer = {readonly [Key in Exclude<keyof KeystoneUnit, 'service_domain'>]-?: string} & {
  readonly service_domain?: string | undefined;
};

const parseKeystone = parseBag(Shape, ['service_domain']);

/** Requires `identity-service` (interface keystone). Application data, where there is some, is read before units' data. */
export function requireIdentityService(): Requirer<ServiceUser> {
  return createRequirer<KeystoneUnit, ServiceUser>({
    endpoint: defineEndpoint({name: 'identity-service', unit: parseKeystone, readsApplicationData: true}),
    getValue: (relation: TypedRelation<KeystoneUnit>, units) => {
      const application = parseKeystone(renameApplicationKeys(relation.remoteApplicationData));
      if (!application.ok) {
        return {problems: application.problems, of: relation.remoteApplication};
      }
      const answers = [application.value, ...units.map(({data}) => data)];
      const answer = answers.find(isAnswer);
      return answer === undefined ? null : getServiceUser(answer);
    },
  });
}

const OPTIONAL: readonly string[] = ['service_domain'];

function isAnswer(unit: KeystoneUnit): unit is KeystoneAnswer & KeystoneUnit {
  const values: Readonly<Record<string, unknown>> = unit;
  return Object.keys(Shape.shape).every((key) => OPTIONAL.includes(key) || values[key] !== undefined);
}

/** Newer Keystones write application data with other names for the same. */
const RENAMED: Readonly<Record<string, string>> = {
  'service-user-name': 'service_username',
  'service-project-name': 'service_tenant',
  'service-project-id': 'service_tenant_id',
  'service-domain-name': 'service_domain',
};

function renameApplicationKeys(data: Databag): Databag {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [RENAMED[key] ?? key.replaceAll('-', '_'), value]),
  );
}

function getServiceUser(answer: KeystoneAnswer): ServiceUser {
  return {
    authUrl: `${answer.auth_protocol}://${formatHost(answer.auth_host)}:${answer.auth_port}`,
    serviceUrl: `${answer.service_protocol}://${formatHost(answer.service_host)}:${answer.service_port}`,
    username: answer.service_username,
    password: answer.service_password,
    project: answer.service_tenant,
    domain: answer.service_domain ?? 'Default',
  };
}

/** What a service registers with Keystone. */
export interface CatalogueEntry {
  readonly service: string;
  readonly region: string;
  readonly publicUrl: string;
  readonly internalUrl: string;
  readonly adminUrl: string;
}

/** What a unit writes on `identity-service` to have its service in the catalogue. */
export function getIdentityServiceRequest(entry: CatalogueEntry): Databag {
  return {
    service: entry.service,
    region: entry.region,
    public_url: entry.publicUrl,
    internal_url: entry.internalUrl,
    admin_url: entry.adminUrl,
  };
}
