import assert from 'node:assert/strict';

import fc from 'fast-check';

import {active, blocked, collectStatus, maintenance, waiting} from './status.ts';

describe('status of a unit', () => {
  it('is the worst of all, and the first of those', () => {
    const all = [active('fine'), waiting('a'), maintenance('b'), blocked('c'), blocked('d')];
    assert.deepEqual(collectStatus(all), blocked('c'));
    assert.deepEqual(collectStatus(all.slice(0, 3)), maintenance('b'));
    assert.deepEqual(collectStatus(all.slice(0, 2)), waiting('a'));
  });

  it('is active when there is no reason for another', () => {
    assert.deepEqual(collectStatus([]), active(''));
  });

  it('does not depend on the order but among equals', () => {
    const status = fc.constantFrom(active('1'), waiting('2'), maintenance('3'), blocked('4'));
    fc.assert(
      fc.property(fc.array(status, {minLength: 1}), (statuses) => {
        assert.deepEqual(collectStatus(statuses), collectStatus([...statuses].reverse()));
      }),
    );
  });

  it('is one line that a program takes as an argument, whatever names are in it', () => {
    const message = collectStatus([blocked(`relation ha:1, unit a/0: ${'k\n\0'.repeat(100_000)} is missing`)]).message;
    assert.ok(message.startsWith('relation ha:1, unit a/0: k k k'));
    assert.equal(message.length, 500);
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 600}), (text) => {
        const shown = collectStatus([blocked(text)]).message;
        assert.ok(shown.length <= 500);
        assert.doesNotMatch(shown, /\p{Cc}/u);
      }),
    );
  });
});
