import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {createCalls, type Calls} from './calls.ts';

describe('storage with juju-local', () => {
  let calls: Calls;

  beforeEach(async () => {
    calls = await createCalls();
    await calls.print('bootstrap', 'memory');
    await calls.print('add-model', 'small');
  });

  afterEach(() => calls.remove());

  it('is made as deploy says, listed, and gone with its application', async () => {
    assert.match((await calls.run('storage')).stderr, /^No storage to display\.\n$/);
    await calls.print('deploy', 'nova-compute', '-n', '2', '--storage', 'instances=rootfs,20G');
    assert.equal(
      await calls.print('storage'),
      [
        'Unit            Storage ID   Type        Pool    Size    Status    Message',
        'nova-compute/0  instances/0  filesystem  rootfs  20 GiB  attached',
        'nova-compute/1  instances/0  filesystem  rootfs  20 GiB  attached',
        '',
      ].join('\n'),
    );
    const listed = await calls.print('storage', '--format', 'yaml');
    assert.match(listed, /^ {8}nova-compute\/1:\n {10}life: alive\n {10}location: \/var\/lib\/nova\/instances\n/m);
    assert.ok((await calls.print('status', '--format', 'json')).includes('"storage":{"storage":{"instances/0":{'));
    const tool = ['exec', '--unit', 'nova-compute/1', '--', 'storage-get', '-s', 'instances/0', 'location'];
    assert.equal(await calls.print(...tool), '/var/lib/nova/instances\n');
    for (const [argv, what] of [
      [['remove-unit', 'nova-compute/0', 'nova-compute/1'], 'detach'],
      [['remove-application', 'nova-compute'], 'remove'],
    ] as const) {
      const {stderr} = await calls.run(...argv, '--dry-run');
      assert.ok(stderr.includes(`\n- will ${what} storage instances/0\n`), stderr);
    }
    await calls.print('remove-unit', 'nova-compute/0', '--no-prompt');
    assert.equal((await calls.print('storage')).split('\n').length, 3);
    await calls.print('remove-application', 'nova-compute', '--no-prompt');
    assert.match((await calls.run('storage')).stderr, /^No storage to display\.\n$/);
  });

  it('is made as a bundle and its overlays say, for units that come later too', async () => {
    const bundle = join(calls.folder, 'bundle.yaml');
    const overlay = join(calls.folder, 'overlay.yaml');
    await writeFile(bundle, 'applications:\n  nova-compute:\n    charm: nova-compute\n    num_units: 1\n');
    await writeFile(overlay, 'applications:\n  nova-compute:\n    storage: {instances: 10G}\n');
    await calls.print('deploy', bundle, '--overlay', overlay);
    await calls.print('add-unit', 'nova-compute');
    const [, first, second] = (await calls.print('storage')).split('\n');
    assert.match(first ?? '', /^nova-compute\/0 +instances\/0 +filesystem +rootfs +10 GiB +attached$/);
    assert.match(second ?? '', /^nova-compute\/1 +instances\/0 /);
  });

  it('that cannot be is refused before anything is changed', async () => {
    for (const [directive, reason] of [
      ['disks=1G', /charm "nova-compute" has no store called "disks"/],
      ['instances=2', /charm "nova-compute" store "instances": at most 1 instances supported, 2 specified/],
      ['instances=ebs', /pool "ebs" not found/],
      ['instances=0', /cannot parse count: count must be greater than zero, got "0"/],
      ['instances', /invalid value "instances" for option --storage/],
    ] as const) {
      const {status, stderr} = await calls.run('deploy', 'nova-compute', '--storage', directive);
      assert.equal(status, 1, stderr);
      assert.match(stderr, reason);
    }
    const bundle = join(calls.folder, 'bundle.yaml');
    await writeFile(
      bundle,
      'applications:\n  n:\n    charm: nova-compute\n    num_units: 1\n    storage: {disks: 1G}\n',
    );
    assert.match((await calls.run('deploy', bundle)).stderr, /has no store called "disks"/);
    assert.equal(await calls.print('status', '--format', 'oneline'), '');
  });
});
