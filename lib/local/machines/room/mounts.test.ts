import assert from 'node:assert/strict';

import fc from 'fast-check';

import {LocalError} from '../../errors.ts';
import {findMountsBelow, getOverlayOptions, parseMounts} from './mounts.ts';

/** As the kernel writes a path there. */
function escape(path: string): string {
  return path.replaceAll(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

describe('the mounts of this host', () => {
  it('are read with and without optional fields', () => {
    const text = [
      '23 27 0:22 / /sys rw,relatime - sysfs sysfs rw',
      '36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 master:2 - ext4 /dev/root rw,errors=continue',
      'something else',
      '',
    ].join('\n');
    assert.deepEqual(parseMounts(text), [
      {root: '/', mountPoint: '/sys', type: 'sysfs', superOptions: ['rw']},
      {root: '/mnt1', mountPoint: '/mnt2', type: 'ext4', superOptions: ['rw', 'errors=continue']},
    ]);
  });

  it('are read whatever their paths contain', () => {
    const path = fc.string({unit: fc.constantFrom('a', ' ', '\t', '\n', '\\', 'é', '/', '0', '4')});
    fc.assert(
      fc.property(path, (name) => {
        const point = `/${name}`;
        const [mount] = parseMounts(`1 2 0:1 / ${escape(point)} rw - overlay overlay rw`);
        assert.equal(mount?.mountPoint, point);
      }),
    );
  });

  it('are taken away the last one first, and only below the folder', () => {
    const points = ['/a', '/data/m/root', '/data/m', '/data/m/root/deep', '/data/mine', '/data/m/root'];
    const mounts = points.map((mountPoint) => ({root: '/', mountPoint, type: 'overlay', superOptions: []}));
    assert.deepEqual(findMountsBelow(mounts, '/data/m'), [
      '/data/m/root',
      '/data/m/root/deep',
      '/data/m',
      '/data/m/root',
    ]);
  });
});

describe('the options of an overlay', () => {
  it('name the layers, the top one first', () => {
    assert.equal(getOverlayOptions(['/top', '/base'], '/u', '/w'), 'lowerdir=/top:/base,upperdir=/u,workdir=/w');
  });

  it('refuse a path that would be read as several', () => {
    for (const folder of ['/a,b', '/a:b', '/a\\b', '/a"b']) {
      assert.throws(() => getOverlayOptions(['/base'], folder, '/w'), LocalError, folder);
    }
  });
});
