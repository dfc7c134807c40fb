import assert from 'node:assert/strict';

import fc from 'fast-check';

import {parseArguments, StoryError} from './arguments.ts';

const KNOWN = ['instance', 'host', 'reserved_host'];

describe('what npm run story is asked for', () => {
  it('is every story unless some are named', () => {
    assert.deepEqual(parseArguments([], KNOWN), {kind: 'tell', names: KNOWN, isKept: false});
    assert.deepEqual(parseArguments(['--keep'], KNOWN), {kind: 'tell', names: KNOWN, isKept: true});
  });

  it('is told in one order, each story once, however they are named', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KNOWN), {minLength: 1}), fc.boolean(), (names, isJoined) => {
        const words = names.flatMap((name) => (isJoined ? [`--only=${name}`] : ['--only', name]));
        const wanted = KNOWN.filter((name) => names.includes(name));
        assert.deepEqual(parseArguments(words, KNOWN), {kind: 'tell', names: wanted, isKept: false});
      }),
    );
  });

  it('may be the list of names, or help', () => {
    assert.deepEqual(parseArguments(['--list'], KNOWN), {kind: 'list'});
    assert.deepEqual(parseArguments(['--list', '--help'], KNOWN), {kind: 'help'});
  });

  it('is refused with what is wrong and what there is', () => {
    for (const [words, message] of [
      [['--only', 'guest'], /no story "guest"; there are: instance, host, reserved_host/],
      [['--only'], /--only needs the name/],
      [['--only='], /--only needs the name/],
      [['--keep=yes'], /"--keep=yes" is not known/],
      [['host'], /"host" is not known; there are --only NAME/],
    ] as const) {
      assert.throws(
        () => parseArguments(words, KNOWN),
        (error) => error instanceof StoryError && message.test(error.message),
      );
    }
  });
});
