import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {SettleResult} from '../api.ts';
import {takeSnapshot} from '../snapshot.ts';
import {runCommand} from './command.ts';
import {Agents, type AgentsOptions} from './agents.ts';
import {TestClock} from './clock.fixture.ts';
import type {MachineCondition} from './leases.ts';
import {addRelation, inferEndpoints, setRelationDying} from './relations.ts';
import {getRetryDelay, retryHook} from './retries.ts';
import {settle} from './settle.ts';
import {setUnitDying} from './units.ts';
import {addFixtureApplication, createFixture, describeRun, type Fixture} from './world.fixture.ts';

interface Stage extends Fixture {
  readonly clock: TestClock;
  readonly agents: Agents;
  readonly conditions: Record<string, MachineCondition>;
  settle(isStopped?: () => boolean): Promise<SettleResult>;
}

function createStage(seed: number, options: Partial<AgentsOptions> = {}): Stage {
  const fixture = createFixture(seed);
  const clock = new TestClock();
  const conditions: Record<string, MachineCondition> = {};
  const agents = new Agents(fixture.world, {
    clock,
    chance: () => 0.5,
    getCondition: ({id}) => conditions[id] ?? 'ready',
    onChange: () => undefined,
    ...options,
  });
  const settleAll: Stage['settle'] = (isStopped) =>
    clock.runUntil(agents.whenSettled(isStopped === undefined ? {} : {isStopped}));
  return {...fixture, clock, agents, conditions, settle: settleAll};
}

function relate({world}: Fixture, first: string, second: string): number {
  return addRelation(world, inferEndpoints(world, first, second)).id;
}

/** Two applications with a relation, peers and as many units; their hooks take as long as `ms` says. */
async function addPair(stage: Fixture, units: {db: number; web: number}): Promise<number> {
  await addFixtureApplication(stage, 'db', {
    metadata: 'provides: {db: {interface: sql}}\npeers: {cluster: {interface: sql-peer}}',
    units: units.db,
  });
  await addFixtureApplication(stage, 'web', {metadata: 'requires: {store: {interface: sql}}', units: units.web});
  return relate(stage, 'web', 'db');
}

/** Has a hook of an application hang until its unit's hooks are ended; the units for which that was done. */
function hang(stage: Stage, application: string, hook: string): string[] {
  const ended: string[] = [];
  const ends = new Map<string, () => void>();
  stage.programs[application] = async ({environment}) => {
    const unit = environment['JUJU_UNIT_NAME'] ?? '';
    if (environment['JUJU_DISPATCH_PATH'] !== `hooks/${hook}`) return 0;
    await new Promise<void>((resolve) => ends.set(unit, resolve));
    return 137;
  };
  stage.world.cloud.endHooks = ({name}) => {
    const end = ends.get(name);
    if (end !== undefined) ended.push(name);
    ends.delete(name);
    end?.();
    return Promise.resolve();
  };
  return ended;
}

async function addSubordinate(stage: Fixture, principal: string): Promise<void> {
  const metadata = 'subordinate: true\nrequires: {host: {interface: juju-info, scope: container}}';
  await addFixtureApplication(stage, 'sub', {metadata});
  relate(stage, 'sub', `${principal}:juju-info`);
}

