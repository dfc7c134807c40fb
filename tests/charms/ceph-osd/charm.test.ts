import assert from 'node:assert/strict';

import {createBench, getChanges, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const MONITOR = {fsid: 'f0e1', osd_bootstrap_key: 'boot-secret==', 'ceph-public-address': '10.80.0.41', auth: 'cephx'};

describe('stand-in ceph-osd', () => {
  it('can reach its cluster and join it', async () => {
    const result = await run(createUnit({relations: [relate('mon', 5, 'ceph-mon', [MONITOR, {}])]}));
    const {files} = result.state.host;
    assert.match(files['/etc/ceph/ceph.conf']?.content ?? '', /^fsid = f0e1$/m);
    const keyring = files['/var/lib/ceph/bootstrap-osd/ceph.keyring'];
    assert.equal(keyring?.content, '[client.bootstrap-osd]\n\tkey = boot-secret==\n');
    assert.equal(keyring.mode, 0o600);
    assert.deepEqual(result.state.status, {status: 'active', message: 'Unit is ready'});
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('says what it waits for', async () => {
    assert.equal((await run(createUnit())).state.status.message, "'mon' missing");
    const result = await run(createUnit({relations: [relate('mon', 5, 'ceph-mon', [{}])]}));
    assert.deepEqual(result.state.status, {status: 'waiting', message: "'mon' incomplete"});
  });

  it('is blocked on a key that cannot stand in a file', async () => {
    const bad = {...MONITOR, osd_bootstrap_key: 'a\nb'};
    const result = await run(createUnit({relations: [relate('mon', 5, 'ceph-mon', [bad])]}));
    assert.equal(result.exitCode, 0);
    assert.match(result.state.status.message, /^relation mon:5, unit ceph-mon\/0: osd_bootstrap_key must be/);
  });
});
