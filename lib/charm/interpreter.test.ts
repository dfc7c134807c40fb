import assert from 'node:assert/strict';

import fc from 'fast-check';

import {interpret, planOnly, type Interpretation} from './interpreter.ts';

/** A world of numbered things, and facets that each look after one: it is as high as wanted, one step at a time. */
function createCounters(
  want: readonly number[],
  have: number[],
): Interpretation<readonly number[]> & {readonly log_: string[]} {
  const log_: string[] = [];
  return {
    decide: () => Promise.resolve(want),
    facets: want.map((_, index) => ({
      name: `counter ${index}`,
      plan: (wanted) => {
        const missing = (wanted[index] ?? 0) - (have[index] ?? 0);
        const step = {
          summary: 'one more',
          apply: () => {
            have[index] = (have[index] ?? 0) + 1;
            return Promise.resolve();
          },
        };
        return Promise.resolve(missing > 0 ? [step] : []);
      },
    })),
    log: (summary) => Promise.resolve(void log_.push(summary)),
    log_,
  };
}

describe('interpreter', () => {
  it('goes on in rounds until nothing is left to do, facets in their order', async () => {
    const have = [0, 0];
    const work = createCounters([1, 2], have);
    const outcome = await interpret(work);
    assert.deepEqual(have, [1, 2]);
    assert.deepEqual(outcome.steps, ['counter 0: one more', 'counter 1: one more', 'counter 1: one more']);
    assert.deepEqual(work.log_, outcome.steps);
    assert.equal(outcome.isSettled, true);
  });

  it('stops after ten rounds and says that something is left', async () => {
    const have = [0];
    const {isSettled, steps} = await interpret(createCounters([1000], have));
    assert.deepEqual({isSettled, steps: steps.length, have}, {isSettled: false, steps: 10, have: [10]});
  });

  it('comes to the same end, and does nothing the second time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9), {maxLength: 5}), async (want) => {
        const have = want.map(() => 0);
        assert.equal((await interpret(createCounters(want, have))).isSettled, true);
        assert.deepEqual(have, want);
        assert.deepEqual((await interpret(createCounters(want, have))).steps, []);
      }),
    );
  });

  it('plans a facet only when those before it are done', async () => {
    const order: string[] = [];
    const facet = (name: string): Interpretation<null>['facets'][number] => ({
      name,
      plan: () => {
        order.push(`plan ${name}`);
        const isDone = order.includes(`apply ${name}`);
        const step = {summary: 'do', apply: () => Promise.resolve(void order.push(`apply ${name}`))};
        return Promise.resolve(isDone ? [] : [step]);
      },
    });
    const log = (): Promise<void> => Promise.resolve();
    await interpret({decide: () => Promise.resolve(null), facets: [facet('a'), facet('b')], log});
    assert.deepEqual(order, ['plan a', 'apply a', 'plan b', 'apply b', 'plan a', 'plan b']);
  });

  it('says in a dry run what would be done now, and does nothing', async () => {
    const have = [0, 3];
    const {steps, decision} = await planOnly(createCounters([2, 3], have));
    assert.deepEqual({steps, decision, have}, {steps: ['counter 0: one more'], decision: [2, 3], have: [0, 3]});
  });
});
