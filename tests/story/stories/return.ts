import assert from 'node:assert/strict';

import type {Stage} from '../stage.ts';
import type {Story} from '../story.ts';
import {
  bringBack,
  judgeJournals,
  killCompute,
  listFailures,
  showAftermath,
  watchFencing,
  watchRecovery,
  type Failing,
} from './failure.ts';
import {startGuest} from './guests.ts';
import {prepareFailing} from './host.ts';
import {getHost} from './segments.ts';

/** A compute that was fenced is brought back by the charm's action, and is then protected as before: it fails once more. */
export const returned: Story = {
  name: 'return',
  title: 'a compute that was fenced is brought back, and fails again',
  tell: async (stage) => {
    const failing = await prepareFailing(stage);
    await fail(stage, failing);
    await bringBack(stage, failing);
    await stage.runAction(
      'Whoever is not sure says it again, which changes nothing.',
      await stage.deployment.getLivingMasakari(),
      'return-host',
      `host=${failing.victim.name}`,
    );
    stage.say('It gets a guest again, and dies again.');
    const again = {...failing, guests: [await startGuest(stage, 'phoenix', failing.victim)]};
    await fail(stage, again);
    await bringBack(stage, again);
    assert.equal(await stage.deployment.juju.readPower(failing.victim.name), 'on');
  },
};

async function fail(stage: Stage, failing: Failing): Promise<void> {
  const known = await listFailures(stage, await getHost(stage, failing.segment, failing.victim));
  await killCompute(stage, failing);
  const journals = await watchFencing(stage, failing);
  await watchRecovery(stage, failing, {known});
  await judgeJournals(stage, failing.guests, journals);
  await showAftermath(stage, failing);
}
