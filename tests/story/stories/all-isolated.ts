import assert from 'node:assert/strict';

import {getOnline} from '../../machines/cluster.ts';
import {getUnits} from '../../machines/juju.ts';
import {isOver, type Server} from '../cloud.ts';
import type {Compute} from '../deployment.ts';
import {readGuestJournal} from '../guests.ts';
import {getRootTerminal, type Stage} from '../stage.ts';
import type {Story} from '../story.ts';
import {
  bringBack,
  judgeJournals,
  listFailures,
  reconnectCompute,
  startAgain,
  watchFencing,
  type Failing,
  type Journals,
} from './failure.ts';
import {startGuest, waitForBlocks} from './guests.ts';
import {createSegment, getHost, getService} from './segments.ts';

/** Each attempt to connect and each order to fence takes its time, and they come one after the other. */
const LONG_S = 600;
/** What is held stays held: so long it is looked at. */
const PATIENCE_S = 60;

/** A switch dies, and with it every compute is lost at once: one is fenced, the others are held until the operator decides. */
export const allIsolated: Story = {
  name: 'all-isolated',
  title: 'all computes lose their network at once, and the operator decides who is fenced',
  tell: async (stage) => {
    const {computes} = stage.deployment;
    const segment = await createSegment(stage, 'auto');
    stage.say('A guest on every compute.');
    const all: Failing[] = [];
    for (const [index, victim] of computes.entries()) {
      all.push({victim, segment, guests: [await startGuest(stage, `pet${String(index + 1)}`, victim)]});
    }
    stage.say('The switch dies: the network cables of all computes are dead.');
    stage.startClock();
    for (const {machine} of computes) await stage.deployment.room.setLinks(machine, false);
    const {fenced, held} = await watchShare(stage, all);
    const [gone, alive] = held;
    assert.ok(gone !== undefined && alive !== undefined);
    const journals = await watchFencing(stage, fenced);
    await watchHeld(stage, held);
    await goOn(stage, gone);
    const more = await watchFencing(stage, gone);
    await standDown(stage, alive);
    await finish(stage, [fenced, gone], new Map([...journals, ...more]));
    await assertUntouched(stage, alive);
    for (const failing of [fenced, gone]) {
      await reconnectCompute(stage, failing);
      await bringBack(stage, failing);
    }
  },
};

/** Who is fenced first is Pacemaker's choice. */
async function watchShare(
  stage: Stage,
  all: readonly Failing[],
): Promise<{readonly fenced: Failing; readonly held: readonly Failing[]}> {
  const first = await stage.phase('the power of one of them is off', LONG_S, async () => {
    for (const failing of all)
      if ((await stage.deployment.juju.readPower(failing.victim.name)) === 'off') return failing;
    return null;
  });
  return {fenced: first, held: all.filter((failing) => failing !== first)};
}

/** The others are not fenced, and units say so. */
async function watchHeld(stage: Stage, held: readonly Failing[]): Promise<void> {
  const units = await stage.phase('units of hacluster name those that are held', LONG_S, async () => {
    const found = [...getUnits(await stage.deployment.juju.readStatus())].filter(
      ([
        unit,
        {
          'workload-status': {message = ''},
        },
      ]) => unit.startsWith('hacluster/') && held.every(({victim}) => message.includes(victim.name)),
    );
    return found.length > 0 ? found : null;
  });
  stage.say('In juju status:');
  for (const [
    unit,
    {
      'workload-status': {current, message = ''},
    },
  ] of units) {
    stage.progress(`${unit}  ${current}  ${message}`);
  }
  const {name, machine} = await stage.deployment.getLivingMember();
  await stage.step('And in the cluster:', 'crm status', getRootTerminal(name, machine));
  await stage.stays('they are on, and write', PATIENCE_S, async () => {
    const powers = await Promise.all(held.map(({victim}) => stage.deployment.juju.readPower(victim.name)));
    return powers.every((power) => power === 'on');
  });
  for (const failing of held) await assertUntouched(stage, failing);
}

