import assert from 'node:assert/strict';

import fc from 'fast-check';

import {LineSplitter} from './lines.ts';
import {createLongProcesses} from './processes.ts';

function split(pieces: readonly string[], limit?: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), limit);
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return lines;
}

const text = fc.array(fc.constantFrom('a', 'b', '\n', '\r', '\r\n', ' ')).map((parts) => parts.join(''));

describe('lines of a text that comes in pieces', () => {
  it('are those of the whole text, wherever it was cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (whole, cuts) => {
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((place, index) => whole.slice(places[index], place));
        const expected = whole.split(/\r\n|\n|\r/);
        if (expected.at(-1) === '') expected.pop();
        assert.deepEqual(split(pieces), expected);
      }),
    );
  });

  it('are told in pieces when they are too long, and nothing of them is lost', () => {
    fc.assert(
      fc.property(text, fc.integer({min: 1, max: 5}), (whole, limit) => {
        const lines = split([whole], limit);
        assert.ok(lines.every((line) => line.length <= limit));
        assert.equal(lines.join(''), whole.replaceAll(/[\r\n]/g, ''));
      }),
    );
  });

  it('come from a program that never ends its line, too', async () => {
    const lengths: number[] = [];
    const {ended} = createLongProcesses().follow('sh', ['-c', String.raw`head -c 3000000 /dev/zero | tr '\0' x`], {
      onLine: (stream, line) => lengths.push(stream === 'stdout' ? line.length : NaN),
    });
    assert.equal((await ended).exitCode, 0);
    assert.deepEqual(lengths, [1_048_576, 1_048_576, 3_000_000 - 2 * 1_048_576]);
  });
});
