import assert from 'node:assert/strict';

import type {Story} from '../story.ts';
import type {Stage} from '../stage.ts';
import {bringBack, judgeJournals, killCompute, listFailures, watchFencing, watchRecovery} from './failure.ts';
import {prepareFailing} from './host.ts';
import {getHost} from './segments.ts';

/** Long enough for every unit to come to its hook while the recovery is under way. */
const DELAY_S = '40';

/** An engine that is stopped in the middle of a recovery would leave the guests where they were, and the segment locked for a day. */
export const reconfigured: Story = {
  name: 'reconfigured',
  title: 'masakari gets another configuration while it recovers the guests of a compute',
  tell: async (stage) => {
    await stage.configure('Masakari waits a while before it evacuates.', 'masakari', {'evacuation-delay': DELAY_S});
    const failing = await prepareFailing(stage);
    await killCompute(stage, failing);
    const journals = await watchFencing(stage, failing);
    const own = await getHost(stage, failing.segment, failing.victim);
    await stage.phase('Masakari is at it', 120, async () =>
      (await listFailures(stage, own)).some(({status}) => status === 'running'),
    );
    const before = await listEngines(stage);
    await stage.configure(
      'In the middle of that somebody sets the delay back. For that every engine is started anew.',
      'masakari',
      {
        'evacuation-delay': '0',
      },
    );
    const after = await listEngines(stage);
    await watchRecovery(stage, failing);
    assert.equal(new Set([...before, ...after]).size, before.length + after.length, 'an engine was not started anew');
    await judgeJournals(stage, failing.guests, journals);
    await bringBack(stage, failing);
  },
};

/** A name of each run of an engine. */
async function listEngines({deployment}: Stage): Promise<readonly string[]> {
  const found: string[] = [];
  for (const {machine} of deployment.members) {
    const {stdout} = await deployment.room.run(machine, [
      ...['systemctl', 'show', '--property=InvocationID', '--value', 'masakari-engine'],
    ]);
    found.push(stdout.trim());
  }
  return found;
}
