import assert from 'node:assert/strict';

import {deploySeed, getComparable, getTroubles} from './deployment.ts';

/** Enough orders to meet most interleavings of a few units; each is one whole deployment. */
const SEEDS = 50;

describe('the order of hooks', () => {
  it(`does not matter: ${SEEDS} seeds settle to the same model, but for who leads`, async () => {
    const expected = getComparable(await deploySeed({seed: 1}));
    for (let seed = 2; seed <= SEEDS; seed += 1) {
      const model = await deploySeed({seed});
      assert.deepEqual(getTroubles(model), {}, `seed ${seed}`);
      assert.deepEqual(getComparable(model), expected, `seed ${seed}`);
    }
  }).timeout(300_000);

  it('really differs between seeds: hooks run in another order and others lead', async () => {
    const runs = await Promise.all([1, 2, 3, 4, 5].map((seed) => deploySeed({seed})));
    const orders = runs.map(({state}) => state.log.map(({entity, message}) => `${entity} ${message}`).join('\n'));
    assert.equal(new Set(orders).size, runs.length);
    assert.ok(new Set(runs.map((model) => JSON.stringify(model.snapshot().leaders))).size > 1);
  });

  it('is the same for the same seed', async () => {
    const [first, second] = [await deploySeed({seed: 7}), await deploySeed({seed: 7})];
    assert.deepEqual(first.snapshot(), second.snapshot());
  });
});
