import {
  defineCharm,
  defineEndpoint,
  parseNothing,
  parseWith,
  waiting,
  type Desired,
  type RelationView,
  type TypedRelation,
  type WantedFile,
  type WantedRelationData,
} from '#charm';
import {hostField} from '#openstack';
import * as z from 'zod/mini';

import {checkAddresses, getAddress} from '../../shared/address.ts';
import {encodeCephKey, formatFsid, renderCephConfig, renderKeyring} from '../../shared/ceph.ts';
import {isDebian} from '../../shared/distribution.ts';
import {describeReady} from '../../shared/requests.ts';
import {createStore, type Store} from '../../shared/store.ts';
import {isName} from '../../shared/text.ts';

const mon = defineEndpoint({
  name: 'mon',
  unit: parseWith(z.object({'ceph-public-address': hostField})),
  isPeer: true,
});
const parseConfig = parseWith(z.object({'monitor-count': z.number()}));
const client = defineEndpoint({name: 'client', unit: parseNothing, readsUnits: false});
const osd = defineEndpoint({name: 'osd', unit: parseNothing});

/** What the monitors of one cluster share. */
interface Cluster {
  readonly fsid: string;
  readonly adminKey: string;
  readonly bootstrapKey: string;
  readonly upgradeKey: string;
}

/** Ceph's monitors: one cluster id and its keys, made once; a key of its own for every client application. */
export const charm = defineCharm({
  config: parseConfig,
  endpoints: [mon, client, osd],
  networks: ['public'],
  readFacts: () => Promise.resolve({}),
  desire: (view) => {
    const address = getAddress(view, 'public');
    const peers = mon.relations(view)[0];
    const monitors = getMonitors(peers, address);
    const short = view.config['monitor-count'] - monitors.length;
    const store = createStore(view, mon, 'ceph');
    const cluster = getCluster(store);
    const isReady = cluster !== null && address !== null && short <= 0;
    const clients = isReady ? answerClients(client.relations(view), {store, address}) : [];
    return {
      ...(!isDebian(view.host.os.id) ? getWorkload(cluster, monitors) : {}),
      relationData: view.isLeaving
        ? []
        : [
            ...store.getWanted(),
            ...tellPeers(peers, address),
            ...clients,
            ...(isReady ? answerOsds(osd.relations(view), cluster, address) : []),
          ],
      ports: ['3300/tcp', '6789/tcp'],
      statuses: [
        ...checkAddresses(view, ['public']),
        ...(cluster === null ? [waiting('waiting for the leader to make keys')] : []),
        ...(short > 0 ? [waiting(`insufficient peer units (require ${view.config['monitor-count']})`)] : []),
        describeReady(getStrangers(client.relations(view))),
      ],
    };
  },
});

/** Addresses of all monitors seen so far, in an order that is the same on each. */
function getMonitors(
  peers: TypedRelation<{'ceph-public-address': string}> | undefined,
  own: string | null,
): readonly string[] {
  const others = (peers?.remoteUnits ?? []).flatMap(({data}) =>
    data === undefined ? [] : [data['ceph-public-address']],
  );
  return [...others, ...(own === null ? [] : [own])].sort();
}

/** No monitor runs: the accounts and tools are all that is needed to write what one would have. */
function getWorkload(cluster: Cluster | null, monitors: readonly string[]): Pick<Desired, 'packages' | 'files'> {
  const files = cluster === null || monitors.length === 0 ? [] : renderFiles(cluster, monitors);
  return {packages: ['ceph-common'], files};
}

function getCluster(store: Store): Cluster | null {
  const fsid = store.get('fsid', 16);
  const [admin, bootstrap, upgrade] = ['key-admin', 'key-bootstrap-osd', 'key-osd-upgrade'].map((key) =>
    store.get(key, 16),
  );
  if (!fsid || !admin || !bootstrap || !upgrade) {
    return null;
  }
  return {
    fsid: formatFsid(fsid),
    adminKey: encodeCephKey(admin),
    bootstrapKey: encodeCephKey(bootstrap),
    upgradeKey: encodeCephKey(upgrade),
  };
}

function renderFiles({fsid, adminKey}: Cluster, monitors: readonly string[]): readonly WantedFile[] {
  return [
    {path: '/etc/ceph/ceph.conf', content: renderCephConfig({fsid, monitors})},
    {
      path: '/etc/ceph/ceph.client.admin.keyring',
      content: renderKeyring('client.admin', adminKey, ['mon', 'osd', 'mds', 'mgr']),
      owner: 'ceph',
      group: 'ceph',
      mode: 0o600,
    },
  ];
}

function tellPeers(peers: RelationView | undefined, address: string | null): readonly WantedRelationData[] {
  return peers === undefined || address === null
    ? []
    : [{relationId: peers.id, scope: 'unit', data: {'ceph-public-address': address}}];
}

function answerClients(
  relations: readonly RelationView[],
  {store, address}: {readonly store: Store; readonly address: string},
): readonly WantedRelationData[] {
  return relations.flatMap(({id, remoteApplication}): WantedRelationData[] => {
    const secret = isName(remoteApplication) ? store.get(`key-client-${remoteApplication}`, 16) : null;
    if (secret === null) {
      return [];
    }
    const data = {auth: 'cephx', key: encodeCephKey(secret), 'ceph-public-address': address};
    return [{relationId: id, scope: 'unit', data}];
  });
}

/** Applications across models may have names that can be no Ceph client. */
function getStrangers(relations: readonly RelationView[]): readonly string[] {
  return relations
    .filter(({remoteApplication}) => !isName(remoteApplication))
    .map(({id}) => `relation ${id}: the application’s name can be no Ceph client`);
}

function answerOsds(
  relations: readonly RelationView[],
  {fsid, bootstrapKey, upgradeKey}: Cluster,
  address: string,
): readonly WantedRelationData[] {
  const data = {
    auth: 'cephx',
    fsid,
    osd_bootstrap_key: bootstrapKey,
    osd_upgrade_key: upgradeKey,
    'ceph-public-address': address,
  };
  return relations.map(({id}) => ({relationId: id, scope: 'unit', data}));
}
