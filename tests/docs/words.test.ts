import assert from 'node:assert/strict';

import {readCharmMeta} from '#charm/testing';

import {getProse, readPages} from './guide.ts';

const charms = ['hacluster', 'masakari', 'masakari-monitors', 'pacemaker-remote'].map((name) =>
  readCharmMeta(new URL(`../../charms/${name}/charmcraft.yaml`, import.meta.url)),
);

/** What looks like a name of ours and is somebody else's. */
const OTHERS = [
  // recovery methods of Masakari, and its monitors
  ...['reserved_host', 'auto_priority', 'rh_priority', 'masakari-host-monitor', 'masakari-instance-monitor'],
  // Nova
  ...['nova-compute', 'forced_down'],
  // Pacemaker and Corosync; the first as the kernel cuts it
  ...['pacemaker-remot', 'pacemaker_remote', 'clone-max', 'startup-fencing', 'symmetric-cluster', 'corosync-keygen'],
  // resources and nodes of the deployment
  ...['st-maas-54fb962', 'st-null', 'cl_res_masakari_haproxy', 'grp_masakari_vips', 'juju-cef548-1-lxd-1'],
  ...['frank-colt', 'model-crow', 'tidy-goose'],
  // stories
  ...['all-isolated', 'auto_priority-falls-back', 'fencing-fails', 'notifier-dies', 'vip-holder', 'api-down'],
];

const NAME = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)+$/;

describe('the operator’s guide', () => {
  const known = new Set([
    ...OTHERS,
    ...charms.flatMap(({name, config, actions, endpoints}) => [
      name,
      ...Object.keys(config),
      ...actions,
      ...Object.keys(endpoints),
    ]),
  ]);

  for (const page of readPages()) {
    it(`names in ${page.name} options, actions and endpoints that there are`, () => {
      const quoted = [...getProse(page).matchAll(/`(?<name>[^`=]+)[^`]*`/g)].map(({groups}) => groups?.['name'] ?? '');
      assert.deepEqual(
        quoted.filter((name) => NAME.test(name) && !known.has(name)),
        [],
      );
    });
  }
});
