import assert from 'node:assert/strict';

import type {ModelledCommand} from '#charm/testing';

import {charm} from '../glance/src/charm.ts';
import {createAnswers} from './fixtures.ts';
import {createBench, DEBIAN, getChanges, getOwnBag, relate} from './harness.ts';

const {createUnit, run} = createBench(charm, new URL('../glance/charm.test.ts', import.meta.url).href);
const {database, keystone} = createAnswers('glance', 'glance');
const clients = relate('image-service', 4, 'nova-compute', [{}]);
const relations = [database, keystone, clients];
const DROP_IN = '/etc/systemd/system/glance-api.service.d/charm.conf';
const hook = {hook: 'config-changed'} as const;

/** A machine's `runuser`, which ends like this. */
function endWith(exitCode: number, stderr = '', program = 'glance-manage'): Readonly<Record<string, ModelledCommand>> {
  return {
    runuser: (args) => (args[3] === program ? {exitCode, stdout: '', stderr} : {exitCode: 0, stdout: '', stderr: ''}),
  };
}

const works = endWith(0);

describe('a server that runs for real', () => {
  it('is kept from starting before its packages are there, and until its database is set up', async () => {
    const {state, effects} = await run(createUnit({...DEBIAN, relations: [clients]}), hook, works);
    assert.match(state.host.files[DROP_IN]?.content ?? '', /^ConditionPathExists=!\/$/m);
    const [held = -1, installed = -1] = [/charm\.conf/, /^install glance-api/].map((text) =>
      effects.findIndex((effect) => text.test(effect)),
    );
    assert.ok(held >= 0 && held < installed, effects.join('; '));
    assert.deepEqual(getOwnBag({state}, 4), {});
  });

  it('sets its database up once, then starts, tells others, and does nothing more', async () => {
    const result = await run(createUnit({...DEBIAN, relations}), hook, works);
    const tried = ['runuser', '-u', 'glance', '--', 'python3', '-c'];
    const [trial = [], ...others] = result.programs.filter(([program]) => program === 'runuser');
    assert.deepEqual(trial.slice(0, -1), tried);
    assert.deepEqual(others, [['runuser', '-u', 'glance', '--', 'glance-manage', 'db_sync']]);
    assert.ok(!JSON.stringify([result.programs, result.log]).includes('secret'));
    assert.match(result.state.host.files[DROP_IN]?.content ?? '', /^Type=simple$/m);
    assert.deepEqual(result.state.status, {status: 'active', message: 'Unit is ready'});
    assert.deepEqual(getOwnBag(result, 4), {'glance-api-server': 'http://10.80.0.10:9292'});
    assert.deepEqual(getChanges(result.state, await run(result.state, hook, works)), []);
  });

  it('tries a set-up that fails again with the next hook, once in each, and says nothing that it printed', async () => {
    const fails = endWith(1, 'cannot connect to mysql+pymysql://glance:db-secret@10.80.0.30/glance');
    const first = await run(createUnit({...DEBIAN, relations}), hook, fails);
    const second = await run(first.state, hook, fails);
    for (const {exitCode, state, programs, log} of [first, second]) {
      const message = 'glance-manage db_sync ends with status 1; the next hook tries again';
      assert.deepEqual([exitCode, state.status], [0, {status: 'waiting', message}]);
      assert.equal(programs.filter((program) => program.includes('glance-manage')).length, 1);
      assert.ok(!JSON.stringify([log, programs, state.status]).includes('db-secret'));
    }
    assert.equal((await run(second.state, hook, works)).state.status.status, 'active');
  });

  it('names the relation of a password that the database refuses, and sets up again with another', async () => {
    const fails = endWith(1, `(1045, "Access denied for user 'glance'@'10.80.0.10'")`);
    const {state} = await run(createUnit({...DEBIAN, relations}), hook, fails);
    const message = 'relation shared-db:1, unit mysql/0: password is refused by the database';
    assert.deepEqual(state.status, {status: 'blocked', message});
    const other = {db_host: '10.80.0.30', password: 'other', allowed_units: 'glance/0'};
    const mended = await run({...state, relations: [relate('shared-db', 1, 'mysql', [other]), keystone]}, hook, works);
    assert.deepEqual(mended.state.status, {status: 'active', message: 'Unit is ready'});
  });

  it('names the relation, unit and key of a password that Keystone refuses', async () => {
    const {state} = await run(createUnit({...DEBIAN, relations}), hook, endWith(1, 'Keystone refuses\n', 'python3'));
    const message = 'relation identity-service:2, unit keystone/0: service_password is refused by Keystone';
    assert.deepEqual(state.status, {status: 'blocked', message});
  });

  it('leaves a database to its leader', async () => {
    const {state, programs} = await run(createUnit({...DEBIAN, relations, leader: false}), hook, works);
    assert.ok(!programs.some(([program]) => program === 'runuser'));
    assert.deepEqual(state.status, {status: 'waiting', message: 'only the leader of this application runs'});
  });

  it('runs on while an answer is away', async () => {
    const ready = await run(createUnit({...DEBIAN, relations}), hook, works);
    const away = await run({...ready.state, relations: [database, clients]}, hook, works);
    assert.deepEqual(away.effects, []);
    assert.equal(away.state.host.services['glance-api']?.isRunning, true);
  });
});
