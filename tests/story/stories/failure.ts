import assert from 'node:assert/strict';

import {getOnline} from '../../machines/cluster.ts';
import type {Journal} from '../../guest/journal.ts';
import {isOver, type Notification, type Segment, type SegmentHost, type Server} from '../cloud.ts';
import type {Compute} from '../deployment.ts';
import {readGuestJournal} from '../guests.ts';
import {getRootTerminal, type Stage} from '../stage.ts';
import {KEEP_UNIT_FILES} from '../world.ts';
import {assertUnharmed, describeJournal, getProcess, waitForBlocks} from './guests.ts';
import {getHost, getService} from './segments.ts';

/** A compute that is going to fail, its segment and its guests. */
export interface Failing {
  readonly victim: Compute;
  readonly segment: Segment;
  readonly guests: readonly Server[];
}

/** The cables again, which a compute that is to come back needs. */
export function reconnectCompute(stage: Stage, {victim}: Pick<Failing, 'victim'>): Promise<void> {
  stage.say(`The cables of ${victim.name} are plugged in again.`);
  return stage.deployment.room.setLinks(victim.machine, true);
}

/** A cluster that cannot reach a compute tries to connect from each of its members, before it has it fenced. */
const FENCING_S = 180;

/** What guests had written by the time their compute was off. */
export type Journals = ReadonlyMap<string, Journal>;

/** Finds the compute as the seed does, and kills what its failure is seen by. */
export async function killCompute(stage: Stage, {victim, guests}: Failing): Promise<void> {
  const [guest] = guests;
  assert.ok(guest);
  const seen = await stage.step(
    'Which compute is the guest on?',
    `openstack server show ${guest.name} -c OS-EXT-SRV-ATTR:host -f value`,
  );
  assert.equal(seen.trim(), victim.name);
  await stage.deployment.room.run(victim.machine, ['sh', '-ec', KEEP_UNIT_FILES]);
  const root = stage.rootOf(victim);
  await stage.step(
    'On that compute systemd is told not to start Pacemaker Remote and Nova again ...',
    `sed -i -e 's/^Restart=.*/Restart=no/g' /lib/systemd/system/pacemaker_remote.service`,
    root,
  );
  await stage.type(`sed -i -e 's/^Restart=.*/Restart=no/g' /lib/systemd/system/nova-compute.service`, root);
  await stage.type('systemctl daemon-reload', root);
  await stage.step(
    '... and both are killed. The kernel knows the second by the first 15 letters of its name.',
    'pkill -9 -f /usr/bin/nova-compute',
    root,
  );
  stage.startClock();
  await stage.type('pkill -9 pacemaker-remot', root);
}

/** Pulls the cables of a compute, on which its guests go on. */
export async function isolateCompute(stage: Stage, {victim}: Failing): Promise<void> {
  stage.say(`The network cables of ${victim.name} are pulled. Its guests know nothing of it, and go on writing.`);
  await stage.deployment.room.setLinks(victim.machine, false);
  stage.startClock();
}

/** Waits until MAAS has cut the power of the compute, and reads what its guests have written. */
export async function watchFencing(
  stage: Stage,
  {victim, guests}: Failing,
  limitSeconds = FENCING_S,
): Promise<Journals> {
  await stage.phase(`the power of ${victim.name} is off`, limitSeconds, async () => {
    const power = await stage.deployment.juju.readPower(victim.name);
    if (power === 'off') return true;
    throw new Error(`it is ${power}`);
  });
  const journals = await Promise.all(
    guests.map(async ({id}) => [id, await readGuestJournal(stage.deployment, id)] as const),
  );
  return new Map(journals);
}

/** How a recovery is to end. */
export interface Expected {
  readonly limitSeconds?: number;
  /** Who is to have the guests; any but the one that failed unless given. */
  readonly target?: Compute;
  /** Masakari stops a guest again that was in error when it evacuated it, as one is whose first evacuation found no compute. */
  readonly isStopped?: boolean;
  /** What Masakari had been told of the compute before this failure. */
  readonly known?: readonly Notification[];
}

/** Waits until Masakari was told and has finished, and every guest runs elsewhere; and looks whether all is as it should be. */
export async function watchRecovery(
  stage: Stage,
  {victim, segment, guests}: Failing,
  {limitSeconds = 300, target, isStopped = false, known = []}: Expected = {},
): Promise<void> {
  const own = await stage.phase('Masakari’s API answers', 180, () => getHost(stage, segment, victim));
  const old = new Set(known.map((notification) => notification.notification_uuid));
  const read = async () => (await listFailures(stage, own)).filter((found) => !old.has(found.notification_uuid));
  await stage.phase('Masakari has been told', limitSeconds, async () => (await read()).length > 0);
  await stage.phase(`Nova has ${victim.name} disabled`, limitSeconds, async () =>
    (await getService(stage, victim)).startsWith('disabled'),
  );
  for (const guest of guests) {
    await stage.phase(`${guest.name} is on another compute`, limitSeconds, async () => {
      const {status, host, task} = await stage.cloud.getServer(guest.name);
      const isThere = status === 'ACTIVE' || (isStopped && status === 'ERROR');
      if (isThere && task === null && host !== victim.name) return true;
      throw new Error(`it is ${status} on ${String(host)}${task === null ? '' : `, ${task}`}`);
    });
  }
  await stage.phase('Masakari has finished', limitSeconds, async () => {
    const found = await read();
    if (found.some(({status}) => status === 'finished') && found.every(isOver)) return true;
    throw new Error(found.map(({status}) => status).join(' '));
  });
  for (const guest of guests) {
    if (isStopped) await startAgain(stage, guest);
    await assertMoved(stage, guest, victim, target);
  }
}

