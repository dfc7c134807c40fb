import assert from 'node:assert/strict';

import {createBench, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const peers = {
  ...relate('mon', 0, 'ceph-mon', []),
  units: {'ceph-mon/1': {'ceph-public-address': '10.80.0.41'}, 'ceph-mon/2': {'ceph-public-address': '10.80.0.42'}},
};
const clients = relate('client', 4, 'glance', [{}]);
const osds = relate('osd', 5, 'ceph-osd', [{}]);
const KEY = /^AQA[A-Za-z0-9+/]{35}==$/;

describe('stand-in ceph-mon', () => {
  it('gives storage hosts the cluster’s id and the key to join it', async () => {
    const result = await run(createUnit({relations: [peers, osds]}));
    const {fsid = '', osd_bootstrap_key = '', osd_upgrade_key = '', ...rest} = getOwnBag(result, 5);
    assert.deepEqual(rest, {auth: 'cephx', 'ceph-public-address': '10.0.0.10'});
    assert.match(fsid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.match(osd_bootstrap_key, KEY);
    assert.match(osd_upgrade_key, KEY);
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('gives every client application a key of its own', async () => {
    const result = await run(createUnit({relations: [peers, clients, relate('client', 6, 'nova-compute', [{}])]}));
    const [glance, nova] = [getOwnBag(result, 4), getOwnBag(result, 6)];
    assert.match(glance['key'] ?? '', KEY);
    assert.match(nova['key'] ?? '', KEY);
    assert.notEqual(glance['key'], nova['key']);
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('gives nobody anything before enough monitors are there', async () => {
    const result = await run(createUnit({relations: [relate('mon', 0, 'ceph-mon', []), clients, osds]}));
    assert.deepEqual(result.state.status, {status: 'waiting', message: 'insufficient peer units (require 3)'});
    assert.deepEqual([getOwnBag(result, 4), getOwnBag(result, 5)], [{}, {}]);
  });

  it('has the same keys on every monitor', async () => {
    const leader = await run(createUnit({relations: [peers, clients]}));
    const shared = leader.state.relations.find(({id}) => id === 0)?.applicationData ?? {};
    const seen = {...peers, units: {'ceph-mon/0': {'ceph-public-address': '10.0.0.10'}, 'ceph-mon/2': {}}};
    const relations = [{...seen, applicationData: shared}, clients];
    const other = await run(createUnit({unit: 'ceph-mon/1', leader: false, config: {'monitor-count': 2}, relations}));
    assert.equal(getOwnBag(other, 4)['key'], getOwnBag(leader, 4)['key']);
  });

  it('counts only peers whose address is one', async () => {
    const bad = {...peers, units: {...peers.units, 'ceph-mon/2': {'ceph-public-address': 'x\ny'}}};
    const result = await run(createUnit({relations: [bad, clients]}));
    assert.equal(result.exitCode, 0);
    assert.equal(result.state.status.status, 'waiting');
  });
});
