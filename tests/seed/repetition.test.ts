import assert from 'node:assert/strict';

import type {LocalModel} from '#local';

import {deploySeed, settle} from './deployment.ts';

describe('a settled deployment', () => {
  let model: LocalModel;

  before(async () => {
    model = await deploySeed({seed: 3});
  });

  it('settles again without a change', async () => {
    const before = model.snapshot();
    await settle(model);
    assert.deepEqual(model.snapshot(), before);
  });

  it('repeats every hook that is no departure, on every unit, without a change of CIB, file or relation', async () => {
    const before = model.snapshot();
    for (const unit of Object.keys(model.state.units)) {
      const hooks = model.getRepeatableHooks(unit);
      assert.ok(hooks.length > 3, unit);
      for (const {hook, ...remote} of hooks) {
        assert.equal(await model.repeatHook(unit, hook, remote), 0, `${unit} ${hook}`);
        assert.deepEqual(model.snapshot().writes, before.writes, `${unit} ${hook} wrote something`);
      }
    }
    assert.deepEqual(model.snapshot(), before);
  });

  it('goes on the same when another unit leads', async () => {
    const {relations, machines} = model.snapshot();
    const leader = model.state.applications['hacluster']?.leader;
    const other = model.state.applications['hacluster']?.units.find((unit) => unit !== leader);
    assert.ok(other !== undefined);
    model.moveLeadership('hacluster', other);
    await settle(model);
    const after = model.snapshot();
    assert.deepEqual([after.relations, after.machines], [relations, machines]);
    assert.equal(after.leaders['hacluster'], other);
  });
});
