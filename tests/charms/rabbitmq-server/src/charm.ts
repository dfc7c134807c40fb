import {
  defineCharm,
  defineEndpoint,
  parseNothing,
  parseWith,
  waiting,
  type RelationView,
  type WantedRelationData,
  type Desired,
} from '#charm';
import * as z from 'zod/mini';

import {checkAddresses, getAddress} from '../../shared/address.ts';
import {ANSWER_ONLY, onlyAnswers, runsForReal} from '../../shared/distribution.ts';
import {describeReady, readRequests, type Request, type RequestForm} from '../../shared/requests.ts';
import {createStore} from '../../shared/store.ts';
import {isName} from '../../shared/text.ts';
import {
  createAccountsFacet,
  isMade,
  readAccounts,
  type Account,
  type Accounts,
  type BrokerDecision,
} from './accounts.ts';

const amqp = defineEndpoint({name: 'amqp', unit: parseNothing});
const cluster = defineEndpoint({name: 'cluster', unit: parseNothing, isPeer: true});

/** Units ask with `username` and `vhost`, or for several with prefixes: `nova_username`. */
const ACCOUNT: RequestForm = {
  fields: ['username', 'vhost'],
  common: ['username', 'vhost'],
  check: ({username = '', vhost = ''}) => {
    if (!isName(username)) {
      return {field: 'username', message: 'must be a name'};
    }
    return isName(vhost.replace(/^\//u, '')) ? null : {field: 'vhost', message: 'must be a name'};
  },
};

const CONFIG_FILE = '/etc/rabbitmq/rabbitmq.conf';
const CONFIG = 'listeners.tcp.default = 5672\ncollect_statistics_interval = 30000\n';

const WORKLOAD: Pick<Desired, 'packages' | 'files' | 'services'> = {
  packages: ['rabbitmq-server'],
  files: [{path: CONFIG_FILE, content: CONFIG, owner: 'rabbitmq', group: 'rabbitmq', mode: 0o640}],
  services: [{name: 'rabbitmq-server', isRunning: true, isEnabled: true, restartWhen: [CONFIG]}],
};

const Config = z.object({[ANSWER_ONLY]: z.nullish(z.boolean())});

/** RabbitMQ: gives each client a user of its virtual host, with a password that is made once. */
export const charm = defineCharm<z.infer<typeof Config>, Accounts, BrokerDecision>({
  config: parseWith(Config),
  endpoints: [amqp, cluster],
  networks: ['amqp'],
  readFacts: readAccounts,
  desire: (view) => {
    const store = createStore(view, cluster, 'rabbitmq');
    const isReal = runsForReal(view);
    const server: Server = {
      host: getAddress(view, 'amqp'),
      isClustered: hasPeers(cluster.relations(view)[0]),
      getPassword: (username) => store.getHex(`password-${username}`, 16),
      isMade: (account) => !isReal || isMade(view.facts, account),
    };
    const relations = amqp.relations(view).map((relation) => {
      const {requests, ignored} = readRequests(relation, ACCOUNT);
      const accounts = getAccounts(requests, server);
      return {ignored, accounts, wanted: answer(relation, requests, server)};
    });
    const accounts = relations.flatMap((relation) => relation.accounts);
    return {
      ...(onlyAnswers(view) ? {} : WORKLOAD),
      ...(isReal && !view.isLeaving ? {accounts} : {}),
      relationData: view.isLeaving ? [] : [...store.getWanted(), ...relations.flatMap(({wanted}) => wanted)],
      ports: ['5672/tcp'],
      statuses: [
        ...checkAddresses(view, ['amqp']),
        ...(store.isWaiting() ? [waiting('waiting for the leader to make passwords')] : []),
        ...(accounts.every((account) => server.isMade(account))
          ? []
          : [waiting('the broker has not taken its users yet')]),
        describeReady(relations.flatMap(({ignored}) => ignored)),
      ],
    };
  },
  facets: (ports) => [createAccountsFacet(ports)],
});

function hasPeers(peers: RelationView | undefined): boolean {
  return peers !== undefined && peers.units.length > 0;
}

interface Server {
  readonly host: string | null;
  readonly isClustered: boolean;
  /** Null until the leader has made it. */
  getPassword(username: string): string | null;
  isMade(account: Account): boolean;
}

function getAccounts(requests: readonly Request[], {getPassword}: Server): readonly Account[] {
  return requests.flatMap(({values: {username = '', vhost = ''}}) => {
    const password = getPassword(username);
    return password === null ? [] : [{username, vhost, password}];
  });
}

/** Nobody is told a password that the broker does not take yet. */
function answer({id}: RelationView, requests: readonly Request[], server: Server): readonly WantedRelationData[] {
  const {host, isClustered, getPassword, isMade: isTaken} = server;
  const passwords = requests.flatMap(({prefix, values: {username = '', vhost = ''}}): [string, string][] => {
    const password = getPassword(username);
    return password === null || !isTaken({username, vhost, password}) ? [] : [[`${prefix}password`, password]];
  });
  if (host === null || passwords.length === 0) {
    return [];
  }
  const data = {hostname: host, ...(isClustered ? {clustered: 'true'} : {}), ...Object.fromEntries(passwords)};
  return [{relationId: id, scope: 'unit', data}];
}
