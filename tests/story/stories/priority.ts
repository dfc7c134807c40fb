import assert from 'node:assert/strict';

import type {Compute} from '../deployment.ts';
import type {Stage} from '../stage.ts';
import type {Story} from '../story.ts';
import {judgeJournals, killCompute, showAftermath, watchFencing, watchRecovery} from './failure.ts';
import {startGuest} from './guests.ts';
import {createSegment, getHost, getService, type RecoveryMethod} from './segments.ts';

/** Two recoveries, each with its wait, and what Masakari waits for after the first has failed. */
const LONG_S = 600;

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly method: RecoveryMethod;
  readonly hasReserved: boolean;
  /** Whether Nova may use the third compute, which is neither the one that fails nor reserved. */
  readonly isOtherEnabled: boolean;
  /** Who has the guest at the end. */
  readonly target: 'other' | 'reserved' | 'any';
}

const VARIANTS: readonly Variant[] = [
  {
    name: 'auto_priority',
    title: 'auto is tried first, and is enough',
    method: 'auto_priority',
    hasReserved: true,
    isOtherEnabled: true,
    target: 'other',
  },
  {
    name: 'auto_priority-falls-back',
    title: 'auto finds no compute; the one that stands by takes the guests',
    method: 'auto_priority',
    hasReserved: true,
    isOtherEnabled: false,
    target: 'reserved',
  },
  {
    name: 'rh_priority',
    title: 'the compute that stands by is tried first, and is enough',
    method: 'rh_priority',
    hasReserved: true,
    isOtherEnabled: true,
    target: 'reserved',
  },
  {
    name: 'rh_priority-falls-back',
    title: 'no compute stands by; the guests go to any',
    method: 'rh_priority',
    hasReserved: false,
    isOtherEnabled: true,
    target: 'any',
  },
];

/** auto_priority and rh_priority, each with its first method succeeding and failing. */
export const priorities: readonly Story[] = VARIANTS.map((variant) => ({
  name: variant.name,
  title: variant.title,
  tell: (stage) => tell(stage, variant),
}));

async function tell(stage: Stage, {method, hasReserved, isOtherEnabled, target}: Variant): Promise<void> {
  const [victim, standby, other] = stage.deployment.computes;
  assert.ok(victim !== undefined && standby !== undefined && other !== undefined);
  const reserved = hasReserved ? standby : undefined;
  const segment = await createSegment(stage, method, reserved);
  stage.say('A guest on the compute that is going to fail.');
  const failing = {victim, segment, guests: [await startGuest(stage, 'pet', victim)]};
  if (!isOtherEnabled) {
    await stage.step(
      'The third compute takes no guests, so that the first method finds none.',
      `openstack compute service set --disable ${other.name} nova-compute`,
    );
  }
  await killCompute(stage, failing);
  const journals = await watchFencing(stage, failing);
  const targets: Readonly<Record<Variant['target'], Compute | undefined>> = {other, reserved, any: undefined};
  const wanted = targets[target];
  const isStopped = !isOtherEnabled;
  await watchRecovery(stage, failing, {
    limitSeconds: LONG_S,
    isStopped,
    ...(wanted === undefined ? {} : {target: wanted}),
  });
  await judgeJournals(stage, failing.guests, journals, isStopped ? 2 : 1);
  await showAftermath(stage, failing);
  if (reserved === undefined) return;
  // It is spent when it was used, and stands by still when it was not.
  const isSpent = target === 'reserved';
  assert.equal((await getHost(stage, segment, reserved)).reserved, !isSpent);
  assert.equal(await getService(stage, reserved), isSpent ? 'enabled up' : 'disabled up');
}
