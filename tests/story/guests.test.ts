import assert from 'node:assert/strict';

import {parseServices} from './diagnosis.ts';
import {parseGuestProcesses} from './guests.ts';

describe('the process table of guests', () => {
  it('has each QEMU with the guest that it runs, and nothing else', () => {
    const uuid = '4ce60f57-e8af-4a9a-b3f5-852d428c6890';
    const text = [
      `733213 /usr/bin/qemu-system-x86_64 -name guest=instance-00000001,debug-threads=on -uuid ${uuid} -no-user-config`,
      '733851 timeout --kill-after=5 120 pgrep --list-full --full qemu-system',
      '',
    ].join('\n');
    assert.deepEqual(parseGuestProcesses(text), [{pid: 733213, server: uuid}]);
    assert.deepEqual(parseGuestProcesses(''), []);
  });
});

describe('what systemd lists', () => {
  it('is names of services', () => {
    const text =
      'nova-api.service loaded failed failed OpenStack Compute API\nmasakari-engine.service loaded activating auto-restart x\n';
    assert.deepEqual(parseServices(text), ['nova-api', 'masakari-engine']);
  });
});
