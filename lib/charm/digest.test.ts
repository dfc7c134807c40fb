import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';

import fc from 'fast-check';

import {getSha1} from './digest.ts';

describe('the SHA-1 of a text', () => {
  it('is what everybody else says it is', () => {
    assert.equal(getSha1('abc'), 'a9993e364706816aba3e25717850c26c9cd0d89d');
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 300}), fc.nat(40), (text, times) => {
        const long = text.repeat(times);
        assert.equal(getSha1(long), createHash('sha1').update(long, 'utf8').digest('hex'));
      }),
    );
  });

  it('is right at every length around a block', () => {
    for (let length = 50; length < 140; length += 1) {
      const text = 'x'.repeat(length);
      assert.equal(getSha1(text), createHash('sha1').update(text).digest('hex'));
    }
  });
});
