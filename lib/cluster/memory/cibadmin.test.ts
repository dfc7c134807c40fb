import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {applyChange, canonicalCib, diff} from '../index.ts';
import type {Cib} from '../index.ts';
import {renderUpdate, type Update} from '../patch.ts';
import {cibArbitrary} from '../testing/arbitraries.test.ts';
import {modifyCib, patchCib, type CibadminResult} from './cibadmin.ts';

const runs = {numRuns: 60};
const author = {client: 'cibadmin', host: 'alpha', now: '2026-01-01T00:00:00.000Z'};

function carryOut(cib: Cib, {args, stdin}: Update): CibadminResult {
  return (args.includes('--modify') ? modifyCib : patchCib)(cib, stdin, author);
}

/** What both say but for versions, and for who wrote them when. */
function getPlain(cib: Cib): Cib {
  return canonicalCib({...cib, version: {adminEpoch: '0', epoch: '0', numUpdates: '0'}, attributes: {}, status: null});
}

function checkUpdate(from: Cib, to: Cib): void {
  const change = diff(from, to);
  const update = renderUpdate(change, from);
  const {cib} = carryOut(from, update);
  assert.deepEqual(getPlain(cib ?? from), getPlain(applyChange(change, from)));
  const moved = {...from, version: {...from.version, epoch: String(Number(from.version.epoch) + 1)}};
  assert.equal(carryOut(moved, update).exitCode, 103);
}

describe('one call of cibadmin', () => {
  it('makes any change whole, and is refused when the configuration was changed meanwhile', () => {
    fc.assert(fc.property(cibArbitrary, cibArbitrary, checkUpdate), runs);
  });

  it('merges in what is only new', () => {
    fc.assert(
      fc.property(cibArbitrary, fc.nat(8), (cib, count) => {
        const fewer = {...cib, constraints: cib.constraints.slice(0, count)};
        assert.ok(renderUpdate(diff(fewer, cib), fewer).args.includes('--modify'));
        checkUpdate(fewer, cib);
      }),
      runs,
    );
  });
});
