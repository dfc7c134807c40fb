import {
  defineCharm,
  defineEndpoint,
  parseNothing,
  waiting,
  type RelationView,
  type WantedRelationData,
  type Desired,
} from '#charm';

import {checkAddresses, getAddress} from '../../shared/address.ts';
import {runsWorkload} from '../../shared/distribution.ts';
import {describeReady, readRequests, type Request, type RequestForm} from '../../shared/requests.ts';
import {createStore, type Store} from '../../shared/store.ts';
import {isName} from '../../shared/text.ts';

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

/** RabbitMQ: gives each client a user of its virtual host, with a password that is made once. */
export const charm = defineCharm({
  config: parseNothing,
  endpoints: [amqp, cluster],
  networks: ['amqp'],
  readFacts: () => Promise.resolve({}),
  desire: (view) => {
    const store = createStore(view, cluster, 'rabbitmq');
    const server = {host: getAddress(view, 'amqp'), isClustered: hasPeers(cluster.relations(view)[0]), store};
    const relations = amqp.relations(view).map((relation) => {
      const {requests, ignored} = readRequests(relation, ACCOUNT);
      return {ignored, wanted: answer(relation, requests, server)};
    });
    return {
      ...(runsWorkload(view.host.os.id) ? WORKLOAD : {}),
      relationData: view.isLeaving ? [] : [...store.getWanted(), ...relations.flatMap(({wanted}) => wanted)],
      ports: ['5672/tcp'],
      statuses: [
        ...checkAddresses(view, ['amqp']),
        ...(store.isWaiting() ? [waiting('waiting for the leader to make passwords')] : []),
        describeReady(relations.flatMap(({ignored}) => ignored)),
      ],
    };
  },
});

function hasPeers(peers: RelationView | undefined): boolean {
  return peers !== undefined && peers.units.length > 0;
}

interface Server {
  readonly host: string | null;
  readonly isClustered: boolean;
  readonly store: Store;
}

function answer(
  {id}: RelationView,
  requests: readonly Request[],
  {host, isClustered, store}: Server,
): readonly WantedRelationData[] {
  const passwords = requests.flatMap(({prefix, values}): [string, string][] => {
    const password = store.getHex(`password-${values['username'] ?? ''}`, 16);
    return password === null ? [] : [[`${prefix}password`, password]];
  });
  if (host === null || passwords.length === 0) {
    return [];
  }
  const data = {hostname: host, ...(isClustered ? {clustered: 'true'} : {}), ...Object.fromEntries(passwords)};
  return [{relationId: id, scope: 'unit', data}];
}
