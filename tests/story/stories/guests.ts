import assert from 'node:assert/strict';

import {findLosses, type Journal} from '../../guest/journal.ts';
import type {Server} from '../cloud.ts';
import type {Compute} from '../deployment.ts';
import {FLAVOR, IMAGE} from '../ground.ts';
import {listGuestProcesses, readGuestJournal, type GuestProcess} from '../guests.ts';
import type {Stage} from '../stage.ts';

/** So much is written in two seconds. */
const BLOCKS = 20;

/** Starts a guest on a compute, and waits until it writes. */
export async function startGuest(stage: Stage, name: string, {name: host}: Compute): Promise<Server> {
  const command = `openstack server create --image ${IMAGE} --flavor ${FLAVOR} --nic none --availability-zone nova:${host} --wait ${name}`;
  // It ends well even when it says "Error creating server".
  await stage.type(`${command} -c name -c status`);
  const server = await stage.cloud.getServer(name);
  if (server.fault !== null) throw new Error(`Nova cannot start ${name} on ${host}: ${server.fault}`);
  assert.deepEqual([server.status, server.host], ['ACTIVE', host]);
  await waitForBlocks(stage, server, null);
  return server;
}

/** Marks a guest as one to be started again. */
export function markGuest(stage: Stage, name: string): Promise<string> {
  return stage.step(
    'Only guests with this property are started again when they die alone.',
    `openstack server set --property HA_Enabled=True ${name}`,
  );
}

/** Waits until a guest has written blocks, and more than it had in an earlier reading. Gives what it has written. */
export function waitForBlocks(stage: Stage, {id, name}: Server, before: Journal | null): Promise<Journal> {
  const wanted = (before?.blocks.at(-1)?.number ?? 0) + BLOCKS;
  return stage.phase(`${name} writes blocks`, 120, async () => {
    const journal = await readGuestJournal(stage.deployment, id);
    const last = journal.blocks.at(-1)?.number ?? 0;
    if (last >= wanted) return journal;
    throw new Error(`its newest is block ${String(last)}`);
  });
}

/** The guest went on after it had been dead, once, or up to so many times, with nothing lost and nothing written twice. */
export function assertUnharmed(before: Journal, after: Journal, boots = 1): void {
  const last = (journal: Journal): number => journal.generations.at(-1)?.generation ?? 0;
  assert.deepEqual(after.problems, []);
  assert.deepEqual(findLosses(before, after), []);
  const booted = last(after) - last(before);
  assert.ok(booted >= 1 && booted <= boots, `it has booted ${String(booted)} times`);
}

/** A sentence about a guest's disk, for people. */
export function describeJournal({name}: Server, {blocks, generations}: Journal): string {
  const newest = generations.at(-1);
  const silence =
    newest?.silence === null || newest === undefined ? '' : `, after ${newest.silence.toFixed(1)} s of silence`;
  return `The disk of ${name} has ${String(blocks.length)} blocks, none lost, none written twice; boot ${String(
    newest?.generation,
  )} writes from block ${String(newest?.first)}${silence}.`;
}

/** Processes of guests on computes that are on. */
export async function listProcesses(stage: Stage): Promise<readonly GuestProcess[]> {
  return listGuestProcesses(stage.deployment, stage.deployment.computes);
}

/** The one process of a guest; an error while there is none. */
export async function getProcess(stage: Stage, {id, name}: Server): Promise<GuestProcess> {
  const found = (await listProcesses(stage)).filter(({server}) => server === id);
  const [process] = found;
  if (process === undefined) throw new Error(`no process of ${name}`);
  assert.equal(found.length, 1, `${name} runs in ${found.map(({host}) => host).join(' and ')}`);
  return process;
}
