import {
  defineCharm,
  defineEndpoint,
  parseNothing,
  parseWith,
  renderOsloConfig,
  waiting,
  type Desired,
  type RelationView,
  type WantedRelationData,
} from '#charm';
import {
  assess,
  getDatabaseUri,
  getSharedDbRequest,
  requireSharedDb,
  sayOnAll,
  textField,
  type Database,
} from '#openstack';
import * as z from 'zod/mini';

import {checkAddresses, getAddress} from '../../shared/address.ts';
import {runsWorkload, type Workload} from '../../shared/distribution.ts';
import {describeReady, readRequests, type Requests} from '../../shared/requests.ts';
import {getValue} from '../../shared/requirer.ts';
import {createStore, type Store} from '../../shared/store.ts';
import {answerCredentials, answerService, CREDENTIALS, SERVICE, type Identity} from './answers.ts';
import {renderCatalogue} from './catalogue.ts';

const DATABASE = {database: 'keystone', username: 'keystone'};
const sharedDb = requireSharedDb(DATABASE);
const parseConfig = parseWith(z.object({region: textField}));
const services = defineEndpoint({name: 'identity-service', unit: parseNothing});
const credentials = defineEndpoint({name: 'identity-credentials', unit: parseNothing});
const cluster = defineEndpoint({name: 'cluster', unit: parseNothing, isPeer: true});

const CONFIG_FILE = '/etc/keystone/keystone.conf';
const CATALOGUE_FILE = '/etc/keystone/default_catalog.templates';

/** It runs inside Apache, and reads its files when that starts. */
const WORKLOAD: Workload = {packages: ['keystone', 'apache2', 'libapache2-mod-wsgi-py3'], services: ['apache2']};

const BINDINGS = ['public', 'admin', 'internal'];

/** Keystone: registers services in its catalogue and gives each client a user whose password is made once. */
export const charm = defineCharm({
  config: parseConfig,
  endpoints: [sharedDb.endpoint, services, credentials, cluster],
  networks: [...BINDINGS, 'shared-db'],
  readFacts: () => Promise.resolve({}),
  desire: (view) => {
    const reading = sharedDb.read(view);
    const database = getValue(reading);
    const store = createStore(view, cluster, 'keystone');
    const identity = getIdentity(view, store);
    const asked = {
      services: readAll(services.relations(view), SERVICE),
      credentials: readAll(credentials.relations(view), CREDENTIALS),
    };
    const everything = [...asked.services, ...asked.credentials];
    // As in production: nobody gets a user before there is a database to keep it in.
    const answers =
      database === null || identity === null
        ? []
        : [
            ...asked.services.flatMap(({relation, requests}) => answerService(relation, requests, identity)),
            ...asked.credentials.flatMap(({relation, requests}) => answerCredentials(relation, requests, identity)),
          ];
    const trouble = assess({required: {'shared-db': reading}});
    return {
      ...(runsWorkload(view.host.os.id) ? getWorkload(database, identity, asked.services) : {}),
      relationData: view.isLeaving ? [] : [...askDatabase(view), ...store.getWanted(), ...answers],
      ports: ['5000/tcp', '35357/tcp'],
      statuses: [
        ...checkAddresses(view, [...BINDINGS, 'shared-db']),
        ...(trouble === null ? [] : [trouble]),
        ...(store.isWaiting() ? [waiting('waiting for the leader to make passwords')] : []),
        describeReady(everything.flatMap(({ignored}) => ignored)),
      ],
    };
  },
});

type KeystoneView = Parameters<typeof getAddress>[0] & {
  readonly relations: readonly RelationView[];
  readonly config: {readonly region: string};
};

/** What every answer says alike; null while an address or an id is missing. */
function getIdentity(view: KeystoneView, store: Store): Identity | null {
  const [publicHost, adminHost, internalHost] = BINDINGS.map((binding) => getAddress(view, binding));
  const projectId = store.getHex('id-project-services', 16);
  const domainId = store.getHex('id-domain-service', 16);
  const adminDomainId = store.getHex('id-domain-admin', 16);
  if (!publicHost || !adminHost || !internalHost || projectId === null || domainId === null || adminDomainId === null) {
    return null;
  }
  return {
    publicHost,
    adminHost,
    internalHost,
    region: view.config.region,
    projectId,
    domainId,
    adminDomainId,
    getPassword: (username) => store.getHex(`password-${username}`, 16),
    getProjectId: (project) => (project === 'services' ? projectId : store.getHex(`id-project-${project}`, 16)),
  };
}

interface Asked extends Requests {
  readonly relation: RelationView;
}

function readAll(relations: readonly RelationView[], form: Parameters<typeof readRequests>[1]): readonly Asked[] {
  return relations.map((relation) => ({relation, ...readRequests(relation, form)}));
}

function getWorkload(
  database: Database | null,
  identity: Identity | null,
  asked: readonly Requests[],
): Pick<Desired, 'packages' | 'files' | 'services'> {
  const {packages} = WORKLOAD;
  // While the database is away, what is configured stays and runs on.
  if (database === null || identity === null) {
    return {packages};
  }
  const config = renderOsloConfig({
    DEFAULT: {use_syslog: false},
    database: {connection: getDatabaseUri(database)},
    identity: {driver: 'sql'},
    catalog: {driver: 'templated', template_file: CATALOGUE_FILE},
    token: {provider: 'fernet'},
  });
  const requests = asked.flatMap((relation) => relation.requests);
  const catalogue = renderCatalogue(identity, requests);
  return {
    packages,
    files: [
      {path: CONFIG_FILE, content: config, group: 'keystone', mode: 0o640},
      {path: CATALOGUE_FILE, content: catalogue, group: 'keystone', mode: 0o640},
    ],
    services: WORKLOAD.services.map((name) => ({
      name,
      isRunning: true,
      isEnabled: true,
      restartWhen: [config, catalogue],
    })),
  };
}

function askDatabase(view: KeystoneView): readonly WantedRelationData[] {
  const host = getAddress(view, 'shared-db');
  return host === null ? [] : sayOnAll(view, 'shared-db', getSharedDbRequest(DATABASE, host));
}
