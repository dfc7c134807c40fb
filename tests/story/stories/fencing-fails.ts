import assert from 'node:assert/strict';

import type {MaasFailure} from '../../machines/maas-outage.ts';
import {getUnits} from '../../machines/juju.ts';
import {getRootTerminal, type Stage} from '../stage.ts';
import type {Story} from '../story.ts';
import {
  bringBack,
  countFencings,
  isolateCompute,
  judgeJournals,
  listFailures,
  reconnectCompute,
  showAftermath,
  showFencing,
  watchFencing,
  watchRecovery,
  type Failing,
} from './failure.ts';
import {prepareFailing} from './host.ts';
import {watchWriting} from './isolation.ts';
import {getHost, getService} from './segments.ts';

interface Trouble {
  readonly failure: MaasFailure;
  readonly sentence: string;
  /** What the members' logs say of it. */
  readonly said: RegExp;
}

const TROUBLES: readonly Trouble[] = [
  {
    failure: 'unavailable',
    sentence: 'MAAS answers every request with 503.',
    said: /external\/maas.*cannot (reset|switch off).*503/,
  },
  {
    failure: 'unauthorised',
    sentence: 'MAAS answers, but takes no key any more.',
    said: /external\/maas.*cannot (reset|switch off).*401/,
  },
  {
    failure: 'silent',
    sentence: 'MAAS takes requests, and says nothing.',
    said: /external\/maas.*cannot (reset|switch off).*(does not answer|no answer)/,
  },
];

/** An order of the device may take 50 s, and Pacemaker gives it to one member after the other. */
const SAID_S = 240;
/** Units look at their cluster again every five minutes. */
const STATUS_S = 420;
/** After ten failures Pacemaker looks again once a minute only. */
const MENDED_S = 300;

/** As long as nobody can cut its power, nothing of a lost compute is started elsewhere; and whoever looks is told why. */
export const fencingFails: Story = {
  name: 'fencing-fails',
  title: 'a compute loses its network, and MAAS cannot cut its power for a while',
  tell: async (stage) => {
    const failing = await prepareFailing(stage);
    const fencings = await countFencings(stage, failing.victim);
    const [first, ...others] = TROUBLES;
    assert.ok(first);
    await begin(stage, first);
    await isolateCompute(stage, failing);
    await watchWriting(stage, failing);
    await watchTrouble(stage, failing, first);
    await showCluster(stage, failing);
    for (const trouble of others) {
      await begin(stage, trouble);
      await watchTrouble(stage, failing, trouble);
    }
    await showStatuses(stage, failing);
    await watchWriting(stage, failing);
    stage.say('MAAS is as before again.');
    await stage.deployment.maas.end();
    stage.startClock();
    const journals = await watchFencing(stage, failing, MENDED_S);
    await watchRecovery(stage, failing);
    await judgeJournals(stage, failing.guests, journals);
    await showFencing(stage, failing, fencings);
    await showAftermath(stage, failing);
    await reconnectCompute(stage, failing);
    await bringBack(stage, failing);
  },
};

async function begin(stage: Stage, {failure, sentence}: Trouble): Promise<void> {
  stage.say(sentence);
  await stage.deployment.maas.begin(failure);
}

/** Waits until a member has tried and said why it could not, and looks whether all is still as it was. */
async function watchTrouble(stage: Stage, failing: Failing, {said, failure}: Trouble): Promise<void> {
  const since = Math.floor(Date.now() / 1000);
  const line = await stage.phase(`a member says why it cannot fence (MAAS ${failure})`, SAID_S, () =>
    findLine(stage, said, since),
  );
  stage.say(`In its journal: ${line}`);
  await assertUntouched(stage, failing);
}

async function findLine({deployment}: Stage, said: RegExp, since: number): Promise<string | undefined> {
  for (const {machine} of deployment.members) {
    const {stdout} = await deployment.room.run(machine, ['journalctl', '--no-pager', `--since=@${String(since)}`]);
    const found = stdout.split('\n').find((line) => said.test(line));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Nobody was told anything, and every guest is where it was. */
async function assertUntouched(stage: Stage, {victim, guests, segment}: Failing): Promise<void> {
  assert.equal(await stage.deployment.juju.readPower(victim.name), 'on');
  assert.deepEqual(await listFailures(stage, await getHost(stage, segment, victim)), []);
  assert.match(await getService(stage, victim), /^enabled /);
  for (const {name} of guests) {
    const {host, status, task} = await stage.cloud.getServer(name);
    assert.deepEqual([host, status, task], [victim.name, 'ACTIVE', null]);
  }
}

async function showCluster(stage: Stage, {victim}: Failing): Promise<void> {
  const {name, machine} = await stage.deployment.getLivingMember();
  await stage.phase('the cluster has given up one attempt to fence it', SAID_S, async () => {
    const {stdout} = await stage.deployment.room.run(machine, ['crm', 'status']);
    const [, failed = ''] = stdout.split('Failed Fencing Actions:');
    return failed.includes(victim.name);
  });
  const shown = await stage.step('What does the operator see?', 'crm status', getRootTerminal(name, machine));
  assert.match(shown, new RegExp(`${victim.name}: UNCLEAN`));
  assert.match(shown, /Failed Fencing Actions:/);
}

async function showStatuses(stage: Stage, {victim}: Failing): Promise<void> {
  const units = await stage.phase('units of hacluster name the compute that is not fenced', STATUS_S, async () => {
    const found = [...getUnits(await stage.deployment.juju.readStatus())].filter(
      ([
        unit,
        {
          'workload-status': {message = ''},
        },
      ]) => unit.startsWith('hacluster/') && message.includes(victim.name),
    );
    return found.length > 0 ? found : null;
  });
  stage.say('And in juju status:');
  for (const [
    unit,
    {
      'workload-status': {current, message = ''},
    },
  ] of units) {
    stage.progress(`${unit}  ${current}  ${message}`);
  }
}
