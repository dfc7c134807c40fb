import assert from 'node:assert/strict';

import {parseCorosyncConf, printCrm} from '#cluster';
import type {LocalModel} from '#local';

import {deploySeed, describeCib, getTroubles, readCib} from './deployment.ts';

const CONF = '/etc/corosync/corosync.conf';

/** What must never be otherwise, not even between two hooks. */
function checkMembers(model: LocalModel, staying: readonly string[], nodes: number): void {
  const {machines} = model.snapshot();
  for (const [id, {files, services, cib}] of Object.entries(machines)) {
    const conf = files[CONF];
    if (conf === undefined || !(services['corosync'] ?? '').startsWith('running')) {
      continue;
    }
    const ring = parseCorosyncConf(conf.content).nodes.length;
    assert.ok(ring >= nodes, `the ring of machine ${id} has ${ring} nodes`);
    if (staying.includes(id)) {
      for (const object of [
        'grp_masakari_vips',
        'frank-colt',
        'model-crow',
        'tidy-goose',
        'symmetric-cluster" value="false',
      ]) {
        assert.ok((cib ?? '').includes(object), `the CIB of machine ${id} has lost ${object}`);
      }
    }
  }
}

/** How many nodes the ring of each of these machines has. */
function countNodes(model: LocalModel, machines: readonly string[]): readonly number[] {
  const snapshots = model.snapshot().machines;
  return machines.map((id) => parseCorosyncConf(snapshots[id]?.files[CONF]?.content ?? '').nodes.length);
}

function isInRing(model: LocalModel, machine: string): boolean {
  return (model.snapshot().machines[machine]?.services['corosync'] ?? '').startsWith('running');
}

async function settleWatched(model: LocalModel, check: () => void): Promise<void> {
  const {failed} = await model.settle({progress: check});
  assert.deepEqual(failed, []);
}

describe('members that come and go', () => {
  for (const seed of [1, 2, 3, 4]) {
    for (const who of ['leader', 'another'] as const) {
      it(`one that leaves (${who}, seed ${seed}) takes nothing with it and makes no cluster of its own on the way`, async () => {
        const model = await deploySeed({seed});
        const leader = model.state.applications['hacluster']?.leader ?? '';
        const units = model.state.applications['hacluster']?.units ?? [];
        const leaving = who === 'leader' ? leader : (units.find((unit) => unit !== leader) ?? '');
        const principal = model.state.units[leaving]?.principal ?? '';
        const gone = model.state.units[principal]?.machine ?? '';
        const staying = units
          .map((unit) => model.state.units[unit]?.machine ?? '')
          .filter((machine) => machine !== gone);
        model.removeUnit(principal);
        await settleWatched(model, () => {
          checkMembers(model, staying, 2);
          if (isInRing(model, gone))
            assert.deepEqual(countNodes(model, staying), [3, 3], 'out of the ring while alive');
        });
        assert.deepEqual(countNodes(model, staying), [2, 2]);
        const text = printCrm(readCib(model, staying[0]));
        assert.ok(text.includes('clone-max=2') && text.includes('tidy-goose'));
      });
    }
  }

  it('one that joins knows the whole ring before it starts', async () => {
    for (const seed of [1, 2, 3]) {
      const model = await deploySeed({seed});
      await model.addUnit('masakari', {to: ['lxd:1']});
      const members = Object.keys(model.snapshot().machines).filter(
        (id) => model.snapshot().machines[id]?.cib !== null,
      );
      await settleWatched(model, () => {
        checkMembers(model, members, 3);
      });
      assert.deepEqual(getTroubles(model), {}, `seed ${seed}`);
      assert.ok(printCrm(readCib(model)).includes('clone-max=4'));
    }
  });

  it('a leader that has not seen all remotes join takes none away', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const model = await deploySeed({seed});
      const members = Object.keys(model.snapshot().machines).filter(
        (id) => model.snapshot().machines[id]?.cib !== null,
      );
      await model.addUnit('masakari', {to: ['lxd:2']});
      let moved = false;
      await settleWatched(model, () => {
        if (!moved && model.state.units['hacluster/3']?.installed === true) {
          moved = true;
          model.moveLeadership('hacluster', 'hacluster/3');
        }
        checkMembers(model, members, 3);
      });
      assert.ok(moved);
      assert.deepEqual(getTroubles(model), {}, `seed ${seed}`);
    }
  });

  it('a relation to the principal that is taken away and made anew starts from a clean machine', async () => {
    for (const seed of [1, 2]) {
      const model = await deploySeed({seed});
      const whole = describeCib(readCib(model));
      model.removeRelation('masakari:ha', 'hacluster:ha');
      await settleWatched(model, () => undefined);
      for (const {files} of Object.values(model.snapshot().machines)) {
        for (const path of [CONF, '/etc/corosync/authkey', '/var/lib/pacemaker/cib/cib.xml']) {
          assert.equal(files[path], undefined, path);
        }
      }
      model.integrate('masakari:ha', 'hacluster:ha');
      await settleWatched(model, () => {
        for (const {files, services} of Object.values(model.snapshot().machines)) {
          const isRunning =
            (services['corosync'] ?? '').startsWith('running') && files['/etc/corosync/authkey'] !== undefined;
          assert.ok(
            !isRunning || parseCorosyncConf(files[CONF]?.content ?? '').nodes.length === 3,
            'a cluster of fewer',
          );
        }
      });
      assert.deepEqual(getTroubles(model), {}, `seed ${seed}`);
      assert.deepEqual(describeCib(readCib(model)), whole);
    }
  });
});
