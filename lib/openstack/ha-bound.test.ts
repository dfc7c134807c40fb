import assert from 'node:assert/strict';

import fc from 'fast-check';

import {parseFencingBound, renderFencingBound} from './ha-bound.ts';

describe('the bound of fencing on the ha relation', () => {
  it('is read as it was said, and a day where more was meant', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seconds) => {
        assert.deepEqual(parseFencingBound(renderFencingBound(seconds)), {
          kind: 'seconds',
          seconds: Math.min(seconds, 86_400),
        });
      }),
    );
    assert.deepEqual(parseFencingBound(renderFencingBound(null)), {kind: 'none'});
  });

  it('is not said by anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bound = parseFencingBound(text);
        const isPlain = text === 'none' || (/^\d{1,5}$/.test(text) && Number(text) <= 86_400);
        assert.equal(bound.kind !== 'unsaid', isPlain);
      }),
    );
    assert.deepEqual(parseFencingBound(undefined), {kind: 'unsaid'});
  });
});
