import assert from 'node:assert/strict';

import {LocalError} from '../../errors.ts';
import {waitForBoot} from './boot.ts';

/** A machine whose systemd gives these answers in turn; null is one that does not come in time. */
function watch(answers: readonly (string | null)[], power: readonly boolean[] = []): Promise<void> {
  const [words, powers] = [[...answers], [...power]];
  return waitForBoot({
    ask: () => {
      const word = words.shift() ?? null;
      return Promise.resolve({exitCode: word === null ? 124 : 1, stdout: `${word ?? ''}\n`, stderr: ''});
    },
    isOn: () => Promise.resolve(powers.shift() ?? true),
    describe: (reason) => Promise.resolve(new LocalError(reason)),
  });
}

describe('a machine that boots', () => {
  it('is up when systemd has started all it was to start, also when a unit failed', async () => {
    await watch(['running']);
    await watch(['', '', 'offline', 'initializing', 'degraded']);
  });

  it('is up when systemd is still at it after the time it has for that', async () => {
    await watch([null, 'starting']);
  });

  it('is given up when its power goes', async () => {
    await assert.rejects(watch(['offline', 'offline'], [true, false]), /it went off while it booted/);
  });

  it('is given up in the emergency mode', async () => {
    await assert.rejects(watch(['maintenance']), /emergency/);
  });
});
