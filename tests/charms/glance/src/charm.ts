import {defineEndpoint, parseNothing, renderOsloConfig} from '#charm';
import {getDatabaseUri, sayOnAll, type Database} from '#openstack';

import {defineApiCharm, getTokenSection, type ApiView, type Given} from '../../shared/api-charm.ts';
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
  endpoints: [ceph.endpoint, imageService],
  readRequired: (view) => {
    const reading = ceph.read(view);
    return reading.state === 'missing' ? {} : {ceph: reading};
  },
  renderFiles: (given, view) => [
    {path: CONFIG_FILE, content: renderConfig(given, view), group: 'glance', mode: 0o640},
    ...renderCephFiles(ceph.read(view), view.context.application, 'glance'),
  ],
  tell: (view, given) =>
    given === null ? [] : sayOnAll(view, 'image-service', {'glance-api-server': given.internalUrl}),
});

function renderConfig({database, keystone}: Given<Database>, view: ApiView): string {
  const isOnCeph = getValue(ceph.read(view)) !== null;
  const store = isOnCeph
    ? {
        stores: 'rbd',
        default_store: 'rbd',
        rbd_store_ceph_conf: CEPH_CONFIG_FILE,
        rbd_store_pool: 'glance',
        rbd_store_user: view.context.application,
      }
    : {stores: 'file', default_store: 'file', filesystem_store_datadir: '/var/lib/glance/images/'};
  return renderOsloConfig({
    database: {connection: getDatabaseUri(database)},
    glance_store: store,
    keystone_authtoken: getTokenSection(keystone),
    paste_deploy: {flavor: 'keystone'},
  });
}
