import {defineCharm, defineEndpoint, parseNothing, waiting, type RelationView, type WantedRelationData} from '#charm';

import {checkAddresses, getAddress} from '../../shared/address.ts';
import {describeReady, readRequests, type Request, type RequestForm} from '../../shared/requests.ts';
import {createStore, type Store} from '../../shared/store.ts';
import {isName} from '../../shared/text.ts';

const sharedDb = defineEndpoint({name: 'shared-db', unit: parseNothing});
const cluster = defineEndpoint({name: 'cluster', unit: parseNothing, isPeer: true});

/** Units ask with `database`, `username` and `hostname`, several databases at once with prefixes: `nova_database`. */
const DATABASE: RequestForm = {
  fields: ['database', 'username', 'hostname'],
  common: ['database', 'username'],
  check: ({database = '', username = ''}) => {
    if (!isName(database)) {
      return {field: 'database', message: 'must be a name'};
    }
    return isName(username) ? null : {field: 'username', message: 'must be a name'};
  },
};

const CONFIG_FILE = '/etc/mysql/mysql.conf.d/zz-charm.cnf';
const CONFIG = '[mysqld]\nbind-address = 0.0.0.0\nmax_connections = 4096\n';

/** MySQL: gives each client its databases, a user whose password is made once, and the list of units it lets in. */
export const charm = defineCharm({
  config: parseNothing,
  endpoints: [sharedDb, cluster],
  networks: ['shared-db'],
  readFacts: () => Promise.resolve({}),
  desire: (view) => {
    const store = createStore(view, cluster, 'mysql');
    const host = getAddress(view, 'shared-db');
    const relations = sharedDb.relations(view).map((relation) => {
      const {requests, ignored} = readRequests(relation, DATABASE);
      return {ignored, wanted: answer(relation, requests, {host, store})};
    });
    return {
      packages: ['mysql-server'],
      files: [{path: CONFIG_FILE, content: CONFIG}],
      services: [{name: 'mysql', isRunning: true, isEnabled: true, restartWhen: [CONFIG]}],
      relationData: view.isLeaving ? [] : [...store.getWanted(), ...relations.flatMap(({wanted}) => wanted)],
      ports: ['3306/tcp'],
      statuses: [
        ...checkAddresses(view, ['shared-db']),
        ...(store.isWaiting() ? [waiting('waiting for the leader to make passwords')] : []),
        describeReady(relations.flatMap(({ignored}) => ignored)),
      ],
    };
  },
});

interface Server {
  readonly host: string | null;
  readonly store: Store;
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
