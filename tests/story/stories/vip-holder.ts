import assert from 'node:assert/strict';

import type {Member} from '../../machines/cluster.ts';
import type {Stage} from '../stage.ts';
import {getRootTerminal} from '../stage.ts';
import type {Story} from '../story.ts';
import {bringBack, judgeJournals, killCompute, showAftermath, watchFencing, watchRecovery} from './failure.ts';
import {prepareFailing} from './host.ts';

/** Two waits of a broker's connection more than otherwise: a machine that lost its power says no goodbye. */
const LONG_S = 600;

/** A compute and the machine with the API's addresses fail at once. */
export const vipHolder: Story = {
  name: 'vip-holder',
  title: 'a compute dies, and with it the machine that has the virtual IPs of Masakari’s API',
  tell: async (stage) => {
    const failing = await prepareFailing(stage);
    const holder = await showHolder(stage, 'Which member of the cluster has the virtual IPs?');
    await killCompute(stage, failing);
    stage.say(`In the same moment the machine under ${holder.name} loses its power.`);
    const {machines} = await stage.deployment.juju.readStatus();
    await stage.deployment.juju.switchPower(machines[holder.host]?.hostname ?? '', 'off');
    const journals = await watchFencing(stage, failing);
    await stage.phase('another member has the virtual IPs', 180, async () => {
      const now = await findHolder(stage);
      if (now.name !== holder.name) return true;
      throw new Error(`${now.name} has them`);
    });
    await showHolder(stage, 'Who has them now?');
    await watchRecovery(stage, failing, {limitSeconds: LONG_S});
    await judgeJournals(stage, failing.guests, journals);
    await showAftermath(stage, failing);
    stage.say(`The operator powers the machine under ${holder.name} on again, in MAAS.`);
    await stage.deployment.juju.switchPower(machines[holder.host]?.hostname ?? '', 'on');
    await bringBack(stage, failing);
  },
};

async function showHolder(stage: Stage, question: string): Promise<Member> {
  const member = await stage.deployment.getLivingMember();
  await stage.step(question, 'crm status', getRootTerminal(member.name, member.machine));
  return findHolder(stage);
}

async function findHolder(stage: Stage): Promise<Member> {
  const {resources} = await stage.deployment.readCluster();
  const nodes = new Set(
    resources.filter(({group}) => group === 'grp_masakari_vips').flatMap((resource) => resource.nodes),
  );
  const holder = stage.deployment.members.find(({name}) => nodes.has(name));
  assert.ok(holder !== undefined && nodes.size === 1, `the virtual IPs are on ${[...nodes].join(' and ')}`);
  return holder;
}
