import {readGuestJournal} from '../guests.ts';
import type {Stage} from '../stage.ts';
import type {Story} from '../story.ts';
import {
  bringBack,
  countFencings,
  isolateCompute,
  judgeJournals,
  reconnectCompute,
  showAftermath,
  showFencing,
  watchFencing,
  watchRecovery,
  type Expected,
  type Failing,
} from './failure.ts';
import {waitForBlocks} from './guests.ts';
import {prepareFailing} from './host.ts';

/** A compute that nobody can reach is not dead: its guests write until its power is cut, and only then go on elsewhere. */
export const isolation: Story = {
  name: 'isolation',
  title: 'a compute loses its network while its guests go on writing',
  tell: async (stage) => {
    await tellIsolation(stage, await prepareFailing(stage));
  },
};

export async function tellIsolation(stage: Stage, failing: Failing, expected: Expected = {}): Promise<void> {
  const fencings = await countFencings(stage, failing.victim);
  await isolateCompute(stage, failing);
  await watchWriting(stage, failing);
  const journals = await watchFencing(stage, failing);
  await watchRecovery(stage, failing, expected);
  await judgeJournals(stage, failing.guests, journals);
  await showFencing(stage, failing, fencings);
  await showAftermath(stage, failing);
  await reconnectCompute(stage, failing);
  await bringBack(stage, failing);
}

/** The guests of a compute that nobody reaches go on writing. */
export async function watchWriting(stage: Stage, {guests}: Failing): Promise<void> {
  for (const guest of guests) {
    await waitForBlocks(stage, guest, await readGuestJournal(stage.deployment, guest.id));
  }
}
