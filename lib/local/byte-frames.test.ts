import assert from 'node:assert/strict';

import fc from 'fast-check';

import {encodeFrame, FrameSplitter} from './byte-frames.ts';
import {decodeTexts, encodeTexts} from './machines/agent/texts.ts';

/** Cuts bytes at these places, which may be anywhere. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('frames', () => {
  it('come out as they went in, however the bytes are cut', () => {
    const bodies = fc.array(fc.uint8Array({maxLength: 40}), {maxLength: 6});
    fc.assert(
      fc.property(bodies, fc.array(fc.nat()), (sent, places) => {
        const splitter = new FrameSplitter(1000);
        const got = cut(Buffer.concat(sent.map(encodeFrame)), places).flatMap((piece) => splitter.push(piece));
        assert.deepEqual(
          got.map((body) => [...body]),
          sent.map((body) => [...body]),
        );
      }),
    );
  });

  it('are refused when they announce more than is allowed', () => {
    assert.throws(() => new FrameSplitter(10).push(encodeFrame(Buffer.alloc(11))), /a frame of 11 bytes is too large/);
  });

  it('carry texts whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({unit: 'binary'})), (texts) => {
        const [body] = new FrameSplitter(100_000).push(encodeTexts(texts));
        assert.deepEqual(decodeTexts(body!).map(String), texts);
      }),
    );
  });

  it('are refused when a text is cut short, wherever that is', () => {
    const body = encodeTexts(['context', 'x']).subarray(4);
    for (let length = 1; length < body.length; length += 1) {
      if (length === 4 + 'context'.length) continue;
      assert.throws(() => decodeTexts(body.subarray(0, length)), RangeError, String(length));
    }
  });
});
