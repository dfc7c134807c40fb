import assert from 'node:assert/strict';

import {CEPH_ANSWER, createAnswers} from '../shared/fixtures.ts';
import {createBench, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const {database, keystone} = createAnswers('glance', 'glance');
const clients = relate('image-service', 4, 'nova-compute', [{}]);

describe('stand-in glance', () => {
  it('asks for a database and registers itself', async () => {
    const relations = [relate('shared-db', 1, 'mysql', []), relate('identity-service', 2, 'keystone', [])];
    const result = await run(createUnit({relations}));
    assert.deepEqual(getOwnBag(result, 1), {database: 'glance', username: 'glance', hostname: '10.80.0.10'});
    assert.deepEqual(getOwnBag(result, 2), {
      service: 'glance',
      region: 'RegionOne',
      public_url: 'http://10.0.0.10:9292',
      admin_url: 'http://10.70.0.10:9292',
      internal_url: 'http://10.80.0.10:9292',
    });
    const message = "'shared-db' incomplete, 'identity-service' incomplete";
    assert.deepEqual(result.state.status, {status: 'waiting', message});
  });

  it('says where it is once it is configured, and then writes nothing more', async () => {
    const result = await run(createUnit({relations: [database, keystone, clients]}));
    assert.deepEqual(getOwnBag(result, 4), {'glance-api-server': 'http://10.80.0.10:9292'});
    assert.deepEqual(result.state.status, {status: 'active', message: 'Unit is ready'});
    const config = result.state.host.files['/etc/glance/glance-api.conf'];
    assert.match(config?.content ?? '', /^default_store = file$/m);
    assert.deepEqual([config?.group, config?.mode], ['glance', 0o640]);
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('keeps images in Ceph where there is one, and waits for its key', async () => {
    const waits = await run(createUnit({relations: [database, keystone, relate('ceph', 5, 'ceph-mon', [{}])]}));
    assert.deepEqual(waits.state.status, {status: 'waiting', message: "'ceph' incomplete"});
    const ceph = relate('ceph', 5, 'ceph-mon', [CEPH_ANSWER, {...CEPH_ANSWER, 'ceph-public-address': '10.80.0.40'}]);
    const {files} = (await run(createUnit({relations: [database, keystone, ceph]}))).state.host;
    assert.match(files['/etc/glance/glance-api.conf']?.content ?? '', /^rbd_store_user = glance$/m);
    assert.match(files['/etc/ceph/ceph.conf']?.content ?? '', /^mon host = 10\.80\.0\.40 10\.80\.0\.41$/m);
    const keyring = files['/etc/ceph/ceph.client.glance.keyring'];
    assert.deepEqual(keyring, {
      content: '[client.glance]\n\tkey = ceph-secret==\n',
      owner: 'glance',
      group: 'glance',
      mode: 0o600,
    });
  });

  it('leaves its configuration alone while an answer is away', async () => {
    const ready = await run(createUnit({relations: [database, keystone]}));
    const away = await run({...ready.state, relations: [database]}, {hook: 'config-changed'});
    assert.deepEqual(away.effects, []);
    assert.deepEqual(away.state.status, {status: 'blocked', message: "'identity-service' missing"});
  });

  it('is blocked on data that cannot stand in a file, naming relation, unit and key', async () => {
    const bad = relate('shared-db', 1, 'mysql', [
      {db_host: '10.80.0.30', password: 'a\n[DEFAULT]\ndebug = true', allowed_units: 'glance/0'},
    ]);
    const result = await run(createUnit({relations: [bad, keystone]}));
    assert.equal(result.exitCode, 0);
    assert.equal(result.state.status.status, 'blocked');
    assert.match(result.state.status.message, /^relation shared-db:1, unit mysql\/0: password must be/);
  });

  it('is blocked on a region that is no line of text', async () => {
    const result = await run(createUnit({config: {region: 'a\nb'}}), {hook: 'config-changed'});
    assert.equal(result.exitCode, 0);
    assert.match(result.state.status.message, /^option region must be/);
  });
});