async function assertUntouched(stage: Stage, {victim, segment, guests}: Failing): Promise<void> {
  assert.deepEqual(await listFailures(stage, await getHost(stage, segment, victim)), []);
  for (const guest of guests) {
    await waitForBlocks(stage, guest, await readGuestJournal(stage.deployment, guest.id));
    const {host, status} = await stage.cloud.getServer(guest.name);
    assert.deepEqual([host, status], [victim.name, 'ACTIVE']);
  }
}

function getLeader(stage: Stage): string {
  return stage.deployment.members.find(({isLeader}) => isLeader)?.unit ?? '';
}

async function goOn(stage: Stage, {victim}: Failing): Promise<void> {
  await stage.runAction(
    `The operator finds ${victim.name} dead, and has it fenced.`,
    getLeader(stage),
    'fence-held',
    `node=${victim.name}`,
  );
}

/** The cables of the other are mended, and it lives: nothing is to be done with it. */
async function standDown(stage: Stage, {victim}: Failing): Promise<void> {
  await reconnectCompute(stage, {victim});
  await stage.runAction(
    'It lives: the cluster is told to leave it alone.',
    getLeader(stage),
    'stand-down',
    `node=${victim.name}`,
  );
  await stage.phase(`${victim.name} is online in the cluster`, LONG_S, async () =>
    getOnline(await stage.deployment.readCluster(), 'remote').includes(victim.name),
  );
  await stage.phase(
    `Nova has ${victim.name} for up`,
    LONG_S,
    async () => (await getService(stage, victim)) === 'enabled up',
  );
}

async function finish(stage: Stage, failed: readonly Failing[], journals: Journals): Promise<void> {
  for (const failing of failed) await recover(stage, failing);
  await judgeJournals(
    stage,
    failed.flatMap(({guests}) => guests),
    journals,
    // Nova may have tried before.
    2,
  );
}

/** Masakari tries twice. Where no compute could be reached meanwhile it gives up, and it is for the operator to go on. */
async function recover(stage: Stage, {victim, segment, guests}: Failing): Promise<void> {
  const own = await getHost(stage, segment, victim);
  await stage.phase(`Masakari has done with ${victim.name}`, LONG_S, async () => {
    const found = await listFailures(stage, own);
    if (found.length > 0 && found.every(isOver)) return true;
    throw new Error(found.map(({status}) => status).join(' '));
  });
  for (const guest of guests) {
    if (await isGivenUp(stage, guest, victim)) await evacuate(stage, guest);
    const {status} = await stage.phase(`${guest.name} is on another compute`, LONG_S, async () => {
      const found = await stage.cloud.getServer(guest.name);
      const isThere = found.status === 'ACTIVE' || found.status === 'ERROR';
      if (isThere && found.task === null && found.host !== victim.name) return found;
      throw new Error(`it is ${found.status} on ${String(found.host)}`);
    });
    if (status === 'ERROR') await startAgain(stage, guest);
  }
}

/**
 * Nova may have ordered an evacuation to a compute that was cut off too. That one finds the order when it is back, and that it does not
 * hold any more; and Nova leaves the guest in REBUILD for ever.
 */
async function isGivenUp(stage: Stage, {name}: Server, victim: Compute): Promise<boolean> {
  const began = performance.now();
  const {host} = await stage.phase(`Nova has done with ${name}, or takes too long`, LONG_S, async () => {
    const found = await stage.cloud.getServer(name);
    return found.task === null || performance.now() - began > PATIENCE_S * 1000 ? found : null;
  });
  return host === victim.name;
}

async function evacuate(stage: Stage, {name}: Server): Promise<void> {
  await stage.step(
    `Masakari has found no compute for ${name}, and has given up. Now there is one.`,
    `openstack server set --state error ${name}`,
  );
  stage.say(
    'Nova takes the order. Printing the answer is too much for some clients (TupleWithMeta, 6.0 of Debian 12).',
  );
  await stage.type(`openstack --os-compute-api-version 2.53 server evacuate ${name} 2>&1 || true`);
}
