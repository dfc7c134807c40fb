import assert from 'node:assert/strict';

import fc from 'fast-check';

import {addRelation, inferEndpoints, setRelationDying} from './relations.ts';
import {setLeader} from './leadership.ts';
import {runHook, skipHook} from './run.ts';
import {settle} from './settle.ts';
import {setUnitDying} from './units.ts';
import {addFixtureApplication, createFixture, type Fixture} from './world.fixture.ts';

const QUIET = {updateStatus: false};

function relate({world}: Fixture, first: string, second: string): number {
  return addRelation(world, inferEndpoints(world, first, second)).id;
}

function getHooksOf({hooks}: Fixture, unit: string): string[] {
  return hooks.filter((hook) => hook.startsWith(`${unit} `)).map((hook) => hook.slice(unit.length + 1));
}

/** A database with a peer relation and a web application that uses it. */
async function createPair(seed: number, units = {db: 2, web: 1}): Promise<Fixture> {
  const fixture = createFixture(seed);
  await addFixtureApplication(fixture, 'db', {
    metadata: 'provides: {db: {interface: sql}}\npeers: {cluster: {interface: sql-peer}}',
    units: units.db,
  });
  await addFixtureApplication(fixture, 'web', {metadata: 'requires: {store: {interface: sql}}', units: units.web});
  relate(fixture, 'web', 'db');
  return fixture;
}

describe('settling', () => {
  it('runs the first hooks in the order of Juju, with all relations known before start', async () => {
    const fixture = await createPair(1, {db: 1, web: 1});
    await settle(fixture.world, QUIET);
    const hooks = getHooksOf(fixture, 'db/0');
    assert.equal(hooks[0], 'install');
    assert.deepEqual(hooks.slice(1, 3).sort(), ['cluster-relation-created', 'db-relation-created']);
    assert.deepEqual(hooks.slice(3, 6), ['leader-elected', 'config-changed', 'start']);
    assert.deepEqual(hooks.slice(6), ['db-relation-joined(web/0)', 'db-relation-changed(web/0)']);
  });

  it('tells followers of leader settings instead of an election', async () => {
    const fixture = await createPair(1);
    await settle(fixture.world, QUIET);
    const leader = fixture.world.model.applications['db']?.leader;
    const follower = leader === 'db/0' ? 'db/1' : 'db/0';
    assert.ok(getHooksOf(fixture, follower).includes('leader-settings-changed'));
    assert.ok(!getHooksOf(fixture, follower).includes('leader-elected'));
  });

  it('follows every joined with its changed before any other hook of that relation, whatever the seed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), async (seed) => {
        const fixture = await createPair(seed, {db: 3, web: 2});
        await settle(fixture.world, QUIET);
        for (const unit of Object.keys(fixture.world.model.units)) {
          for (const endpoint of ['db', 'store', 'cluster']) {
            const hooks = getHooksOf(fixture, unit).filter((hook) => hook.startsWith(`${endpoint}-relation-`));
            hooks.forEach((hook, index) => {
              if (hook.includes('joined')) assert.equal(hooks[index + 1], hook.replace('joined', 'changed'));
            });
          }
        }
      }),
      {numRuns: 20},
    );
  });

  it('repeats a run exactly from the same seed and runs another one from another', async () => {
    const runs = await Promise.all(
      [7, 7, 8].map(async (seed) => {
        const fixture = await createPair(seed, {db: 3, web: 3});
        await settle(fixture.world);
        return fixture.hooks.join();
      }),
    );
    assert.equal(runs[0], runs[1]);
    assert.notEqual(runs[0], runs[2]);
  });

  it('shows what a hook wrote only after it, once, and to others only', async () => {
    const fixture = await createPair(3, {db: 1, web: 2});
    fixture.programs['db'] = async ({environment, tools}) => {
      if (environment['JUJU_HOOK_NAME'] !== 'db-relation-joined') return 0;
      await tools('relation-set', ['a=1']);
      await tools('relation-set', ['a=2']);
      return 0;
    };
    await settle(fixture.world, QUIET);
    const changes = getHooksOf(fixture, 'web/0').filter((hook) => hook === 'store-relation-changed(db/0)');
    assert.ok(changes.length <= 2);
    assert.ok(!getHooksOf(fixture, 'db/0').includes('db-relation-changed(db/0)'));
    assert.equal(fixture.world.model.relations['1']?.units['db/0']?.data['a'], '2');
  });

  it('does nothing more on a settled model, and update-status stops when it changes nothing', async () => {
    const fixture = await createPair(5);
    await settle(fixture.world);
    fixture.hooks.length = 0;
    const before = JSON.stringify(fixture.world.model.writes);
    await settle(fixture.world);
    assert.ok(fixture.hooks.every((hook) => hook.endsWith(' update-status')));
    assert.equal(JSON.stringify(fixture.world.model.writes), before);
  });

  it('tells the units but the writer of application data, before any unit of it', async () => {
    const fixture = await createPair(2, {db: 2, web: 1});
    fixture.programs['db'] = async ({environment, tools}) => {
      const isLeader = (await tools('is-leader', [])).stdout === 'True\n';
      if (environment['JUJU_HOOK_NAME'] !== 'start' || !isLeader) return 0;
      await tools('relation-set', ['-r', 'cluster:0', '--app', 'key=value']);
      return 0;
    };
    await settle(fixture.world, QUIET);
    const leader = fixture.world.model.applications['db']?.leader ?? '';
    const follower = leader === 'db/0' ? 'db/1' : 'db/0';
    assert.ok(!getHooksOf(fixture, leader).includes('cluster-relation-changed'));
    assert.ok(getHooksOf(fixture, follower).includes('cluster-relation-changed'));
  });
});

