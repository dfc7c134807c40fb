import assert from 'node:assert/strict';

import fc from 'fast-check';

import {parseMetadata} from '#juju';

import {LocalError} from '../errors.ts';
import {checkStorageOfUpgrade, getApplicationStorage, parseStorageOptions} from './storage.ts';

const read = (stores: string): ReturnType<typeof parseMetadata> =>
  parseMetadata(`name: app\nsummary: s\ndescription: d\nstorage: {${stores}}\n`);

const ALL = {name: 'memory'};

describe('--storage', () => {
  it('gives what each store is to be', () => {
    const names = fc.stringMatching(/^[a-z]{1,8}$/);
    const directives = fc.stringMatching(/^[a-z0-9,=]{1,12}$/);
    fc.assert(
      fc.property(fc.dictionary(names, directives), (wanted) => {
        const words = Object.entries(wanted).map(([store, directive]) => `${store}=${directive}`);
        assert.deepEqual(parseStorageOptions(words), {...wanted});
      }),
    );
  });

  it('is refused with a reason where it cannot be read', () => {
    assert.throws(() => parseStorageOptions(['data']), /invalid value "data" for option --storage/);
    assert.throws(() => parseStorageOptions(['data=']), LocalError);
    assert.throws(() => parseStorageOptions(['data=1', 'data=2']), /storage "data" specified more than once/);
    assert.throws(() => parseStorageOptions(['app:data=1']), /not modelled/);
  });
});

describe('storage of a new application', () => {
  it('comes from the pool that there is', () => {
    const metadata = read('data: {type: filesystem, multiple: {range: 0-1}}');
    assert.deepEqual(getApplicationStorage(ALL, 'app', metadata, {data: '1G'}), {
      data: {pool: 'rootfs', size: 1024, count: 1},
    });
    const ask = (directive: string) => () => getApplicationStorage(ALL, 'app', metadata, {data: directive});
    assert.throws(ask('ebs'), /^LocalError: cannot add application "app": pool "ebs" not found$/);
    assert.throws(ask('tmpfs'), /not modelled: pool "tmpfs"/);
    assert.throws(ask('2'), /cannot add application "app": charm "app" store "data": at most 1 instances supported/);
    assert.throws(() => getApplicationStorage(ALL, 'app', metadata, {no: '1'}), /has no store called "no"/);
  });

  it('is refused where the cloud has none of its kind, or where it has no place', () => {
    const disk = read('disk: {type: block}');
    const machines = {name: 'machines', storageKinds: ['filesystem'] as const};
    assert.deepEqual(Object.keys(getApplicationStorage(ALL, 'app', disk, {})), ['disk']);
    assert.throws(
      () => getApplicationStorage(machines, 'app', disk, {}),
      /not modelled: block storage \("disk"\) on the/,
    );
    const misplaced = read('data: {type: filesystem, location: /var/lib/juju/storage/data}');
    assert.throws(() => getApplicationStorage(ALL, 'app', misplaced, {}), /must not fall within/);
  });
});

describe('storage under an upgrade', () => {
  const before = read('data: {type: filesystem, location: /srv/data, multiple: {range: 0-1}}, log: {type: filesystem}');
  const upgrade =
    (stores: string, used: readonly string[] = []) =>
    () => {
      checkStorageOfUpgrade(before, read(stores), new Set(used));
    };

  it('stays what it was', () => {
    const log = 'log: {type: filesystem}';
    upgrade(`data: {type: filesystem, location: /srv/data}, ${log}`)();
    upgrade(log)();
    assert.throws(upgrade(log, ['data']), /in-use storage "data" removed/);
    assert.throws(upgrade('data: {type: filesystem, location: /srv/data}'), /required storage "log" removed/);
    assert.throws(upgrade(`data: {type: block}, ${log}`), /storage "data" type changed from "filesystem" to "block"/);
    assert.throws(
      upgrade(`data: {type: filesystem, shared: true, location: /srv/data}, ${log}`),
      /storage "data" shared changed from false to true/,
    );
  });
});
