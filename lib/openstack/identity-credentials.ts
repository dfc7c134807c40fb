import {defineEndpoint, type Databag, type TypedRelation} from '#charm';
import * as z from 'zod/mini';

import {formatHost, hostField, parseBag, portField, protocolField, textField} from './fields.ts';
import {createRequirer, type Requirer} from './requirer.ts';

/** A user for a program that only calls other services' APIs. */
export interface Credentials {
  /** `http://host:port`, without a version. */
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
  readonly userDomainName?: string;
  readonly userDomainId?: string;
  readonly projectDomainName?: string;
  readonly projectDomainId?: string;
}

const Shape = z.object({
  credentials_host: z.optional(hostField),
  credentials_protocol: z.optional(protocolField),
  credentials_port: z.optional(portField),
  auth_host: z.optional(hostField),
  auth_protocol: z.optional(protocolField),
  auth_port: z.optional(portField),
  api_version: z.optional(textField),
  credentials_project: z.optional(textField),
  credentials_project_id: z.optional(textField),
  credentials_username: z.optional(textField),
  credentials_password: z.optional(textField),
  credentials_project_domain_id: z.optional(textField),
  credentials_project_domain_name: z.optional(textField),
  credentials_user_domain_id: z.optional(textField),
  credentials_user_domain_name: z.optional(textField),
});
type CredentialsUnit = z.infer<typeof Shape>;

const OPTIONAL = [
  'credentials_project_domain_id',
  'credentials_project_domain_name',
  'credentials_user_domain_id',
  'credentials_user_domain_name',
] as const;
type OptionalKey = (typeof OPTIONAL)[number];
type CredentialsAnswer = CredentialsUnit & {readonly [Key in Exclude<keyof CredentialsUnit, OptionalKey>]-?: string};

/** Requires `identity-credentials` (interface keystone-credentials). */
export function requireIdentityCredentials(): Requirer<Credentials> {
  return createRequirer({
    endpoint: defineEndpoint({name: 'identity-credentials', unit: parseBag(Shape, OPTIONAL)}),
    getValue: (_relation: TypedRelation<CredentialsUnit>, units) => {
      const answer = units.map(({data}) => data).find(isAnswer);
      return answer === undefined ? null : getCredentials(answer);
    },
  });
}

function isAnswer(unit: CredentialsUnit): unit is CredentialsAnswer {
  const values: Readonly<Record<string, unknown>> = unit;
  const required = Object.keys(Shape.shape).filter((key) => !OPTIONAL.some((optional) => optional === key));
  return required.every((key) => values[key] !== undefined);
}

function getCredentials(answer: CredentialsAnswer): Credentials {
  return {
    authUrl: `${answer.auth_protocol}://${formatHost(answer.auth_host)}:${answer.auth_port}`,
    username: answer.credentials_username,
    password: answer.credentials_password,
    project: answer.credentials_project,
    ...withoutUndefined({
      userDomainName: answer.credentials_user_domain_name,
      userDomainId: answer.credentials_user_domain_id,
      projectDomainName: answer.credentials_project_domain_name,
      projectDomainId: answer.credentials_project_domain_id,
    }),
  };
}

function withoutUndefined<Key extends string>(
  values: Readonly<Record<Key, string | undefined>>,
): Readonly<Partial<Record<Key, string>>> {
  const all: Partial<Record<Key, string>> = {};
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) {
      all[key] = value;
    }
  }
  return all;
}

/** What a unit asks of Keystone. */
export function getIdentityCredentialsRequest({
  username,
  project,
}: {
  readonly username: string;
  readonly project: string;
}): Databag {
  return {username, project};
}