describe('unit agents', () => {
  it('run hooks of different machines at the same time, and one at a time on a machine', async () => {
    const stage = createStage(1);
    const running = new Map<string, number>();
    let together = 0;
    for (const name of ['db', 'web', 'beside']) {
      stage.programs[name] = async ({environment}) => {
        const machine = environment['JUJU_MACHINE_ID'] ?? '';
        running.set(machine, (running.get(machine) ?? 0) + 1);
        assert.equal(running.get(machine), 1, `two hooks on machine ${machine}`);
        together = Math.max(together, [...running.values()].filter((count) => count > 0).length);
        await stage.clock.sleep(100);
        running.set(machine, 0);
        return 0;
      };
    }
    await addPair(stage, {db: 2, web: 2});
    await addFixtureApplication(stage, 'beside', {units: 1, machine: '0'});
    stage.agents.start();
    const {settled, failed} = await stage.settle();
    assert.deepEqual([settled, failed, together], [true, [], 4]);
  });

  it('wait for machines that are to come, and not for those that are down', async () => {
    const stage = createStage(1);
    await addPair(stage, {db: 1, web: 1});
    stage.conditions['0'] = 'pending';
    stage.conditions['1'] = 'down';
    stage.agents.start();
    stage.clock.after(10_000, () => {
      assert.deepEqual(stage.hooks, []);
      stage.conditions['0'] = 'ready';
      stage.agents.wake();
    });
    assert.equal((await stage.settle()).settled, true);
    assert.ok(stage.hooks.includes('db/0 start'));
    assert.ok(!stage.hooks.includes('web/0 start'));
  });

  it('try a failed hook again after 5 seconds, then twice as long each time, and settle when it failed three times', async () => {
    const stage = createStage(1);
    const times: number[] = [];
    stage.programs['db'] = ({environment}) => {
      if (environment['JUJU_HOOK_NAME'] !== 'config-changed') return Promise.resolve(0);
      times.push(stage.clock.now);
      return Promise.resolve(1);
    };
    await addFixtureApplication(stage, 'db', {units: 1});
    stage.agents.start();
    assert.deepEqual((await stage.settle()).failed, ['db/0']);
    assert.deepEqual(times, [0, 5_000, 15_000]);
    const unit = stage.world.model.units['db/0']!;
    assert.equal(unit.error?.message, 'hook failed: "config-changed"');
    retryHook(stage.world, unit);
    await stage.clock.runUntil(stage.clock.sleep(1));
    assert.equal(times.length, 4, 'resolved does not wait');
    stage.programs['db'] = () => Promise.resolve(0);
    await stage.clock.runUntil(stage.clock.sleep(60_000));
    assert.deepEqual([unit.failed, unit.started], [null, true]);
  });

  it('never wait longer than five minutes for another try', () => {
    assert.deepEqual([1, 2, 3, 6, 7, 8, 50].map(getRetryDelay), [5e3, 1e4, 2e4, 16e4, 3e5, 3e5, 3e5]);
  });

  it('run update-status about every five minutes', async () => {
    const stage = createStage(1);
    await addFixtureApplication(stage, 'db', {units: 1});
    stage.agents.start();
    await stage.settle();
    stage.hooks.length = 0;
    await stage.clock.runUntil(stage.clock.sleep(1_510_000));
    assert.deepEqual(
      stage.hooks,
      Array.from({length: 5}, () => 'db/0 update-status'),
    );
  });

  it('go on with rounds of update-status while a unit is on its way', async () => {
    const stage = createStage(1);
    stage.programs['db'] = async ({tools}) => {
      await tools('status-set', stage.clock.now < 20_000 ? ['waiting', 'for the daemon'] : ['active']);
      return 0;
    };
    await addFixtureApplication(stage, 'db', {units: 1});
    stage.agents.start();
    await stage.settle();
    assert.equal(stage.world.model.units['db/0']?.workload.status, 'active');
  });

  it('stop waiting when asked to, and go on with the work', async () => {
    const stage = createStage(1);
    stage.programs['db'] = async () => {
      await stage.clock.sleep(1000);
      return 0;
    };
    await addFixtureApplication(stage, 'db', {units: 1});
    stage.agents.start();
    assert.equal((await stage.settle(() => stage.clock.now > 1500)).settled, false);
    assert.equal((await stage.settle()).settled, true);
    assert.ok(stage.hooks.includes('db/0 start'));
  });

  it('begin nothing while a change is being made, nor when stopped', async () => {
    const stage = createStage(1);
    await addFixtureApplication(stage, 'db', {units: 1});
    stage.agents.start();
    const change = async (): Promise<void> => {
      await stage.clock.sleep(1000);
      stage.agents.stop();
    };
    await stage.clock.runUntil(stage.agents.hold(change));
    await stage.clock.runUntil(stage.clock.sleep(1000));
    assert.deepEqual(stage.hooks, []);
    await assert.rejects(
      stage.agents.withMachine('0', () => Promise.resolve()),
      /the controller is stopping/,
    );
  });

  it('let somebody have a machine between two hooks', async () => {
    const stage = createStage(1);
    let isRunning = false;
    stage.programs['db'] = async () => {
      isRunning = true;
      await stage.clock.sleep(1000);
      isRunning = false;
      return 0;
    };
    await addFixtureApplication(stage, 'db', {units: 1});
    stage.agents.start();
    const seen = await stage.clock.runUntil(stage.agents.withMachine('0', () => Promise.resolve(isRunning)));
    assert.equal(seen, false);
    await stage.settle();
  });

  it('give the lead to another unit when the leader cannot be heard of for a minute', async () => {
    const stage = createStage(1);
    await addPair(stage, {db: 2, web: 1});
    stage.agents.start();
    await stage.settle();
    const db = stage.world.model.applications['db']!;
    const before = db.leader ?? '';
    stage.conditions[stage.world.model.units[before]!.machine] = 'down';
    stage.agents.wake();
    await stage.clock.runUntil(stage.clock.sleep(59_000));
    assert.equal(db.leader, before);
    await stage.clock.runUntil(stage.clock.sleep(2_000));
    assert.notEqual(db.leader, before);
  });

  it('run start again on a machine that booted again', async () => {
    const stage = createStage(1);
    await addPair(stage, {db: 1, web: 1});
    stage.agents.start();
    await stage.settle();
    stage.hooks.length = 0;
    stage.agents.restarted('0');
    await stage.clock.runUntil(stage.clock.sleep(1000));
    assert.deepEqual(stage.hooks, ['db/0 start']);
  });

  it('do not keep anybody waiting for units whose machine is down', async () => {
    const stage = createStage(1);
    await addPair(stage, {db: 1, web: 1});
    stage.world.model.units['db/0']!.workload = {status: 'waiting', message: 'for machine', data: {}, since: 0};
    stage.conditions['0'] = 'down';
    stage.agents.start();
    const before = stage.clock.now;
    assert.ok((await stage.settle()).settled);
    assert.equal(stage.clock.now, before);
  });

  it('remove a unit without hooks when it is forced and its machine is down', async () => {
    const stage = createStage(1);
    await addPair(stage, {db: 2, web: 1});
    stage.agents.start();
    await stage.settle();
    stage.conditions['1'] = 'down';
    setUnitDying(stage.world, stage.world.model.units['db/1']!, {force: true});
    await stage.settle();
    assert.deepEqual(Object.keys(stage.world.model.units), ['db/0', 'web/0']);
    assert.ok(stage.hooks.includes('db/0 cluster-relation-departed(db/1)'));
  });

  it('end a hook of a unit that is removed by force after a minute, and skip those that were to follow', async () => {
    const stage = createStage(1);
    const ended = hang(stage, 'web', 'config-changed');
    await addPair(stage, {db: 1, web: 1});
    await addSubordinate(stage, 'web');
    stage.agents.start();
    await stage.clock.runUntil(stage.clock.sleep(10_000));
    setUnitDying(stage.world, stage.world.model.units['web/0']!, {force: true});
    stage.agents.wake();
    await stage.clock.runUntil(stage.clock.sleep(59_000));
    assert.deepEqual(ended, []);
    await stage.clock.runUntil(stage.clock.sleep(2_000));
    assert.deepEqual(ended, ['web/0']);
    await stage.settle();
    assert.deepEqual(Object.keys(stage.world.model.units), ['db/0']);
    assert.ok(!stage.hooks.includes('web/0 stop'));
    assert.ok(stage.hooks.includes('db/0 db-relation-departed(web/0)'));
    const lines = stage.world.model.log.filter(({entity}) => entity === 'unit-web-0').map(({message}) => message);
    assert.deepEqual(
      lines.slice(-5),
      [
        'the unit is removed by force: its agent is ended, and no further hook runs',
        'hook "config-changed" (via hook dispatching script: dispatch) failed: exit status 137',
        'skipped "store-relation-broken" hook (the unit is removed by force)',
        'skipped "stop" hook (the unit is removed by force)',
        'skipped "remove" hook (the unit is removed by force)',
        'unit "web/0" is dead',
      ].slice(-5),
    );
  });

  it('end it at once with --no-wait, also when the unit was leaving already, and with it a subordinate’s', async () => {
    const stage = createStage(1);
    const ended = hang(stage, 'sub', 'start');
    await addPair(stage, {db: 1, web: 1});
    await addSubordinate(stage, 'web');
    stage.agents.start();
    await stage.clock.runUntil(stage.clock.sleep(10_000));
    const unit = stage.world.model.units['web/0']!;
    setUnitDying(stage.world, unit);
    await stage.clock.runUntil(stage.clock.sleep(10_000));
    setUnitDying(stage.world, unit, {force: true, noWait: true});
    stage.agents.wake();
    await stage.clock.runUntil(stage.clock.sleep(1_000));
    assert.deepEqual(ended, ['sub/0']);
    await stage.settle();
    assert.deepEqual(Object.keys(stage.world.model.units), ['db/0']);
  });

  it('ask again for the end of a hook that was only just beginning, and of one that could not be ended', async () => {
    const stage = createStage(1);
    const ended = hang(stage, 'db', 'start');
    const end = stage.world.cloud.endHooks!.bind(stage.world.cloud);
    let tries = 0;
    stage.world.cloud.endHooks = (unit) => {
      tries += 1;
      if (tries === 1) return Promise.resolve();
      return tries === 2 ? Promise.reject(new Error('it does not end')) : end(unit);
    };
    await addFixtureApplication(stage, 'db', {units: 1});
    stage.agents.start();
    await stage.clock.runUntil(stage.clock.sleep(1_000));
    setUnitDying(stage.world, stage.world.model.units['db/0']!, {force: true, noWait: true});
    stage.agents.wake();
    await stage.settle();
    assert.deepEqual([tries, ended, Object.keys(stage.world.model.units)], [3, ['db/0'], []]);
  });

  it('give a unit that is removed by force its last hooks when they end in time, and take away what it had', async () => {
    const stage = createStage(1);
    const gone: string[] = [];
    stage.world.cloud.removeAgent = ({name}) => Promise.resolve(void gone.push(name));
    stage.programs['web'] = ({environment}) =>
      Promise.resolve(environment['JUJU_DISPATCH_PATH'] === 'hooks/stop' ? 1 : 0);
    await addPair(stage, {db: 1, web: 1});
    stage.agents.start();
    await stage.settle();
    setUnitDying(stage.world, stage.world.model.units['web/0']!, {force: true});
    await stage.settle();
    assert.deepEqual([stage.hooks.includes('web/0 remove'), gone], [true, ['web/0']]);
    const {log} = stage.world.model;
    assert.ok(log.some(({level, message}) => level === 'ERROR' && /^hook "stop" .* exit status 1$/.test(message)));
  });

  it('take a unit that is removed by force from a machine that does not come up', async () => {
    const stage = createStage(1);
    await addPair(stage, {db: 1, web: 1});
    stage.agents.start();
    await stage.settle();
    stage.conditions['0'] = 'pending';
    setUnitDying(stage.world, stage.world.model.units['db/0']!, {force: true});
    stage.agents.wake();
    await stage.clock.runUntil(stage.clock.sleep(61_000));
    assert.deepEqual(Object.keys(stage.world.model.units), ['web/0']);
  });

  it('say once what somebody waits for who wants a machine, and again and again what a model waits for', async () => {
    const stage = createStage(1);
    hang(stage, 'db', 'start');
    await addFixtureApplication(stage, 'db', {units: 1});
    stage.agents.start();
    await stage.clock.runUntil(stage.clock.sleep(1));
    const lines: string[] = [];
    const command = runCommand(stage.world, stage.world.model.units['db/0']!, ['true'], (line) => lines.push(line));
    const seen: string[] = [];
    const settling = stage.agents.whenSettled({
      isStopped: () => stage.clock.now > 60_000,
      progress: ({unit, hook}) => seen.push(`${unit} ${hook}`),
    });
    await stage.clock.runUntil(settling);
    assert.deepEqual(lines, [`Waiting for db/0's start hook on machine 0...`]);
    assert.deepEqual(seen, ['db/0 start', 'db/0 start', 'db/0 start', 'db/0 start']);
    await stage.world.cloud.endHooks!(stage.world.model.units['db/0']!);
    assert.equal((await stage.clock.runUntil(command)).exitCode, 127);
  });

  it('tell of what was written while a hook ran by another hook', async () => {
    const stage = createStage(1);
    const seen: string[] = [];
    stage.programs['web'] = async ({environment, tools}) => {
      if (!/changed/.test(environment['JUJU_DISPATCH_PATH'] ?? '')) return 0;
      const read = await tools('relation-get', ['-r', 'store:1', 'n', 'db/0']);
      await stage.clock.sleep(700);
      seen.push(read.stdout.trim());
      return 0;
    };
    let count = 0;
    stage.programs['db'] = async ({environment, tools}) => {
      if (environment['JUJU_HOOK_NAME'] !== 'db-relation-joined' && count < 5) {
        await tools('relation-set', ['-r', 'db:1', `n=${String((count += 1))}`]);
      }
      await stage.clock.sleep(500);
      return 0;
    };
    const id = await addPair(stage, {db: 1, web: 1});
    assert.equal(id, 1);
    stage.agents.start();
    await stage.settle();
    assert.equal(seen.at(-1), stage.world.model.relations['1']?.units['db/0']?.data['n']);
  });

  it('come to the same model as one hook at a time, whatever the time hooks take', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), getPlans(), async (seed, plan) => {
        const expected = createFixture(seed);
        await build(expected, plan, () => Promise.resolve());
        await settle(expected.world);
        await change(expected, plan);
        await settle(expected.world);
        const stage = createStage(seed);
        await build(stage, plan, (run) =>
          stage.clock.sleep(hash(`${run} ${String(seed)} ${String(stage.clock.now)}`) % 900),
        );
        stage.agents.start();
        if (!plan.isMidway) await stage.settle();
        else await stage.clock.runUntil(stage.clock.sleep(seed % 5000));
        await change(stage, plan);
        await stage.settle();
        stage.agents.stop();
        assert.deepEqual(getComparable(stage), getComparable(expected));
      }),
      {numRuns: 40},
    );
  }).timeout(120_000);
});

