import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {ComputeService, SegmentHost} from './cloud.ts';
import {findGaps, getLastingGaps, parseReport, renderReport, type Gap} from './protection.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 23, 1, 0, 0);

const compute = (host: string, given: Partial<ComputeService> = {}): ComputeService => ({
  ...{id: host, host, isUp: true, isEnabled: true, disabledReason: ''},
  ...{isForcedDown: false, updatedAt: NOW},
  ...given,
});
const member = (name: string, given: Partial<SegmentHost> = {}): SegmentHost => ({
  ...{uuid: `u-${name}`, name, segment: 's'},
  ...{isOnMaintenance: false, isReserved: false},
  ...given,
});

function find(computes: readonly ComputeService[], hosts: readonly SegmentHost[], offline: readonly string[] = []) {
  const connected = new Set(computes.map(({host}) => host).filter((host) => !offline.includes(host)));
  return findGaps({connected, computes, hosts}, [], NOW).map(({host, reason}) => `${host}: ${reason}`);
}

describe('a compute that nobody would recover', () => {
  it('is one that is on maintenance, forced down or in no segment while the cluster is connected to it', () => {
    const computes = [
      compute('a'),
      compute('b'),
      compute('c', {isForcedDown: true, isUp: false}),
      compute('d'),
      compute('e', {isEnabled: false}),
    ];
    const hosts = [member('a'), member('b', {isOnMaintenance: true}), member('c'), member('e')];
    const expected = ['b: on maintenance', 'c: forced down', 'd: in no segment', 'e: disabled'];
    assert.deepEqual(find(computes, hosts), expected);
    assert.deepEqual(find(computes, hosts, ['b', 'c', 'd', 'e']), []);
  });

  it('is not one that waits in reserve, nor one that somebody disabled and said why', () => {
    const computes = [
      compute('a', {isEnabled: false}),
      compute('b', {isEnabled: false, disabledReason: 'new fan'}),
      compute('c', {isEnabled: false, disabledReason: 'Masakari detected host failed.'}),
    ];
    const hosts = [member('a', {isReserved: true}), member('b', {isOnMaintenance: true}), member('c')];
    assert.deepEqual(find(computes, hosts), ['c: disabled']);
  });

  it('is told once it has lasted, and by a report that is not old', () => {
    const first = findGaps({connected: new Set(['a']), computes: [compute('a')], hosts: []}, [], NOW);
    assert.deepEqual(getLastingGaps({at: NOW, gaps: first}, NOW), []);
    const later = NOW + 5 * MINUTE;
    const second = findGaps({connected: new Set(['a']), computes: [compute('a')], hosts: []}, first, later);
    assert.deepEqual(second, first);
    assert.deepEqual(getLastingGaps({at: later, gaps: second}, later + MINUTE), first);
    assert.deepEqual(getLastingGaps({at: later, gaps: second}, later + 20 * MINUTE), []);
    assert.deepEqual(getLastingGaps({at: later, gaps: second}, later - 20 * MINUTE), []);
    assert.deepEqual(getLastingGaps(null, later), []);
  });

  it('is counted anew when its reason changes', () => {
    const before: Gap[] = [{host: 'a', reason: 'on maintenance', since: NOW - 9 * MINUTE}];
    const [gap] = findGaps({connected: new Set(['a']), computes: [compute('a')], hosts: []}, before, NOW);
    assert.deepEqual(gap, {host: 'a', reason: 'in no segment', since: NOW});
  });
});

describe('the report of them', () => {
  it('is read as it was written, and anything else is none', () => {
    const report = {at: NOW, gaps: [{host: 'a', reason: 'disabled' as const, since: NOW}]};
    assert.deepEqual(parseReport(renderReport(report)), report);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.equal(parseReport(text), null);
      }),
    );
  });
});
