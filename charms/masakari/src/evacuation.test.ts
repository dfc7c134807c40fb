import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {Databag} from '#charm';
import type {UnitState} from '#charm/testing';

import {completeRelations, createState, getDelay, haRelation, run, VIPS} from './fixture.test.ts';

/** A unit whose hacluster answers so; null for one without `ha`. */
function create(answer: Databag | null, config: UnitState['config'] = {}): UnitState {
  const relations = [...completeRelations(), ...(answer === null ? [] : [haRelation(answer)])];
  return createState({relations, config: {vip: VIPS, ...config}});
}

async function getOutcome(state: UnitState): Promise<readonly [number, string]> {
  const {state: after} = await run(state);
  return [getDelay(after), after.status.message];
}

describe('the delay of evacuations', () => {
  it('is raised to what fencing may take, and the status says so', async () => {
    assert.deepEqual(await getOutcome(create({clustered: 'yes', 'fencing-bound': '267'})), [
      267,
      'Unit is ready (evacuation after 267 s: fencing may take as long)',
    ]);
  });

  it('is the option where that is longer', async () => {
    const state = create({clustered: 'yes', 'fencing-bound': '267'}, {'evacuation-delay': 300});
    assert.deepEqual(await getOutcome(state), [300, 'Unit is ready']);
  });

  it('is 180 s at least with the Python hacluster, which does not say what fencing may take', async () => {
    const raised = [180, 'Unit is ready (evacuation after 180 s: fencing may take as long)'];
    assert.deepEqual(await getOutcome(create({clustered: 'yes'})), raised);
    for (const unreadable of ['', 'soon', '-1', '1e9', '9999999', '86401', '60 s']) {
      assert.deepEqual(await getOutcome(create({clustered: 'yes', 'fencing-bound': unreadable})), raised, unreadable);
    }
  });

  it('is the option where no node is fenced, which the status says', async () => {
    assert.deepEqual(await getOutcome(create({clustered: 'yes', 'fencing-bound': 'none'})), [
      60,
      'Unit is ready (no compute node is fenced)',
    ]);
  });

  it('is the option without a cluster, and while one is being made', async () => {
    assert.deepEqual(await getOutcome(create(null)), [60, 'Unit is ready']);
    assert.deepEqual(await getOutcome(create({})), [60, "'ha' incomplete"]);
  });

  it('is never less than the option and what hacluster says, and is settled after one hook', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.nat(1000), async (option, bound) => {
        const state = create({clustered: 'yes', 'fencing-bound': String(bound)}, {'evacuation-delay': option});
        const {state: after} = await run(state);
        assert.equal(getDelay(after), Math.max(option, bound));
        assert.deepEqual((await run(after)).effects, []);
      }),
      {numRuns: 20},
    );
  });

  it('restarts the engine only when it changes', async () => {
    const {state} = await run(create({clustered: 'yes', 'fencing-bound': '267'}));
    const say = (bound: string): UnitState => ({
      ...state,
      relations: state.relations.map((found) =>
        found.endpoint === 'ha' ? haRelation({clustered: 'yes', 'fencing-bound': bound}) : found,
      ),
    });
    const getStarts = async (bound: string): Promise<number | undefined> =>
      (await run(say(bound))).state.host.services['masakari-engine']?.starts;
    const before = state.host.services['masakari-engine']?.starts ?? 0;
    assert.deepEqual([await getStarts('267'), await getStarts('287')], [before, before + 1]);
  });
});