describe('a failing hook', () => {
  it('drops relation data, keeps the status, and waits for resolved without being retried', async () => {
    const fixture = await createPair(1, {db: 1, web: 1});
    let isBroken = true;
    fixture.programs['web'] = async ({environment, tools}) => {
      if (environment['JUJU_HOOK_NAME'] !== 'store-relation-changed') return 0;
      await tools('relation-set', ['lost=yes']);
      await tools('status-set', ['blocked', 'kept']);
      return isBroken ? 1 : 0;
    };
    const {failed} = await settle(fixture.world);
    const unit = fixture.world.model.units['web/0'];
    assert.deepEqual(failed, ['web/0']);
    assert.equal(unit?.error?.message, 'hook failed: "store-relation-changed" for db/0:store');
    assert.deepEqual([unit.workload.status, unit.workload.message], ['blocked', 'kept']);
    assert.equal(fixture.world.model.relations['1']?.units['web/0']?.data['lost'], undefined);
    isBroken = false;
    unit.failed = null;
    fixture.world.runnable.add('web/0');
    assert.deepEqual((await settle(fixture.world)).failed, []);
    assert.equal(fixture.world.model.relations['1']?.units['web/0']?.data['lost'], 'yes');
  });

  it('is done without its effects by resolved --no-retry', async () => {
    const fixture = await createPair(1, {db: 1, web: 0});
    fixture.programs['db'] = ({environment}) => Promise.resolve(environment['JUJU_HOOK_NAME'] === 'install' ? 1 : 0);
    await settle(fixture.world);
    const unit = fixture.world.model.units['db/0'];
    assert.ok(unit?.failed);
    skipHook(fixture.world, unit, unit.failed);
    await settle(fixture.world, QUIET);
    assert.equal(unit.started, true);
  });

  it('refuses application data of a unit that lost its leadership meanwhile', async () => {
    const fixture = await createPair(1, {db: 2, web: 0});
    await settle(fixture.world);
    const application = fixture.world.model.applications['db'];
    const leader = fixture.world.model.units[application?.leader ?? ''];
    const other = leader?.name === 'db/0' ? 'db/1' : 'db/0';
    assert.ok(application && leader);
    fixture.programs['db'] = async ({tools}) => {
      await tools('relation-set', ['-r', 'cluster:0', '--app', 'late=yes']);
      setLeader(fixture.world, application, other);
      return 0;
    };
    assert.equal(await runHook(fixture.world, leader, {kind: 'config-changed', name: 'config-changed'}), false);
    assert.equal(fixture.world.model.relations['0']?.applications['db'], undefined);
  });
});

