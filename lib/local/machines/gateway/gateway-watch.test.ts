import assert from 'node:assert/strict';

import {TestClock} from '../../uniter/clock.fixture.ts';
import {GatewayWatch} from './gateway-watch.ts';

describe('the watch on a gateway', () => {
  it('starts it again when it has ended, less and less often when it ends at once, and says so', async () => {
    const clock = new TestClock();
    const looks: number[] = [];
    const lines: string[] = [];
    const found = [false, true, true, new Error('no room'), false, false];
    await clock.runUntil(
      new Promise<void>((resolve) => {
        const watch = new GatewayWatch({
          clock,
          tell: (line) => lines.push(line),
          ensure: () => {
            looks.push(clock.now);
            const next = found.shift();
            if (next instanceof Error) return Promise.reject(next);
            if (found.length === 0) resolve(watch.close());
            return Promise.resolve(next === true);
          },
        });
        watch.start();
      }),
    );
    assert.deepEqual(looks, [1_000, 2_000, 4_000, 8_000, 16_000, 17_000]);
    const again = 'the gateway of the network had ended: it was started again';
    assert.deepEqual(lines, [again, again, 'no room']);
  });

  it('starts nothing after it was closed', async () => {
    const clock = new TestClock();
    const watch = new GatewayWatch({
      clock,
      tell: () => assert.fail('it was closed'),
      ensure: () => assert.fail('it was closed'),
    });
    watch.start();
    await watch.close();
    await clock.runUntil(clock.sleep(100_000));
  });
});
