import assert from 'node:assert/strict';

import {createCalls, type Calls} from './calls.ts';

describe('the verbs of juju-local', () => {
  let calls: Calls;

  before(async () => {
    calls = await createCalls();
    await calls.print('bootstrap', 'memory');
    await calls.print('add-model', 'openstack');
    await calls.print('deploy', './bundles/openstack-base.yaml', '--overlay', 'overlays/masakari.yaml');
  });

  after(() => calls.remove());

  it('bootstrap says where state is kept', async () => {
    const {stderr} = await calls.run('bootstrap', 'memory', 'second');
    assert.match(stderr, /Its state is kept in \/.*\/data; nothing runs between commands/);
    await calls.print('switch', 'memory:openstack');
  });

  it('remove-relation refuses peer relations, by id and by endpoints', async () => {
    const text = await calls.print('show-unit', 'hacluster/0', '--endpoint', 'hanode', '--format', 'json');
    const [, id = ''] = /"relation-id":(\d+)/.exec(text) ?? [];
    for (const words of [[id], ['hacluster:hanode'], ['hacluster:hanode', 'hacluster:hanode']]) {
      const {status, stderr} = await calls.run('remove-relation', ...words);
      assert.equal(status, 1);
      assert.equal(stderr, 'ERROR cannot remove relation "hacluster:hanode": is a peer relation\n');
    }
    assert.equal(await calls.print('show-unit', 'hacluster/0', '--endpoint', 'hanode', '--format', 'json'), text);
  });

  it('debug-log --limit and -n show the last lines', async () => {
    const all = await calls.print('debug-log', '--replay');
    const last = (count: number): string =>
      all
        .split('\n')
        .slice(-1 - count)
        .join('\n');
    assert.equal(await calls.print('debug-log', '--limit', '3'), last(3));
    assert.equal(await calls.print('debug-log', '--replay', '--limit', '3'), last(3));
    assert.equal(await calls.print('debug-log', '-n', '4'), last(4));
    assert.equal(await calls.print('debug-log', '--limit', '0'), '');
    assert.equal(await calls.print('debug-log'), last(10));
  });

  it('status of a principal shows its subordinates too', async () => {
    const text = await calls.print('status', 'nova-compute');
    for (const expected of [/^masakari-monitors /m, /^pacemaker-remote /m, /^ {2}masakari-monitors\/\d/m]) {
      assert.match(text, expected);
    }
    assert.ok(!/^keystone/m.test(text), text);
  });
});
