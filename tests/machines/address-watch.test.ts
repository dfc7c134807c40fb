import assert from 'node:assert/strict';

import {AddressWatch} from './address-watch.ts';

const VIP = '10.0.0.236';
const added = (stamp: string): string =>
  `[${stamp}] 2: eth0    inet ${VIP}/24 brd 10.0.0.255 scope global secondary eth0\\       valid_lft forever`;
const deleted = (stamp: string): string => added(stamp).replace('] ', '] Deleted ');

describe('the watch on addresses', () => {
  it('sees two holders when one has the address before the other lost it', () => {
    const watch = new AddressWatch();
    watch.see('a', added('2026-11-22T10:00:00.000100'), 0);
    watch.see('b', added('2026-11-22T10:00:05.000100'), 0);
    watch.see('a', deleted('2026-11-22T10:00:05.001100'), 0);
    assert.deepEqual(
      watch.getOverlaps(VIP).map((pair) => pair.map(({machine}) => machine)),
      [['a', 'b']],
    );
  });

  it('sees one holder when the address moved, or its holder lost the power', () => {
    const watch = new AddressWatch();
    watch.see('a', added('2026-11-22T10:00:00.000000'), 0);
    watch.see('a', deleted('2026-11-22T10:00:04.000000'), 0);
    watch.see('b', added('2026-11-22T10:00:05.000000'), 0);
    watch.lose('b', Date.parse('2026-11-22T10:00:08'));
    watch.see('c', added('2026-11-22T10:00:09.000000'), 0);
    assert.deepEqual(watch.getOverlaps(VIP), []);
    assert.deepEqual(
      watch.getHoldings(VIP).map(({machine}) => machine),
      ['a', 'b', 'c'],
    );
  });

  it('takes lines without a time stamp for what was there at the start', () => {
    const watch = new AddressWatch();
    watch.see('a', `2: eth0    inet ${VIP}/24 scope global eth0`, 1000);
    assert.deepEqual(watch.getHoldings(VIP), [{machine: 'a', address: VIP, from: 1000, to: null}]);
  });
});
