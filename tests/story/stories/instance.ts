import assert from 'node:assert/strict';

import {isOver, type Server} from '../cloud.ts';
import type {Compute} from '../deployment.ts';
import {readGuestJournal} from '../guests.ts';
import type {Stage} from '../stage.ts';
import type {Story} from '../story.ts';
import {
  assertUnharmed,
  describeJournal,
  getProcess,
  listProcesses,
  markGuest,
  startGuest,
  waitForBlocks,
} from './guests.ts';
import {createSegment} from './segments.ts';

/** Longer than a guest with the property took to be back in every run. */
const PATIENCE_S = 20;

/** One guest with the property, one without: the first comes back when it is killed, and stays off when its owner stops it. */
export const instance: Story = {
  name: 'instance',
  title: 'a guest dies and is started again in its place',
  tell: async (stage) => {
    const [home, other] = stage.deployment.computes;
    assert.ok(home !== undefined && other !== undefined);
    await createSegment(stage, 'auto');
    stage.say('A guest that is to be kept alive, and another, each on a compute of its own.');
    const pet = await startGuest(stage, 'pet', home);
    const cattle = await startGuest(stage, 'cattle', other);
    await markGuest(stage, pet.name);
    await killAndRecover(stage, pet, home);
    await killForGood(stage, cattle, other);
    await stopForGood(stage, pet);
  },
};

async function killAndRecover(stage: Stage, pet: Server, home: Compute): Promise<void> {
  const old = await getProcess(stage, pet);
  const before = await readGuestJournal(stage.deployment, pet.id);
  await stage.step('Its process is killed, as if it had crashed.', 'pgrep -f qemu-system-x86_64', stage.rootOf(home));
  await stage.type('pkill -f -9 qemu-system-x86_64', stage.rootOf(home));
  const process = await stage.phase('pet has a process again', 120, async () => {
    const found = await getProcess(stage, pet);
    return found.pid === old.pid ? null : found;
  });
  assert.equal(process.host, home.name);
  await stage.phase('Masakari has finished with it', 120, async () => isHandled(stage, pet, 'finished'));
  await stage.type('pgrep -f qemu-system-x86_64', stage.rootOf(home));
  const after = await waitForBlocks(stage, pet, before);
  assertUnharmed(before, after);
  const {status, host} = await stage.cloud.getServer(pet.name);
  assert.deepEqual([status, host], ['ACTIVE', home.name]);
  stage.say(describeJournal(pet, after));
}

async function killForGood(stage: Stage, cattle: Server, home: Compute): Promise<void> {
  await stage.step(
    'The other is killed too. Masakari is told, and leaves it alone: it has not the property.',
    'pkill -f -9 qemu-system-x86_64',
    stage.rootOf(home),
  );
  await stage.phase('Masakari has looked at it', 120, async () => isHandled(stage, cattle, 'finished', 'ignored'));
  await stage.phase('Nova has seen that it is off', 120, async () => {
    const {status} = await stage.cloud.getServer(cattle.name);
    if (status === 'SHUTOFF') return true;
    throw new Error(`it is ${status}`);
  });
  await stage.stays('cattle is off', PATIENCE_S, async () => isOff(stage, cattle));
}

async function stopForGood(stage: Stage, pet: Server): Promise<void> {
  await stage.step(
    'Its owner stops the first: that is no failure, and is not undone.',
    `openstack server stop ${pet.name}`,
  );
  await stage.phase('pet is off', 120, async () => {
    const {status} = await stage.cloud.getServer(pet.name);
    if (status === 'SHUTOFF') return true;
    throw new Error(`it is ${status}`);
  });
  await stage.stays('pet is off', PATIENCE_S, async () => isOff(stage, pet));
  await stage.step('As Nova has them at the end.', 'openstack server list -c Name -c Status');
}

/** Whether a notification about the guest ended in one of these ways, and none is under way. */
async function isHandled(stage: Stage, {id}: Server, ...statuses: readonly string[]): Promise<boolean> {
  const own = (await stage.cloud.listNotifications()).filter(({payload}) => payload['instance_uuid'] === id);
  if (!own.every(isOver)) throw new Error(own.map(({status}) => status).join(' '));
  return own.some(({status}) => statuses.includes(status));
}

async function isOff(stage: Stage, {id, name}: Server): Promise<boolean> {
  const processes = await listProcesses(stage);
  return (await stage.cloud.getServer(name)).status === 'SHUTOFF' && !processes.some(({server}) => server === id);
}