interface Plan {
  readonly units: {readonly db: number; readonly web: number};
  readonly isShared: boolean;
  /** Whether things are removed while hooks run. */
  readonly isMidway: boolean;
  readonly removal: 'unit' | 'relation' | 'none';
}

function getPlans(): fc.Arbitrary<Plan> {
  const units = fc.record({db: fc.integer({min: 1, max: 3}), web: fc.integer({min: 1, max: 3})});
  const removal = fc.constantFrom('unit' as const, 'relation' as const, 'none' as const);
  return fc.record({units, isShared: fc.boolean(), isMidway: fc.boolean(), removal});
}

/** Charms that publish what they see, so that the end shows whether each saw the last of the others. */
async function build(fixture: Fixture, plan: Plan, wait: (run: string) => Promise<void>): Promise<void> {
  for (const name of ['db', 'web', 'sub']) {
    fixture.programs[name] = async ({environment, tools}) => {
      await wait(describeRun(environment));
      const endpoint = {db: 'db', web: 'store', sub: 'host'}[name] ?? '';
      for (const id of (await tools('relation-ids', [endpoint])).stdout.split('\n').filter(Boolean)) {
        const names = (await tools('relation-list', ['-r', id])).stdout.split('\n').filter(Boolean);
        const seen = await Promise.all(
          names.map(
            async (unit) => `${unit}:${(await tools('relation-get', ['-r', id, 'count', unit])).stdout.trim()}`,
          ),
        );
        await tools('relation-set', [
          '-r',
          id,
          `count=${String(names.length)}`,
          `seen=${seen.join()}`.replace(/=$/, '=none'),
        ]);
      }
      await wait(`${describeRun(environment)} end`);
      await tools('status-set', ['active']);
      return 0;
    };
  }
  await addPair(fixture, plan.units);
  await addSubordinate(fixture, 'web');
  if (plan.isShared) await addFixtureApplication(fixture, 'beside', {units: 1, machine: '0'});
}

function change({world}: Fixture, {removal}: Plan): Promise<void> {
  const unit = world.model.units['web/0'];
  if (removal === 'unit' && unit !== undefined) setUnitDying(world, unit);
  const relation = Object.values(world.model.relations).find(({key}) => key === 'web:store db:db');
  if (removal === 'relation' && relation !== undefined) setRelationDying(world, relation);
  return Promise.resolve();
}

/** A number from 0 that depends on nothing but the text. */
function hash(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, 7);
}

/** Subordinates are numbered as they come: here each has the address of the machine it is on for a name. */
function getComparable({world}: Fixture): unknown {
  const {applications, units, relations, machines} = takeSnapshot(world);
  const bags = relations['sub:host web:juju-info']?.units ?? {};
  // What units left behind that are gone depends on how far they had come.
  const living = Object.entries(relations).map(([key, relation]) => {
    const known = Object.entries(relation.units).filter(([name]) => Object.hasOwn(units, name));
    return [key, Object.fromEntries(known)];
  });
  const text = JSON.stringify({applications, units, living, machines: Object.keys(machines)});
  return JSON.parse(text.replaceAll(/sub\/\d+/g, (name) => `sub@${bags[name]?.['ingress-address'] ?? name}`));
}
