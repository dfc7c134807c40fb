import assert from 'node:assert/strict';

import fc from 'fast-check';

import {parseLibvirtLog} from './libvirt-log.ts';

const GUEST = '9ab0a4f5-7f43-4ba9-8d6e-0b6a1b9bb2ee';
const START = `2026-11-23 04:26:12.123+0000: starting up libvirt version: 9.0.0, package: 9.0.0-4+deb12u2 (Debian), qemu version: 7.2.22Debian 1:7.2+dfsg-7+deb12u18, kernel: 6.1.0, hostname: tidy-goose
LC_ALL=C \\
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
/usr/bin/qemu-system-x86_64 \\
-name guest=instance-00000001,debug-threads=on \\
-uuid ${GUEST} \\
-msg timestamp=on
`;
const at = (clock: string): number => Date.parse(`2026-11-23T${clock}Z`);

describe('libvirt’s log of a guest', () => {
  it('has each start and end, in UTC, of the guest that the command names', () => {
    const text = `${START}2026-11-23 04:30:00.001+0000: shutting down, reason=crashed\n`;
    assert.deepEqual(parseLibvirtLog(text, 'tidy-goose'), [
      {kind: 'start', time: at('04:26:12.123'), guest: GUEST, host: 'tidy-goose'},
      {kind: 'exit', time: at('04:30:00.001'), guest: GUEST, host: 'tidy-goose'},
    ]);
  });

  it('has the lock that QEMU did not get', () => {
    const said = 'qemu-system-x86_64: -blockdev {"node-name":"x"}: Failed to get "write" lock';
    const text = `${START}2026-11-23T04:26:12.345678Z ${said}\nIs another process using the image [/disk]?\n2026-11-23 04:26:12.400+0000: shutting down, reason=failed\n`;
    const [, refusal, end] = parseLibvirtLog(text, 'tidy-goose');
    assert.deepEqual(refusal, {
      kind: 'refusal',
      time: at('04:26:12.345'),
      guest: GUEST,
      host: 'tidy-goose',
      text: '-blockdev {"node-name":"x"}: Failed to get "write" lock',
    });
    assert.equal(end?.kind, 'exit');
  });

  it('leaves out what no guest is named for, and takes a log that was cut short', () => {
    assert.deepEqual(parseLibvirtLog('2026-11-23 04:30:00.001+0000: shutting down, reason=crashed\n', 'a'), []);
    fc.assert(
      fc.property(fc.integer({min: 0, max: START.length}), (length) => {
        const isNamed = START.slice(0, length).includes(GUEST);
        assert.equal(parseLibvirtLog(START.slice(0, length), 'a').length, isNamed ? 1 : 0);
      }),
    );
  });
});
