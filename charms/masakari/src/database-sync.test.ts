import assert from 'node:assert/strict';

import {
  completeRelations,
  createState,
  configChanged,
  databaseData,
  getUnitData,
  haRelation,
  relation,
  run,
  VIPS,
} from './fixture.test.ts';

describe('setting up the database', () => {
  it('is done once, by the leader, as Masakari’s own user, before the service starts', async () => {
    const first = await run(createState({relations: completeRelations()}));
    const synced = first.effects.indexOf('db sync');
    assert.ok(synced > first.effects.indexOf('write /etc/masakari/masakari.conf'));
    assert.ok(synced < first.effects.indexOf('restart masakari-engine'));
    assert.deepEqual(
      first.programs.filter(([program]) => program === 'runuser'),
      [['runuser', '-u', 'masakari', '--', 'masakari-manage', 'db', 'sync']],
    );
    assert.deepEqual(first.state.relations.find(({endpoint}) => endpoint === 'cluster')?.applicationData, {
      'db-sync-done': 'shared-db:1',
    });
    assert.deepEqual((await run(first.state)).effects, []);
  });

  it('is waited for by the other units', async () => {
    const waiting = await run(createState({leader: false, relations: completeRelations()}));
    assert.deepEqual(waiting.state.status, {
      status: 'waiting',
      message: 'Waiting for the leader to set up the database',
    });
    assert.ok(!waiting.effects.includes('db sync'));
    assert.equal(waiting.state.host.services['masakari-engine']?.isRunning, false);
    const told = waiting.state.relations.map((found) =>
      found.endpoint === 'cluster' ? {...found, applicationData: {'db-sync-done': 'shared-db:1'}} : found,
    );
    const ready = await run({...waiting.state, relations: told});
    assert.equal(ready.state.status.message, 'Unit is ready');
    assert.equal(ready.state.host.services['masakari-engine']?.isRunning, true);
  });

  it('is not repeated by a new leader', async () => {
    const relations = completeRelations().map((found) =>
      found.endpoint === 'cluster' ? {...found, applicationData: {'db-sync-done': 'shared-db:1'}} : found,
    );
    const {effects, state} = await run(createState({leader: true, relations}));
    assert.ok(!effects.includes('db sync'));
    assert.equal(state.status.status, 'active');
  });

  it('is done again for another database', async () => {
    const {state} = await run(createState({relations: completeRelations()}));
    const others = state.relations.filter(({endpoint}) => endpoint !== 'shared-db');
    const moved = await run({...state, relations: [...others, relation(8, 'shared-db', {'mysql/0': databaseData})]});
    assert.ok(moved.effects.includes('db sync'));
    assert.equal(moved.state.status.status, 'active');
  });

  it('is tried again by the next hook when it fails, once in each, and says nothing of what it printed', async () => {
    const stderr = 'cannot connect to mysql+pymysql://masakari:db-Secret-1@10.80.0.20/masakari';
    const fails = {runuser: () => ({exitCode: 1, stdout: '', stderr})};
    const result = await run(createState({relations: completeRelations()}), configChanged, fails);
    const again = await run(result.state, configChanged, fails);
    for (const {state, programs, log} of [result, again]) {
      assert.deepEqual(state.status, {
        status: 'waiting',
        message: 'the database cannot be set up yet: masakari-manage db sync fails, see /var/log/masakari',
      });
      assert.equal(programs.filter(([program]) => program === 'runuser').length, 1);
      assert.ok(JSON.stringify(log).includes('masakari-manage db sync failed with status 1'));
      assert.ok(!JSON.stringify(log).includes('db-Secret-1'));
    }
    assert.deepEqual(again.effects, []);
    assert.equal((await run(again.state)).state.status.status, 'active');
  });

  it('does not keep the cluster from being asked for when it fails', async () => {
    const state = createState({relations: [...completeRelations(), haRelation()], config: {vip: VIPS}});
    const result = await run(state, configChanged, {runuser: () => ({exitCode: 1, stdout: '', stderr: ''})});
    assert.equal(result.exitCode, 0);
    assert.match(getUnitData(result.state, 'ha')['json_resources'] ?? '', /IPaddr2/);
  });
});
