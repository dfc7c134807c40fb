import assert from 'node:assert/strict';

import type {Story} from '../story.ts';
import {judgeJournals, killCompute, showAftermath, watchFencing, watchRecovery} from './failure.ts';
import {startGuest} from './guests.ts';
import {createSegment, getHost, getService} from './segments.ts';

/** A compute stands by; when another fails, it is enabled, takes the guests, and stands by no more. */
export const reservedHost: Story = {
  name: 'reserved_host',
  title: 'a compute dies, and the one that stands by takes its guests',
  tell: async (stage) => {
    const [victim, reserved] = stage.deployment.computes;
    assert.ok(victim !== undefined && reserved !== undefined);
    const segment = await createSegment(stage, 'reserved_host', reserved);
    await stage.step('Nova has the reserved compute disabled.', 'openstack compute service list');
    assert.equal(await getService(stage, reserved), 'disabled up');
    assert.equal((await getHost(stage, segment, reserved)).reserved, true);
    stage.say('A guest on the compute that is going to fail.');
    const failing = {victim, segment, guests: [await startGuest(stage, 'pet', victim)]};
    await killCompute(stage, failing);
    const journals = await watchFencing(stage, failing);
    await watchRecovery(stage, failing, {target: reserved});
    await judgeJournals(stage, failing.guests, journals);
    await showAftermath(stage, failing);
    assert.equal(await getService(stage, reserved), 'enabled up');
    assert.equal((await getHost(stage, segment, reserved)).reserved, false);
  },
};
