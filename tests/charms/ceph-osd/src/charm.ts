import {active, defineCharm, parseNothing, parseWith, type WantedFile} from '#charm';
import {assess, hostField, textField} from '#openstack';
import * as z from 'zod/mini';

import {renderCephConfig, renderKeyring} from '../../shared/ceph.ts';
import {CEPH_CONFIG_FILE} from '../../shared/ceph-client.ts';
import {isDebian} from '../../shared/distribution.ts';
import {defineAsking, getValue} from '../../shared/requirer.ts';

const Monitor = z.object({fsid: textField, osd_bootstrap_key: textField, 'ceph-public-address': hostField});
const mon = defineAsking('mon', parseWith(Monitor));

const BOOTSTRAP_KEYRING = '/var/lib/ceph/bootstrap-osd/ceph.keyring';

/** A Ceph storage host: all it needs to add disks to the cluster; it adds none by itself. */
export const charm = defineCharm({
  config: parseNothing,
  endpoints: [mon.endpoint],
  readFacts: () => Promise.resolve({}),
  desire: (view) => {
    const reading = mon.read(view);
    const monitors = getValue(reading);
    return {
      ...(!isDebian(view.host.os.id)
        ? {packages: ['ceph-common'], ...(monitors === null ? {} : {files: renderFiles(monitors)})}
        : {}),
      statuses: [assess({required: {mon: reading}}) ?? active('Unit is ready')],
    };
  },
});

function renderFiles(monitors: readonly z.infer<typeof Monitor>[]): readonly WantedFile[] {
  const [first] = monitors;
  if (first === undefined) {
    return [];
  }
  const addresses = monitors.map((monitor) => monitor['ceph-public-address']).sort();
  return [
    {path: CEPH_CONFIG_FILE, content: renderCephConfig({fsid: first.fsid, monitors: addresses})},
    {
      path: BOOTSTRAP_KEYRING,
      content: renderKeyring('client.bootstrap-osd', first.osd_bootstrap_key),
      owner: 'ceph',
      group: 'ceph',
      mode: 0o600,
    },
  ];
}
