import assert from 'node:assert/strict';

import {findGuest, findSlug, lookAtProcesses} from './process-table.ts';

describe('the watch’s look at processes', () => {
  it('knows a machine by its control group, in any hierarchy', () => {
    assert.equal(findSlug('12:pids:/jl-ab12-1-lxd-0/init.scope\n0::/jl-ab12-1-lxd-0\n', 'jl-ab12-'), '1-lxd-0');
    assert.equal(findSlug('0::/user.slice/jl-ab12-4/machine.slice\n', 'jl-ab12-'), '4');
    assert.equal(findSlug('0::/jl-other-4\n', 'jl-ab12-'), '');
  });

  it('knows a guest by the uuid that QEMU was given', () => {
    assert.equal(findGuest('/usr/bin/qemu-system-x86_64\0-name\0x\0-uuid\0abc\0-msg\0'), 'abc');
    assert.equal(findGuest('grep\0qemu-system\0-uuid\0abc\0'), null);
    assert.equal(findGuest(''), null);
  });

  it('finds nothing on machines that are not there', () => {
    const places = {prefix: 'jl-none-', hosts: new Map([['4', 'tidy-goose']])};
    assert.deepEqual(
      lookAtProcesses(places, () => 7),
      {kind: 'look', begun: 7, time: 7, on: [], processes: []},
    );
  });
});
