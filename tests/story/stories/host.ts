import assert from 'node:assert/strict';

import type {Server} from '../cloud.ts';
import type {Story} from '../story.ts';
import {
  bringBack,
  countFencings,
  judgeJournals,
  killCompute,
  showAftermath,
  showFencing,
  watchFencing,
  watchRecovery,
  type Expected,
  type Failing,
} from './failure.ts';
import {markGuest, startGuest} from './guests.ts';
import {createSegment} from './segments.ts';
import type {Stage} from '../stage.ts';

/** A whole compute fails: it is fenced, its guests go on elsewhere, and it comes back. */
export const host: Story = {
  name: 'host',
  title: 'a compute dies, and its guests go on elsewhere (auto)',
  tell: async (stage) => {
    await tellHost(stage, await prepareFailing(stage));
  },
};

export async function tellHost(stage: Stage, failing: Failing, expected: Expected = {}): Promise<void> {
  const fencings = await countFencings(stage, failing.victim);
  await killCompute(stage, failing);
  const journals = await watchFencing(stage, failing);
  await watchRecovery(stage, failing, expected);
  await stage.step(
    'Where is the guest now?',
    `openstack server show ${failing.guests[0]?.name ?? ''} -c OS-EXT-SRV-ATTR:host -f value`,
  );
  await judgeJournals(stage, failing.guests, journals);
  await showFencing(stage, failing, fencings);
  await showAftermath(stage, failing);
  await bringBack(stage, failing);
}

/** A segment with the method auto, and two guests on the compute that is going to fail: with the property and without. */
export async function prepareFailing(stage: Stage): Promise<Failing> {
  const [victim] = stage.deployment.computes;
  assert.ok(victim);
  const segment = await createSegment(stage, 'auto');
  stage.say('Two guests on one compute. When all of it fails, both are recovered, with the property or without.');
  const guests: Server[] = [];
  for (const name of ['pet', 'cattle']) guests.push(await startGuest(stage, name, victim));
  await markGuest(stage, 'pet');
  return {victim, segment, guests};
}
