import {defineCharm, defineEndpoint, parseNothing, waiting, type RelationView, type WantedRelationData} from '#charm';

import {checkAddresses, getAddress} from '../../shared/address.ts';
import {choose} from '../../shared/distribution.ts';
import {describeReady, readRequests, type Request, type RequestForm} from '../../shared/requests.ts';
import {createStore, type Store} from '../../shared/store.ts';
import {isName} from '../../shared/text.ts';
import {createGrantsFacet, type Grant, type GrantingDecision} from './grants.ts';

const sharedDb = defineEndpoint({name: 'shared-db', unit: parseNothing});
const cluster = defineEndpoint({name: 'cluster', unit: parseNothing, isPeer: true});

const SYSTEM_DATABASES = ['information_schema', 'mysql', 'performance_schema', 'sys'];

/** Units ask with `database`, `username` and `hostname`, several databases at once with prefixes: `nova_database`. */
const DATABASE: RequestForm = {
  fields: ['database', 'username', 'hostname'],
  common: ['database', 'username'],
  check: ({database = '', username = ''}) => {
    if (!isName(database) || SYSTEM_DATABASES.includes(database)) {
      return {field: 'database', message: "must be a name, and none of the server's own"};
    }
    return isName(username) ? null : {field: 'username', message: 'must be a name'};
  },
};

const SERVER = {
  ubuntu: {packageName: 'mysql-server', service: 'mysql', configFile: '/etc/mysql/mysql.conf.d/zz-charm.cnf'},
  debian: {packageName: 'mariadb-server', service: 'mariadb', configFile: '/etc/mysql/mariadb.conf.d/zz-charm.cnf'},
};
const CONFIG = '[mysqld]\nbind-address = 0.0.0.0\nmax_connections = 4096\n';

/** MySQL, on Debian MariaDB: gives each client its databases, a user whose password is made once, and the list of units it lets in. */
export const charm = defineCharm<unknown, object, GrantingDecision>({
  config: parseNothing,
  endpoints: [sharedDb, cluster],
  networks: ['shared-db'],
  readFacts: () => Promise.resolve({}),
  desire: (view) => {
    const store = createStore(view, cluster, 'mysql');
    const {packageName, service, configFile} = choose(SERVER, view.host.os.id);
    const host = getAddress(view, 'shared-db');
    const relations = sharedDb.relations(view).map((relation) => {
      const {requests, ignored} = readRequests(relation, DATABASE);
      return {ignored, wanted: answer(relation, requests, {host, store}), grants: getGrants(requests, store)};
    });
    return {
      packages: [packageName],
      files: [{path: configFile, content: CONFIG}],
      services: [{name: service, isRunning: true, isEnabled: true, restartWhen: [CONFIG]}],
      grants: view.isLeaving ? [] : relations.flatMap(({grants}) => grants),
      relationData: view.isLeaving ? [] : [...store.getWanted(), ...relations.flatMap(({wanted}) => wanted)],
      ports: ['3306/tcp'],
      statuses: [
        ...checkAddresses(view, ['shared-db']),
        ...(store.isWaiting() ? [waiting('waiting for the leader to make passwords')] : []),
        describeReady(relations.flatMap(({ignored}) => ignored)),
      ],
    };
  },
  facets: (ports) => [createGrantsFacet(ports)],
});

interface Server {
  readonly host: string | null;
  readonly store: Store;
}

/** Of requests whose password is there. */
function getGrants(requests: readonly Request[], store: Store): readonly Grant[] {
  return requests.flatMap(({values: {database = '', username = ''}}) => {
    const password = store.getHex(`password-${username}`, 16);
    return password === null ? [] : [{database, username, password}];
  });
}

function answer(
  {id}: RelationView,
  requests: readonly Request[],
  {host, store}: Server,
): readonly WantedRelationData[] {
  const granted = requests.flatMap(({prefix, values, units}): [string, string][] => {
    const password = store.getHex(`password-${values['username'] ?? ''}`, 16);
    return password === null
      ? []
      : [
          [`${prefix}password`, password],
          [`${prefix}allowed_units`, units.join(' ')],
        ];
  });
  if (host === null || granted.length === 0) {
    return [];
  }
  return [{relationId: id, scope: 'unit', data: {db_host: host, ...Object.fromEntries(granted)}}];
}
