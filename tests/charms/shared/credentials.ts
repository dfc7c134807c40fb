import {describeRelationProblem, type RelationView} from '#charm';
import {getTransportUrl, type MessageBroker, type ServiceUser} from '#openstack';

import type {Refusal, SetUpCommand} from './server.ts';

/** What a service was given to call others with, and the relations that it came by. */
export interface Credentials {
  readonly broker: MessageBroker | null;
  readonly brokerRelation: string;
  readonly keystone: ServiceUser | null;
  readonly keystoneRelation: string;
}

interface RelationsView {
  readonly relations: readonly RelationView[];
}

const BROKER_REFUSES = 'the broker refuses';
const KEYSTONE_REFUSES = 'Keystone refuses';

/** Whoever does not answer at all makes it fail with a traceback, which is no refusal. */
const PROGRAM = `
import json, sys
given = json.load(sys.stdin)
if given['broker']:
    import amqp, kombu
    try:
        kombu.Connection(given['broker'], connect_timeout=30).connect()
    except amqp.exceptions.AccessRefused:
        sys.exit('${BROKER_REFUSES}')
if given['keystone']:
    from keystoneauth1 import exceptions, session
    from keystoneauth1.identity import v3
    try:
        session.Session(auth=v3.Password(**given['keystone']), timeout=60).get_token()
    except exceptions.Unauthorized:
        sys.exit('${KEYSTONE_REFUSES}')
`;

/** Tries credentials out before services run with them: a service itself would only try again for ever, and say so in its log. */
export function checkCredentials(
  user: string,
  {broker, brokerRelation, keystone, keystoneRelation}: Credentials,
  view: RelationsView,
): SetUpCommand {
  return {
    program: 'python3',
    args: ['-c', PROGRAM],
    name: 'the trial of credentials',
    user,
    stdin: JSON.stringify({
      broker: broker === null ? null : getTransportUrl(broker).replace(/^rabbit:/u, 'amqp:'),
      keystone: keystone === null ? null : getPasswordArguments(keystone),
    }),
    refusals: [
      getRefusal(view, brokerRelation, {sign: BROKER_REFUSES, by: 'the broker'}),
      getRefusal(view, keystoneRelation, {sign: KEYSTONE_REFUSES, by: 'Keystone'}),
    ],
  };
}

/** What a program prints when MySQL refuses a password, by its number. */
export function getDatabaseRefusal(view: RelationsView, relationId: string): Refusal {
  return getRefusal(view, relationId, {sign: '(1045, ', by: 'the database'});
}

function getRefusal(
  {relations}: RelationsView,
  relationId: string,
  {sign, by}: {readonly sign: string; readonly by: string},
): Refusal {
  const relation = relations.find(({id}) => id === relationId);
  const found = relation?.units.flatMap(({name, data}) =>
    Object.keys(data).flatMap((key) => (key.endsWith('password') ? [{name, key}] : [])),
  )[0];
  const message = `is refused by ${by}`;
  return {
    sign,
    message:
      relation === undefined || found === undefined
        ? `relation ${relationId}: the password ${message}`
        : describeRelationProblem(relation, found.name, {key: found.key, message}),
  };
}

function getPasswordArguments({authUrl, username, password, project, domain}: ServiceUser): object {
  return {
    auth_url: `${authUrl}/v3`,
    username,
    password,
    project_name: project,
    user_domain_name: domain,
    project_domain_name: domain,
  };
}
