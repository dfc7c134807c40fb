import assert from 'node:assert/strict';

import {deploySeed, exec, getTroubles} from './deployment.ts';

const KEY = '/etc/corosync/authkey';
const NEXT = `${KEY}.next`;
const newKey = Buffer.alloc(128, 'another key of the ring').toString('base64');

describe('the ring', () => {
  for (const seed of [1, 2, 3]) {
    it(`takes a new key without a restart, and is whole all the while (seed ${seed})`, async () => {
      const model = await deploySeed({seed});
      const members = Object.entries(model.snapshot().machines).filter(([, {cib}]) => cib !== null);
      const services = JSON.stringify(members.map(([, machine]) => machine.services['corosync']));
      model.config('hacluster', {corosync_key: newKey});
      const seen: string[] = [];
      const {failed} = await model.settle({
        progress: () => {
          seen.push(JSON.stringify(members.map(([id]) => model.snapshot().machines[id]?.files[NEXT] !== undefined)));
        },
      });
      assert.deepEqual(failed, []);
      assert.ok(
        seen.some((waits) => waits.includes('true')),
        'the new key waited until all members had it',
      );
      const after = members.map(([id]) => model.snapshot().machines[id]);
      assert.equal(JSON.stringify(after.map((machine) => machine?.services['corosync'])), services);
      for (const machine of after) {
        assert.ok(machine?.files[KEY] !== undefined && machine.files[NEXT] === undefined);
        assert.equal(Buffer.from(machine.files[KEY].content, machine.files[KEY].encoding ?? 'utf8').length, 128);
      }
      assert.equal(new Set(after.map((machine) => machine?.files[KEY]?.content)).size, 1);
      assert.deepEqual(getTroubles(model), {});
    });
  }

  it('is not asked about a member that has left: the cluster forgets its node', async () => {
    const model = await deploySeed({seed: 5});
    const leaving = model.state.applications['hacluster']?.units.find((unit) => unit !== 'hacluster/0') ?? '';
    const principal = model.state.units[leaving]?.principal ?? '';
    const name = model.state.machines[model.state.units[principal]?.machine ?? '']?.hostname ?? '';
    assert.match(await exec(model, 'hacluster/0', 'crm', 'status'), new RegExp(name));
    model.removeUnit(principal);
    await model.settle();
    assert.ok(!(await exec(model, 'hacluster/0', 'crm', 'status')).includes(name));
    assert.ok(!(await exec(model, 'hacluster/0', 'cibadmin', '--query')).includes(name));
  });
});
