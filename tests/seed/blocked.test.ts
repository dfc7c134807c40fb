import assert from 'node:assert/strict';

import type {LocalModel} from '#local';

import {deploySeed, describeCib, getTroubles, readCib, settle} from './deployment.ts';

const VIPS = '10.0.0.236 10.70.0.236 10.80.0.236';

describe('input that cannot be taken', () => {
  let model: LocalModel;
  let whole: readonly string[];

  before(async () => {
    model = await deploySeed({seed: 5});
    whole = describeCib(readCib(model));
  });

  /** Blocks, changes nothing in the cluster, and is right again once mended. */
  async function checkMends(bad: () => void, mend: () => void, pattern: RegExp): Promise<void> {
    bad();
    await settle(model);
    const troubles = getTroubles(model);
    assert.ok(Object.values(troubles).length > 0);
    assert.ok(
      Object.values(troubles).every((message) => message.startsWith('blocked: ')),
      JSON.stringify(troubles),
    );
    assert.ok(
      Object.values(troubles).some((message) => pattern.test(message)),
      JSON.stringify(troubles),
    );
    assert.deepEqual(describeCib(readCib(model)), whole);
    mend();
    await settle(model);
    assert.deepEqual(getTroubles(model), {});
    assert.deepEqual(describeCib(readCib(model)), whole);
  }

  it('a VIP that is no address', () =>
    checkMends(
      () => {
        model.config('masakari', {vip: `${VIPS} 10.0.0.999`});
      },
      () => {
        model.config('masakari', {vip: VIPS});
      },
      /option vip.*10\.0\.0\.999/,
    ));

  it('a VIP that lies in no space', () =>
    checkMends(
      () => {
        model.config('masakari', {vip: `${VIPS} 192.0.2.7`});
      },
      () => {
        model.config('masakari', {vip: VIPS});
      },
      /option vip.*192\.0\.2\.7/,
    ));

  it('fencing asked for without MAAS credentials', () =>
    checkMends(
      () => {
        model.config('hacluster', {maas_credentials: null});
      },
      () => {
        model.config('hacluster', {maas_credentials: '3UC4:zSfGfk:Kaka2VUAD37zGF'});
      },
      /option maas_credentials is missing/,
    ));

  it('an option that is one of a few, and is none of them', () =>
    checkMends(
      () => {
        model.config('hacluster', {no_quorum_policy: 'panic'});
      },
      () => {
        model.config('hacluster', {no_quorum_policy: null});
      },
      /option no_quorum_policy must be one of ignore, freeze, stop, suicide/,
    ));

  it('mixed enable-resources among remotes', async () => {
    await model.deploy('pacemaker-remote', {
      application: 'other-remote',
      config: {'enable-resources': true, 'enable-stonith': true},
    });
    await model.deploy('nova-compute', {application: 'other-compute', units: 1});
    model.integrate('other-compute:juju-info', 'other-remote:juju-info');
    model.integrate('hacluster:pacemaker-remote', 'other-remote:pacemaker-remote');
    await settle(model);
    const {units} = model.snapshot();
    const messages = Object.entries(units)
      .filter(([name]) => name.startsWith('hacluster/'))
      .map(([, {workload, message}]) => `${workload}: ${message}`);
    assert.equal(messages.length, 3);
    for (const message of messages) {
      assert.match(message, /^blocked: relation pacemaker-remote:\d+, unit [a-z-]+\/\d+: enable-resources differs/);
    }
    assert.deepEqual(describeCib(readCib(model)), whole);
    model.config('other-remote', {'enable-resources': false});
    await settle(model);
    const mended = Object.entries(model.snapshot().units).filter(([name]) => name.startsWith('hacluster/'));
    assert.deepEqual(
      mended.map(([, {workload}]) => workload),
      ['active', 'active', 'active'],
    );
    assert.ok(describeCib(readCib(model)).length > whole.length);
  });
});
