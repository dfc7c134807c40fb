import assert from 'node:assert/strict';
import {fileURLToPath} from 'node:url';

import {createModel, type LocalModel} from '#local';

const getPath = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

async function deployBase(): Promise<LocalModel> {
  const model = await createModel({charmLibrary: [getPath('.')]});
  await model.deploy(getPath('../../bundles/openstack-base.yaml'));
  const {failed, settled} = await model.settle();
  assert.deepEqual({failed, settled}, {failed: [], settled: true});
  return model;
}

describe('bundles/openstack-base.yaml', () => {
  let model: LocalModel;
  before(async () => {
    model = await deployBase();
  });

  it('settles with every unit ready', () => {
    const {units} = model.snapshot();
    assert.equal(Object.keys(units).length, 16);
    for (const [unit, {workload, message}] of Object.entries(units)) {
      assert.deepEqual([unit, workload, message], [unit, 'active', 'Unit is ready']);
    }
  });

  it('puts the computes on machines 4 to 6, known to Nova by the machines’ names', () => {
    const {machines} = model.snapshot();
    for (const id of ['4', '5', '6']) {
      const {hostname = '', files = {}} = machines[id] ?? {};
      assert.ok(files['/etc/nova/nova.conf']?.content.split('\n').includes(`host = ${hostname}`));
    }
  });

  it('writes nothing when hooks are repeated', async () => {
    const before = model.snapshot();
    for (const unit of Object.keys(before.units)) {
      for (const {hook, ...remote} of model.getRepeatableHooks(unit)) {
        assert.equal(await model.repeatHook(unit, hook, remote), 0, `${unit} ${hook}`);
      }
    }
    assert.deepEqual(model.snapshot(), before);
  });

  it('has secrets in no log line and no status', () => {
    const {relations, units} = model.snapshot();
    const bags = Object.values(relations).flatMap((bag) => [
      ...Object.values(bag.units),
      ...Object.values(bag.applications),
    ]);
    const secrets = bags.flatMap((bag) =>
      Object.entries(bag).flatMap(([key, value]) => (/password|(^|[-_])key/.test(key) ? [value] : [])),
    );
    assert.ok(secrets.length > 20);
    const seen = JSON.stringify([model.state.log, units]);
    assert.deepEqual(
      secrets.filter((secret) => seen.includes(secret)),
      [],
    );
  });

  it('settles again, with nothing rewritten on the other machines, when a compute is removed', async () => {
    const {machines} = model.snapshot();
    model.removeUnit('nova-compute/2');
    assert.deepEqual((await model.settle()).failed, []);
    const after = model.snapshot();
    assert.equal(after.units['nova-compute/2'], undefined);
    assert.deepEqual({...after.machines, '6': null}, {...machines, '6': null});
    assert.ok(Object.values(after.units).every(({message}) => message === 'Unit is ready'));
  });
});
