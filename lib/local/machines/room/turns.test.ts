import assert from 'node:assert/strict';

import {createTurns} from './turns.ts';

describe('taking turns', () => {
  it('runs tasks of a key in order, also after one that failed, and lets other keys pass', async () => {
    const turns = createTurns();
    const seen: string[] = [];
    let open = (): void => undefined;
    const first = turns.take('a', async () => {
      await new Promise<void>((resolve) => (open = resolve));
      seen.push('first');
      throw new Error('no');
    });
    const second = turns.take('a', () => Promise.resolve(seen.push('second')));
    await turns.take('b', () => Promise.resolve(seen.push('other')));
    open();
    await assert.rejects(first, /no/);
    await second;
    await turns.whenIdle();
    assert.deepEqual(seen, ['other', 'first', 'second']);
  });
});
