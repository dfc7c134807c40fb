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
import {assess, getDatabaseUri, getSharedDbRequest, requireSharedDb, sayOnAll} from '#openstack';

import {checkAddresses, getAddress} from '../../shared/address.ts';
import {isDebian, onlyAnswers, runsForReal, type Workload} from '../../shared/distribution.ts';
import {describeReady, readRequests} from '../../shared/requests.ts';
import {getValue} from '../../shared/requirer.ts';
import {createSetUpFacet, NO_SERVER, readServerFacts} from '../../shared/server.ts';
import {createStore, type Store} from '../../shared/store.ts';
import {answerCredentials, answerService, CREDENTIALS, SERVICE, SERVICES_PROJECT, type Identity} from './answers.ts';
import {getEntries, renderCatalogue} from './catalogue.ts';
import {createIdentityFacet, readMadeIdentity, type IdentityDecision} from './identity.ts';
import {decideReal} from './real-decision.ts';
import {ADMIN_FILE, REAL} from './real.ts';
import {Config, type AllAsked, type Asked, type Facts, type KeystoneView, type Situation} from './situation.ts';

const DATABASE = {database: 'keystone', username: 'keystone'};
const sharedDb = requireSharedDb(DATABASE);
const services = defineEndpoint({name: 'identity-service', unit: parseNothing});
const credentials = defineEndpoint({name: 'identity-credentials', unit: parseNothing});
const cluster = defineEndpoint({name: 'cluster', unit: parseNothing, isPeer: true});

const CONFIG_FILE = '/etc/keystone/keystone.conf';
const CATALOGUE_FILE = '/etc/keystone/default_catalog.templates';

/** It runs inside Apache, and reads its files when that starts. */
const WORKLOAD: Workload = {packages: ['keystone', 'apache2', 'libapache2-mod-wsgi-py3'], services: ['apache2']};

const BINDINGS = ['public', 'admin', 'internal'];

/** Keystone: registers services in its catalogue and gives each client a user whose password is made once. */
export const charm = defineCharm<KeystoneView['config'], Facts, IdentityDecision>({
  config: parseWith(Config),
  endpoints: [sharedDb.endpoint, services, credentials, cluster],
  networks: [...BINDINGS, 'shared-db'],
  readFacts: async (ports) => {
    const isReal = isDebian((await ports.host.facts()).os.id);
    const server = isReal ? await readServerFacts(ports, REAL.services) : NO_SERVER;
    return {...server, made: await readMadeIdentity(ports)};
  },
  desire: (view) => {
    const situation = getSituation(view);
    const {reading, store, asked} = situation;
    const {workload, statuses, answering} = runsForReal(view)
      ? decideReal(view, situation)
      : {workload: onlyAnswers(view) ? {} : getWorkload(situation), statuses: [], answering: situation.identity};
    // As in production: nobody gets a user before there is a database to keep it in.
    const answers = getValue(reading) === null || answering === null ? [] : answerAll(asked, answering);
    const trouble = assess({required: {'shared-db': reading}});
    return {
      ...workload,
      relationData: view.isLeaving ? [] : [...askDatabase(view), ...store.getWanted(), ...answers],
      ports: ['5000/tcp', '35357/tcp'],
      statuses: [
        ...checkAddresses(view, [...BINDINGS, 'shared-db']),
        ...(trouble === null ? [] : [trouble]),
        ...(store.isWaiting() ? [waiting('waiting for the leader to make passwords')] : []),
        ...statuses,
        describeReady([...asked.services, ...asked.credentials].flatMap(({ignored}) => ignored)),
      ],
    };
  },
  facets: (ports) => [createSetUpFacet(ports), createIdentityFacet(ports)],
  actions: {
    'get-admin-password': async ({host}) => {
      const {content = ''} = (await host.files.read(ADMIN_FILE)) ?? {};
      const [, password] = /OS_PASSWORD=(.*)/.exec(content) ?? [];
      return password === undefined
        ? {failure: 'Keystone is not set up on this machine'}
        : {results: {'admin-password': password}};
    },
  },
});

function getSituation(view: KeystoneView): Situation {
  const store = createStore(view, cluster, 'keystone');
  return {
    reading: sharedDb.read(view),
    store,
    identity: getIdentity(view, store),
    asked: {
      services: readAll(services.relations(view), SERVICE),
      credentials: readAll(credentials.relations(view), CREDENTIALS),
    },
  };
}

function readAll(relations: readonly RelationView[], form: Parameters<typeof readRequests>[1]): readonly Asked[] {
  return relations.map((relation) => ({relation, ...readRequests(relation, form)}));
}

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
    getPassword: ({username}) => store.getHex(`password-${username}`, 16),
    getProjectId: (project) => (project === SERVICES_PROJECT ? projectId : store.getHex(`id-project-${project}`, 16)),
  };
}

function answerAll(asked: AllAsked, identity: Identity): readonly WantedRelationData[] {
  return [
    ...asked.services.flatMap(({relation, requests}) => answerService(relation, requests, identity)),
    ...asked.credentials.flatMap(({relation, requests}) => answerCredentials(relation, requests, identity)),
  ];
}

/** Where it is only configured. */
function getWorkload({reading, identity, asked}: Situation): Pick<Desired, 'packages' | 'files' | 'services'> {
  const {packages} = WORKLOAD;
  const database = getValue(reading);
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
  const requests = asked.services.flatMap((relation) => relation.requests);
  const catalogue = renderCatalogue(getEntries(identity, requests));
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