describe('removing', () => {
  it('departs a unit from each remote, breaks, stops and removes, and never gives its number again', async () => {
    const fixture = await createPair(4, {db: 2, web: 1});
    await settle(fixture.world, QUIET);
    fixture.hooks.length = 0;
    const unit = fixture.world.model.units['db/1'];
    assert.ok(unit);
    setUnitDying(fixture.world, unit);
    await settle(fixture.world, QUIET);
    const hooks = getHooksOf(fixture, 'db/1');
    assert.deepEqual(hooks.slice(-2), ['stop', 'remove']);
    assert.ok(hooks.includes('db-relation-departed(web/0)') && hooks.includes('db-relation-broken'));
    assert.ok(hooks.includes('cluster-relation-departed(db/0)') && !hooks.includes('cluster-relation-broken'));
    assert.ok(getHooksOf(fixture, 'web/0').includes('store-relation-departed(db/1)'));
    assert.ok(!Object.hasOwn(fixture.world.model.units, 'db/1') && !Object.hasOwn(fixture.world.model.machines, '1'));
  });

  it('ends a relation on both sides and gives the next one a new id', async () => {
    const fixture = await createPair(4, {db: 1, web: 1});
    await settle(fixture.world, QUIET);
    fixture.hooks.length = 0;
    const relation = fixture.world.model.relations['1'];
    assert.ok(relation);
    setRelationDying(fixture.world, relation);
    await settle(fixture.world, QUIET);
    assert.deepEqual(getHooksOf(fixture, 'web/0'), ['store-relation-departed(db/0)', 'store-relation-broken']);
    assert.deepEqual(Object.keys(fixture.world.model.relations), ['0']);
    assert.equal(relate(fixture, 'web', 'db'), 2);
  });
});

describe('a subordinate', () => {
  async function createSubordinate(): Promise<Fixture> {
    const fixture = createFixture(9);
    await addFixtureApplication(fixture, 'app', {metadata: 'provides: {site: {interface: http}}', units: 2});
    await addFixtureApplication(fixture, 'agent', {
      metadata:
        'subordinate: true\nrequires: {container: {interface: juju-info, scope: container}}\npeers: {ring: {interface: ring}}',
    });
    relate(fixture, 'app:juju-info', 'agent:container');
    await settle(fixture.world, QUIET);
    return fixture;
  }

  it('gets one unit beside each principal and sees only that one', async () => {
    const fixture = await createSubordinate();
    const {units} = fixture.world.model;
    const pairs = Object.values(units).flatMap(({name, principal}) => (principal === null ? [] : [[name, principal]]));
    assert.deepEqual(pairs.map(([, principal]) => principal).sort(), ['app/0', 'app/1']);
    for (const [name, principal] of pairs) {
      const joined = getHooksOf(fixture, name ?? '').filter((hook) => hook.startsWith('container-relation-joined'));
      assert.deepEqual(joined, [`container-relation-joined(${principal ?? ''})`]);
    }
    assert.ok(getHooksOf(fixture, 'app/0').every((hook) => !hook.startsWith('juju-info')));
  });

  it('sees its peers over the whole model', async () => {
    const fixture = await createSubordinate();
    assert.ok(getHooksOf(fixture, 'agent/0').includes('ring-relation-joined(agent/1)'));
  });

  it('goes before its principal, and with the relation', async () => {
    const fixture = await createSubordinate();
    fixture.hooks.length = 0;
    const principal = fixture.world.model.units['app/1'];
    assert.ok(principal);
    const [subordinate = ''] = principal.subordinates;
    setUnitDying(fixture.world, principal);
    await settle(fixture.world, QUIET);
    const {hooks} = fixture;
    assert.ok(hooks.indexOf(`${subordinate} remove`) < hooks.indexOf('app/1 stop'));
    const relation = Object.values(fixture.world.model.relations).find(({scope}) => scope === 'container');
    assert.ok(relation);
    setRelationDying(fixture.world, relation);
    await settle(fixture.world, QUIET);
    assert.deepEqual(Object.keys(fixture.world.model.units), ['app/0']);
  });
});
