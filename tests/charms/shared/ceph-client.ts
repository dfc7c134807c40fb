import {parseWith, type WantedFile} from '#charm';
import {hostField, textField, type Reading} from '#openstack';
import * as z from 'zod/mini';

import {renderCephConfig, renderKeyring} from './ceph.ts';
import {defineAsking, getValue, type Asking} from './requirer.ts';

/** One monitor of a Ceph cluster, with the key it gave this application. */
export interface CephMonitor {
  readonly key: string;
  readonly auth: string;
  readonly 'ceph-public-address': string;
}

export const CEPH_CONFIG_FILE = '/etc/ceph/ceph.conf';

/** Requires `ceph` (interface ceph-client): complete when a monitor has given a key. */
export function askForCeph(): Asking<CephMonitor> {
  return defineAsking('ceph', parseWith(z.object({key: textField, auth: textField, 'ceph-public-address': hostField})));
}

/** How a client reaches the cluster: its configuration, and its key which only `user` may read. */
export function renderCephFiles(
  reading: Reading<readonly CephMonitor[]>,
  application: string,
  user: string,
): readonly WantedFile[] {
  const monitors = getValue(reading) ?? [];
  const key = monitors[0]?.key;
  if (key === undefined) {
    return [];
  }
  const addresses = monitors.map((monitor) => monitor['ceph-public-address']).sort();
  return [
    {path: CEPH_CONFIG_FILE, content: renderCephConfig({monitors: addresses})},
    {
      path: `/etc/ceph/ceph.client.${application}.keyring`,
      content: renderKeyring(`client.${application}`, key),
      owner: user,
      group: user,
      mode: 0o600,
    },
  ];
}