/** What Masakari has been told of a compute's own failure. */
export async function listFailures({cloud}: Stage, {uuid}: SegmentHost): Promise<readonly Notification[]> {
  return (await cloud.listNotifications()).filter(
    ({source_host_uuid: source, type}) => type === 'COMPUTE_HOST' && source === uuid,
  );
}

/** Masakari leaves a guest as Nova had it: in error. */
export async function startAgain(stage: Stage, {name}: Server): Promise<void> {
  const {status} = await stage.cloud.getServer(name);
  assert.equal(status, 'ERROR');
  await stage.step(
    'The guest was in error after the first method, and Masakari left it stopped, and in error again. Its owner starts it.',
    `openstack server set --state active ${name}`,
  );
  await stage.type(`openstack server reboot --hard --wait ${name}`);
}

async function assertMoved(stage: Stage, guest: Server, victim: Compute, target?: Compute): Promise<void> {
  const {host} = await stage.cloud.getServer(guest.name);
  const process = await getProcess(stage, guest);
  assert.equal(process.host, host, `Nova has ${guest.name} on ${String(host)}`);
  assert.notEqual(host, victim.name);
  if (target !== undefined) assert.equal(host, target.name);
}

/** Every guest went on writing where it had been when its compute lost its power. */
export async function judgeJournals(
  stage: Stage,
  guests: readonly Server[],
  journals: Journals,
  boots = 1,
): Promise<void> {
  for (const guest of guests) {
    const before = journals.get(guest.id);
    assert.ok(before);
    const after = await waitForBlocks(stage, guest, before);
    assertUnharmed(before, after, boots);
    stage.say(describeJournal(guest, after));
  }
}

/** How often the cluster has fenced a compute, as far as it remembers. */
export async function countFencings({deployment}: Stage, {name}: Compute): Promise<number> {
  const {machine} = await deployment.getLivingMember();
  const {stdout} = await deployment.room.run(machine, getHistoryCommand(name).split(' '));
  return [...stdout.matchAll(new RegExp(`^\\s*(reboot|off) of ${name} successful`, 'gm'))].length;
}

function getHistoryCommand(name: string): string {
  return `stonith_admin --history ${name} --verbose`;
}

/** Shows that the power was cut by the cluster, which had fenced the compute so many times before. */
export async function showFencing(stage: Stage, {victim}: Failing, before: number): Promise<void> {
  await stage.phase(`the cluster has finished the fencing of ${victim.name}`, 60, async () => {
    return (await countFencings(stage, victim)) > before;
  });
  const member = await stage.deployment.getLivingMember();
  const terminal = getRootTerminal(member.name, member.machine);
  await stage.step('It was the cluster that had the power cut.', getHistoryCommand(victim.name), terminal);
}

/** As Masakari has left it: the compute is in maintenance, disabled and down. */
export async function showAftermath(stage: Stage, failing: Failing): Promise<void> {
  const {victim, segment} = failing;
  await stage.phase(
    `the cluster has ${victim.name} for offline`,
    120,
    async () => !getOnline(await stage.deployment.readCluster(), 'remote').includes(victim.name),
  );
  await stage.phase(
    `Nova has ${victim.name} for down`,
    60,
    async () => (await getService(stage, victim)) === 'disabled down',
  );
  await stage.step('Nova has the compute disabled and down.', 'openstack compute service list --service nova-compute');
  await stage.step('Masakari has it in maintenance.', `openstack segment host list ${segment.uuid}`);
  const {on_maintenance: isInMaintenance} = await getHost(stage, segment, victim);
  assert.equal(isInMaintenance, true);
  assert.equal(await stage.deployment.juju.readPower(victim.name), 'off');
}

const NOT_FOUND_OUT = 'its guests were evacuated, and its nova-compute has not found out yet';

/** The way back: power, and then the charm's action, which waits for each step. */
export async function bringBack(stage: Stage, {victim, segment}: Failing): Promise<void> {
  stage.stopClock();
  stage.say(`The operator powers ${victim.name} on again, in MAAS.`);
  await stage.deployment.juju.switchPower(victim.name, 'on');
  await stage.during(`${victim.name} is returned`, async () => {
    const sentence =
      'It may have guests again, and is in its segment as before, once it is up and the cluster has it online.';
    try {
      await runReturnHost(stage, sentence, victim);
    } catch (error) {
      // A nova-compute that starts finds one evacuation of each guest, and Nova may have ordered several.
      if (!(error instanceof Error) || !error.message.includes(NOT_FOUND_OUT)) throw error;
      const restart = 'systemctl restart nova-compute';
      await stage.step(`The action says why not, and what helps: ${NOT_FOUND_OUT}.`, restart, stage.rootOf(victim));
      await runReturnHost(stage, 'And again.', victim);
    }
  });
  assert.equal(await getService(stage, victim), 'enabled up');
  assert.equal((await getHost(stage, segment, victim)).on_maintenance, false);
  assert.ok(getOnline(await stage.deployment.readCluster(), 'remote').includes(victim.name));
}

async function runReturnHost(stage: Stage, sentence: string, {name}: Compute): Promise<void> {
  await stage.runAction(sentence, await stage.deployment.getLivingMasakari(), 'return-host', `host=${name}`);
}
