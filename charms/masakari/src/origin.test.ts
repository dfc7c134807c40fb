import assert from 'node:assert/strict';

import {completeRelations, createState, getFile, run} from './fixture.test.ts';

const SOURCE = '/etc/apt/sources.list.d/openstack-origin.list';

describe('openstack-origin', () => {
  it('adds a pocket of the cloud archive before anything is installed', async () => {
    const config = {'openstack-origin': 'cloud:jammy-caracal/proposed'};
    const {effects, state} = await run(createState({relations: completeRelations(), config}));
    assert.equal(
      getFile(state, SOURCE),
      'deb http://ubuntu-cloud.archive.canonical.com/ubuntu jammy-proposed/caracal main\n',
    );
    assert.ok(effects.indexOf('install ubuntu-cloud-keyring') < effects.indexOf(`write ${SOURCE}`));
    assert.ok(effects.indexOf(`write ${SOURCE}`) < effects.indexOf('install masakari-api'));
    assert.equal(state.status.message, 'Unit is ready');
    assert.deepEqual((await run(state)).effects, []);
  });

  it('keeps to the machine’s own release when the pocket is for another series, and says so', async () => {
    const config = {'openstack-origin': 'cloud:bionic-rocky/proposed'};
    const {state} = await run(createState({relations: completeRelations(), config}));
    assert.equal(state.host.files[SOURCE], undefined);
    assert.deepEqual(state.status, {
      status: 'active',
      message: 'Unit is ready (openstack-origin is for bionic, the release of ubuntu 22.04 is used)',
    });
  });

  it('removes a source that is no longer asked for and touches nothing else', async () => {
    const config = {'openstack-origin': 'cloud:jammy-caracal'};
    const {state} = await run(createState({relations: completeRelations(), config}));
    const {effects, state: after} = await run({...state, config: {}});
    assert.deepEqual(
      effects.filter((effect) => !effect.endsWith('ledger.json')),
      [`remove ${SOURCE}`],
    );
    assert.equal(after.status.status, 'active');
  });
});
