import assert from 'node:assert/strict';

import {getOnline} from '../../machines/cluster.ts';
import {getUnits} from '../../machines/juju.ts';
import {getRootTerminal, type Stage} from '../stage.ts';
import type {Story} from '../story.ts';
import {countFencings, listFailures, type Failing} from './failure.ts';
import {prepareFailing} from './host.ts';
import {getHost, getService} from './segments.ts';

/** Longer than it takes to fence and to evacuate in the other stories. */
const PATIENCE_S = 90;
/** hacluster takes a node back in its next hook, at the latest with update-status. */
const BACK_S = 420;

const PACEMAKER_REMOTE = 'pacemaker_remote';

/** Whoever leaves in order is no failure: nobody is fenced, and nothing is started elsewhere. */
export const orderly: Story = {
  name: 'orderly',
  title: 'a compute is shut down, paused and taken out of the model in order, and nothing is fenced or evacuated',
  tell: async (stage) => {
    const failing = await prepareFailing(stage);
    const fencings = await countFencings(stage, failing.victim);
    await shutDown(stage, failing, fencings);
    await pause(stage, failing, fencings);
    await leaveModel(stage, failing, fencings);
  },
};

async function shutDown(stage: Stage, failing: Failing, fencings: number): Promise<void> {
  const {victim} = failing;
  await stage.step('The operator shuts the machine down.', 'systemctl poweroff', stage.rootOf(victim));
  await stage.phase(`${victim.name} is off`, 300, async () => {
    return (await stage.deployment.juju.readPower(victim.name)) === 'off';
  });
  await watchPeace(stage, failing, fencings);
  stage.say('It is powered on again, and is in the cluster again by itself.');
  await stage.deployment.juju.switchPower(victim.name, 'on');
  await waitForOnline(stage, failing);
  await stage.phase('its nova-compute is up', 180, async () => (await getService(stage, victim)) === 'enabled up');
}

async function pause(stage: Stage, failing: Failing, fencings: number): Promise<void> {
  const unit = await findUnit(stage, failing);
  await stage.runAction('The operator takes the machine out of the cluster for a while.', unit, 'pause');
  await stage.step(
    'Whatever happens to the daemon now is nobody’s business.',
    `systemctl kill --signal=KILL ${PACEMAKER_REMOTE}`,
    stage.rootOf(failing.victim),
  );
  await watchPeace(stage, failing, fencings);
  await stage.runAction('Back into the cluster.', unit, 'resume');
  await waitForOnline(stage, failing);
}

async function leaveModel(stage: Stage, failing: Failing, fencings: number): Promise<void> {
  const {juju} = stage.deployment;
  const ends = ['nova-compute:juju-info', 'pacemaker-remote:juju-info'];
  stage.say('Pacemaker Remote is taken out of the model, on all computes.');
  await stage.during('it is gone', () => juju.must('remove-relation', '-m', juju.name, ...ends));
  await watchPeace(stage, failing, fencings);
  stage.say('And into it again.');
  await stage.during('it is there again', () => juju.must('integrate', '-m', juju.name, ...ends));
  await waitForOnline(stage, failing);
}

async function findUnit(stage: Stage, {victim}: Failing): Promise<string> {
  const found = [...getUnits(await stage.deployment.juju.readStatus())].find(
    ([unit, {machine}]) => unit.startsWith('pacemaker-remote/') && machine === victim.machine,
  );
  assert.ok(found, `no unit of pacemaker-remote is on ${victim.name}`);
  return found[0];
}

/** Nobody is fenced or unclean, Masakari is told nothing, and Nova has the guests where they were. */
async function watchPeace(stage: Stage, {victim, segment, guests}: Failing, fencings: number): Promise<void> {
  const own = await getHost(stage, segment, victim);
  await stage.stays('nothing is fenced or recovered', PATIENCE_S, async () => {
    const {nodes} = await stage.deployment.readCluster();
    return nodes.every(({unclean}) => !unclean) && (await listFailures(stage, own)).length === 0;
  });
  const {name, machine} = await stage.deployment.getLivingMember();
  await stage.step('What does the cluster say?', 'crm status', getRootTerminal(name, machine));
  assert.equal(await countFencings(stage, victim), fencings);
  assert.equal((await getHost(stage, segment, victim)).on_maintenance, false);
  for (const guest of guests) assert.equal((await stage.cloud.getServer(guest.name)).host, victim.name);
}

async function waitForOnline(stage: Stage, {victim}: Failing): Promise<void> {
  await stage.phase(`${victim.name} is online in the cluster`, BACK_S, async () =>
    getOnline(await stage.deployment.readCluster(), 'remote').includes(victim.name),
  );
}
