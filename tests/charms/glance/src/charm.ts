import {defineEndpoint, parseNothing, renderOsloConfig} from '#charm';
import {getDatabaseUri, sayOnAll, type Database} from '#openstack';

import {defineApiCharm, getApiWorkers, getTokenSection, type ApiView, type Given} from '../../shared/api-charm.ts';
import {askForCeph, CEPH_CONFIG_FILE, renderCephFiles} from '../../shared/ceph-client.ts';
import {askForDatabase} from '../../shared/database.ts';
import {getValue} from '../../shared/requirer.ts';

const ceph = askForCeph();
const imageService = defineEndpoint({name: 'image-service', unit: parseNothing, readsUnits: false});

const CONFIG_FILE = '/etc/glance/glance-api.conf';

/** Glance: images for everybody, kept in Ceph where it is related to one, else in files. */
export const charm = defineApiCharm({
  service: 'glance',
  port: 9292,
  database: askForDatabase('glance'),
  workload: {packages: ['glance-api', 'python3-rbd', 'ceph-common'], services: ['glance-api']},
  debian: {
    packages: ['glance-api', 'python3-pymysql'],
    services: ['glance-api'],
    // Ceph's stand-ins run nothing, so images are in files whatever it is related to.
    renderFiles: (given, view) => [
      {
        path: CONFIG_FILE,
        content: renderConfig(given, FILE_STORE, getApiWorkers(view)),
        group: 'glance',
        mode: 0o640,
      },
    ],
    user: 'glance',
    getSetUp: ({database}) => ({
      dependsOn: [getDatabaseUri(database)],
      commands: [{program: 'glance-manage', args: ['db_sync']}],
    }),
  },
  endpoints: [ceph.endpoint, imageService],
  readRequired: (view) => {
    const reading = ceph.read(view);
    return reading.state === 'missing' ? {} : {ceph: reading};
  },
  renderFiles: (given, view) => [
    {path: CONFIG_FILE, content: renderConfig(given, getStore(view)), group: 'glance', mode: 0o640},
    ...renderCephFiles(ceph.read(view), view.context.application, 'glance'),
  ],
  tell: (view, given) =>
    given === null ? [] : sayOnAll(view, 'image-service', {'glance-api-server': given.internalUrl}),
});

type Store = Readonly<Record<string, string>>;

const FILE_STORE: Store = {
  stores: 'file',
  default_store: 'file',
  filesystem_store_datadir: '/var/lib/glance/images/',
};

function getStore(view: ApiView): Store {
  return getValue(ceph.read(view)) === null
    ? FILE_STORE
    : {
        stores: 'rbd',
        default_store: 'rbd',
        rbd_store_ceph_conf: CEPH_CONFIG_FILE,
        rbd_store_pool: 'glance',
        rbd_store_user: view.context.application,
      };
}

function renderConfig({database, keystone}: Given<Database>, store: Store, workers?: number): string {
  return renderOsloConfig({
    ...(workers === undefined ? {} : {DEFAULT: {workers}}),
    database: {connection: getDatabaseUri(database)},
    glance_store: store,
    keystone_authtoken: getTokenSection(keystone),
    paste_deploy: {flavor: 'keystone'},
  });
}
