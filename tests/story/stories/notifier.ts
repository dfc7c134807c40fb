import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';

import type {Member} from '../../machines/cluster.ts';
import {CONTROL} from '../deployment.ts';
import type {Stage} from '../stage.ts';
import type {Story} from '../story.ts';
import {
  bringBack,
  isolateCompute,
  judgeJournals,
  listFailures,
  reconnectCompute,
  showAftermath,
  watchFencing,
  watchRecovery,
  type Failing,
  type Journals,
} from './failure.ts';
import {prepareFailing} from './host.ts';
import {getHost} from './segments.ts';

/** Where members keep what Masakari was not told yet (charms/masakari/README.md). */
const SPOOL = 'var/lib/masakari-fencing';
const OUTAGE_S = 60;
/** Members look every 30 s for what is left to tell; a broker's connection to one that lost its power takes two minutes to end. */
const LONG_S = 600;

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly doesMemberDie: boolean;
  readonly isApiDown: boolean;
}

const VARIANTS: readonly Variant[] = [
  {
    name: 'notifier-dies',
    title: 'a compute is fenced, and the member that is about to tell Masakari loses its power at that moment',
    doesMemberDie: true,
    isApiDown: false,
  },
  {
    name: 'api-down',
    title: 'a compute is fenced while nobody can log in to any API',
    doesMemberDie: false,
    isApiDown: true,
  },
  {
    name: 'notifier-dies-api-down',
    title: 'both: no API answers, and the member that has fenced the compute loses its power',
    doesMemberDie: true,
    isApiDown: true,
  },
];

/** Whatever happens to those who tell Masakari of a fenced compute, it is told, and once. */
export const notifier: readonly Story[] = VARIANTS.map((variant) => ({
  name: variant.name,
  title: variant.title,
  tell: (stage) => tell(stage, variant),
}));

async function tell(stage: Stage, {doesMemberDie, isApiDown}: Variant): Promise<void> {
  const failing = await prepareFailing(stage);
  const names = await readMachineNames(stage);
  if (isApiDown) await switchLogin(stage, 'stop');
  await isolateCompute(stage, failing);
  const dead = doesMemberDie ? await killNotifier(stage, failing, names) : null;
  const journals = await watchFencing(stage, failing);
  if (isApiDown) {
    await stage.stays('no API takes anybody', OUTAGE_S, () => Promise.resolve(true));
    await switchLogin(stage, 'start');
  }
  await watchRecovery(stage, failing, {limitSeconds: LONG_S});
  await finish(stage, failing, journals, dead);
}

async function finish(stage: Stage, failing: Failing, journals: Journals, dead: Member | null): Promise<void> {
  await judgeJournals(stage, failing.guests, journals);
  await showAftermath(stage, failing);
  if (dead !== null) {
    stage.say(`The machine under ${dead.name} is powered on again, with what it had not told.`);
    await stage.deployment.juju.switchPower((await readMachineNames(stage)).get(dead.host) ?? '', 'on');
  }
  await stage.phase('no member has anything left to tell', LONG_S, async () => {
    const left = await readSpools(stage);
    if (left.length === 0) return true;
    throw new Error(`left on ${left.map(({member}) => member.name).join(' and ')}`);
  });
  const own = await getHost(stage, failing.segment, failing.victim);
  assert.equal((await listFailures(stage, own)).length, 1, 'Masakari was told more than once');
  await reconnectCompute(stage, failing);
  await bringBack(stage, failing);
}

/** Keystone, without which nobody gets a token. */
async function switchLogin(stage: Stage, verb: 'stop' | 'start'): Promise<void> {
  stage.say(verb === 'stop' ? 'Keystone is stopped: nobody can log in.' : 'Keystone is started again.');
  const {exitCode, stderr} = await stage.deployment.room.run(CONTROL, ['systemctl', verb, 'keystone']);
  assert.equal(exitCode, 0, stderr);
}

interface Kept {
  readonly member: Member;
  readonly text: string;
}

/** Records that members keep, read from their disks: also of those that are off. */
async function readSpools({deployment}: Stage): Promise<readonly Kept[]> {
  const found = await Promise.all(
    deployment.members.map(async (member) => {
      const slug = member.machine.replaceAll('/', '-');
      const folder = join(deployment.juju.place.folder, 'machines', slug, 'upper', SPOOL);
      const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.fence'));
      const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
      return texts.filter((text) => text !== '').map((text) => ({member, text}));
    }),
  );
  return found.flat();
}

/** Cuts the power of the member that fenced, which is the first to tell, as soon as it has written down that it has to. */
async function killNotifier(stage: Stage, {victim}: Failing, names: ReadonlyMap<string, string>): Promise<Member> {
  const member = await stage.phase('a member has fenced it, and is about to tell Masakari', 180, async () => {
    const records = await readSpools(stage);
    return records.find(({text}) => text.includes(`"${victim.name}"`) && text.includes('"delayMs":0'))?.member;
  });
  await stage.deployment.juju.switchPower(names.get(member.host) ?? '', 'off');
  stage.say(`In this moment the machine under ${member.name} loses its power.`);
  const left = (await readSpools(stage)).filter((record) => record.member.name === member.name);
  stage.say(
    left.length > 0
      ? 'On its disk is what it had still to tell.'
      : 'It had told it already, faster than it could be killed.',
  );
  return member;
}

/** The names of machines in MAAS. */
async function readMachineNames({deployment}: Stage): Promise<ReadonlyMap<string, string>> {
  const {machines} = await deployment.juju.readStatus();
  return new Map(Object.entries(machines).map(([id, {hostname = ''}]) => [id, hostname]));
}
