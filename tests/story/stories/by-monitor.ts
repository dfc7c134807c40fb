import assert from 'node:assert/strict';

import type {Stage} from '../stage.ts';
import type {Story} from '../story.ts';
import {isolateCompute} from './failure.ts';
import {prepareFailing, tellHost} from './host.ts';
import {tellIsolation} from './isolation.ts';

/** Seconds between Nova being told of a failure and the evacuation. Nova itself waits a minute for the compute before them. */
const DELAY = '60';

/** The charms raise the delay to what fencing may take, which is minutes. */
const SLOW = {limitSeconds: 600};

/** The way of the seed: the computes watch each other, and whoever misses one tells Masakari. */
async function letMonitorsTell(stage: Stage, delay = DELAY): Promise<void> {
  await stage.configure('Nobody tells Masakari of a fenced compute ...', 'masakari', {
    'notify-after-fencing': 'false',
    'evacuation-delay': delay,
  });
  await stage.configure(
    '... but host monitors on the other computes, which ask the cluster who is lost.',
    'masakari-monitors',
    {
      'enable-host-monitor': 'true',
    },
  );
}

/** The same failures as in the stories `host` and `isolation`, to measure the two ways beside each other. */
export const byMonitor: readonly Story[] = [
  {
    name: 'host-by-monitor',
    title: 'a compute dies, and the host monitors of the others tell Masakari',
    tell: async (stage) => {
      await letMonitorsTell(stage);
      await tellHost(stage, await prepareFailing(stage), SLOW);
    },
  },
  {
    name: 'isolation-by-monitor',
    title: 'a compute loses its network, and the host monitors of the others tell Masakari',
    tell: async (stage) => {
      await letMonitorsTell(stage);
      await tellIsolation(stage, await prepareFailing(stage), SLOW);
    },
  },
];

/** Less than it takes anybody to be fenced. */
const SHORT_DELAY = '5';

/** What the watch on guests is for: nobody fences, and a compute that is only cut off is taken for dead. */
export const twice: Story = {
  name: 'twice',
  title: 'without fencing a guest is started twice, and the watch sees it',
  isTwice: true,
  tell: async (stage) => {
    await letMonitorsTell(stage, SHORT_DELAY);
    await stage.configure('And nobody fences.', 'pacemaker-remote', {'enable-stonith': 'false'});
    const failing = await prepareFailing(stage);
    const [guest] = failing.guests;
    assert.ok(guest);
    await isolateCompute(stage, failing);
    await stage.phase('Nova has tried to start the guest elsewhere', 480, async () => {
      const {status, host, task} = await stage.cloud.getServer(guest.name);
      if (status === 'ERROR' || host !== failing.victim.name) return true;
      throw new Error(`it is ${status}${task === null ? '' : `, ${task}`}`);
    });
    await stage.type(`openstack server show ${guest.name} -c status -c fault -c OS-EXT-SRV-ATTR:host`);
    assert.equal(await stage.deployment.juju.readPower(failing.victim.name), 'on');
    stage.say(`The operator switches ${failing.victim.name} off by hand, before its cables are plugged in again.`);
    await stage.deployment.juju.switchPower(failing.victim.name, 'off');
  },
};
