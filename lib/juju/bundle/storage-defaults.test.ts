import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {StorageSpec} from '../charm/types.ts';
import {parseStorageDirective} from './directives.ts';
import {completeStorage, formatSize, getMountPoint} from './storage-defaults.ts';

const data: StorageSpec = {
  name: 'data',
  type: 'filesystem',
  description: '',
  shared: false,
  readOnly: false,
  countMin: 1,
  countMax: 1,
  minimumSize: 0,
  location: '',
  properties: [],
};

const complete = (spec: Partial<StorageSpec>, directive?: string): unknown =>
  completeStorage({name: 'app', storage: {data: {...data, ...spec}}}, directive === undefined ? {} : {data: directive})[
    'data'
  ];

describe('a storage directive', () => {
  const sizes = fc.record({number: fc.integer({min: 1, max: 1000}), unit: fc.constantFrom('', 'M', 'G', 'GiB', 'TB')});

  it('means the same in whatever order its fields stand', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][a-z-]{0,8}[a-z]$/),
        fc.integer({min: 1, max: 99}),
        sizes.filter(({unit}) => unit !== ''),
        fc.shuffledSubarray([0, 1, 2], {minLength: 3}),
        (pool, count, {number, unit}, order) => {
          const fields = [pool, String(count), `${String(number)}${unit}`];
          const mixed = order.map((place) => fields[place]);
          assert.deepEqual(parseStorageDirective(mixed.join(',')), parseStorageDirective(fields.join(',')));
          assert.equal(parseStorageDirective(mixed.join(',')).pool, pool);
          assert.equal(parseStorageDirective(mixed.join(',')).count, count);
        },
      ),
    );
  });

  it('asks for one where it does not say how many, and its text never breaks the reader', () => {
    assert.deepEqual(parseStorageDirective('10G'), {pool: '', count: 1, size: 10_240});
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          assert.ok(parseStorageDirective(text).count > 0);
        } catch (error) {
          assert.match(String(error), /count must be greater than zero/);
        }
      }),
    );
  });
});

describe('storage of an application', () => {
  it('has the default pool, 1 GiB and the least count where nobody says otherwise', () => {
    assert.deepEqual(complete({}), {pool: 'rootfs', size: 1024, count: 1});
    assert.deepEqual(complete({type: 'block', countMin: 0, countMax: -1}), {pool: 'loop', size: 1024, count: 0});
    assert.deepEqual(complete({minimumSize: 5000, countMin: 2, countMax: 3}), {pool: 'rootfs', size: 5000, count: 2});
  });

  it('is as it was asked for', () => {
    assert.deepEqual(complete({countMin: 0}, 'fast,2G'), {pool: 'fast', size: 2048, count: 1});
    assert.deepEqual(complete({countMin: 0}, 'rootfs'), {pool: 'rootfs', size: 1024, count: 1});
  });

  it('never has fewer or more than the charm allows, nor smaller ones', () => {
    fc.assert(
      fc.property(
        fc.nat(4),
        fc.integer({min: -1, max: 6}),
        fc.integer({min: 1, max: 8}),
        (countMin, countMax, count) => {
          fc.pre(countMax === -1 || countMax >= Math.max(1, countMin));
          const isAllowed = count >= countMin && (countMax === -1 || count <= countMax);
          const act = (): unknown => complete({countMin, countMax}, String(count));
          if (isAllowed) assert.deepEqual(act(), {pool: 'rootfs', size: 1024, count});
          else assert.throws(act, {name: 'CharmError', message: /^charm "app" store "data": /});
        },
      ),
    );
    assert.throws(() => complete({}, '2'), /charm "app" store "data": storage is singular, 2 specified/);
    assert.throws(() => complete({minimumSize: 2048}, '100M'), /minimum storage size is 2\.0 GiB, 100 MiB specified/);
  });

  it('is refused for a store that the charm has not', () => {
    const stores = {name: 'app', storage: {data}};
    assert.throws(() => completeStorage(stores, {disks: '1G'}), /charm "app" has no store called "disks"/);
    assert.throws(() => completeStorage(stores, {constructor: '1G'}), /no store called "constructor"/);
  });

  it('is mounted at its own location when there can be but one, else by its id', () => {
    assert.equal(getMountPoint({...data, location: '/srv/data'}, 'data/3'), '/srv/data');
    assert.equal(getMountPoint({...data, location: '/srv/data', countMax: -1}, 'data/3'), '/srv/data/data/3');
    assert.equal(getMountPoint(data, 'data/3'), '/var/lib/juju/storage/data/3');
    assert.throws(
      () => getMountPoint({...data, location: '/var/lib/juju/storage/x'}, 'data/0'),
      /must not fall within/,
    );
  });

  it('is told in a unit that people read', () => {
    assert.deepEqual([0, 512, 1024, 1536, 10_240, 2 ** 21].map(formatSize), [
      '0.0 MiB',
      '512 MiB',
      '1.0 GiB',
      '1.5 GiB',
      '10 GiB',
      '2.0 TiB',
    ]);
  });
});
