import assert from 'node:assert/strict';

import fc from 'fast-check';

import {getAlert, T0, World, type Member} from './world.fixture.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const NAMES = ['api1', 'n2', 'n3'] as const;

/** A time after the fence. */
const within = (milliseconds: number): fc.Arbitrary<number> => fc.integer({min: 0, max: milliseconds});
const span = fc.record({from: fc.integer({min: -10 * SECOND, max: MINUTE}), length: within(15 * MINUTE)});
type Span = typeof span extends fc.Arbitrary<infer T> ? T : never;
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, {nil: undefined});

const life = fc.record({
  skew: fc.integer({min: -SECOND, max: SECOND}),
  /** When the machine dies, and for how long. */
  death: maybe(fc.record({from: within(5 * MINUTE), length: within(10 * MINUTE)})),
  returns: fc.boolean(),
  /** The effect at which the alert, and at which the first runs of the timer, are killed. */
  kills: fc.array(maybe(within(40)), {minLength: 4, maxLength: 4}),
  phase: within(30 * SECOND),
  alertDelay: within(20),
  partition: maybe(span),
  /** While the program cannot be started: a hook of the charm was killed as it put its files back. */
  absence: maybe(span),
});

const schedule = fc.record({
  lives: fc.tuple(life, life, life),
  survivor: fc.constantFrom(0, 1, 2),
  doer: fc.constantFrom(...NAMES),
  /** Who coordinates the cluster, for whom the host is fenced. */
  coordinator: fc.constantFrom(...NAMES),
  /** How long before it was off the host was cut off from its network, which ends its reports. */
  linkLoss: fc.integer({min: 0, max: 10 * MINUTE}),
  /** How long before it was off fencing had failed, each time. */
  failures: fc.array(fc.integer({min: SECOND, max: 10 * MINUTE}), {maxLength: 4}),
  outages: fc.record({keystone: maybe(span), nova: maybe(span), masakari: maybe(span)}),
  /** When somebody else tells Masakari. */
  others: maybe(fc.integer({min: -5 * SECOND, max: 2 * MINUTE})),
  /** When Nova stores a report that the host sent before it was fenced. */
  oldReport: maybe(within(MINUTE)),
  latencies: fc.array(fc.integer({min: 1, max: 400}), {minLength: 1, maxLength: 20}),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

const isIn = (now: number, wanted: Span | undefined): boolean =>
  wanted !== undefined && now >= T0 + wanted.from && now < T0 + wanted.from + wanted.length;

/** Lets one fence of c1 run through a schedule until `end`. */
async function play(plan: Schedule, end: number, prepare: (world: World) => void = () => undefined): Promise<World> {
  const world = new World(['c1']);
  world.now = T0 - 11 * MINUTE;
  for (const service of world.cloud.services.values()) {
    service.updatedAt = T0 - plan.linkLoss;
    service.lastSeenUp = T0 - plan.linkLoss;
  }
  let sent = 0;
  world.latency = () => plan.latencies[sent++ % plan.latencies.length] ?? 1;
  const {keystone, nova, masakari} = plan.outages;
  const outages: Readonly<Record<string, Span | undefined>> = {keystone, nova, masakari};
  world.isOut = (api, now, sender) =>
    isIn(now, outages[api]) || isIn(now, plan.lives[NAMES.findIndex((name) => name === sender)]?.partition);
  const {others, oldReport} = plan;
  if (others !== undefined) {
    world.at(T0 + others, () => {
      world.tellByOthers('c1');
    });
  }
  if (oldReport !== undefined) {
    world.at(T0 + oldReport, () => {
      world.cloud.report('c1');
    });
  }
  prepare(world);
  plan.lives.forEach((_, index) => {
    startMember(world, plan, {index, end});
  });
  await world.runUntil(end);
  return world;
}

function startMember(
  world: World,
  {lives, survivor, doer, coordinator, failures}: Schedule,
  {index, end}: {index: number; end: number},
): void {
  const own = lives[index];
  assert.ok(own !== undefined);
  const member = world.createMember(NAMES[index] ?? '', own.skew);
  const at = T0 + own.alertDelay;
  const [alertKill, ...kills] = own.kills;
  const environment = getAlert('c1', {at: at + own.skew, by: doer, forNode: coordinator, ref: 'the-fence'});
  failures.forEach((before, count) => {
    const failed = T0 - before + own.alertDelay;
    const told = getAlert('c1', {at: failed + own.skew, by: doer, forNode: coordinator, ref: `try-${count}`, rc: -61});
    world.at(failed, () => void world.start(member, [], told));
  });
  // Who survives has at least written the fence down.
  const killAt = index === survivor && alertKill !== undefined ? alertKill + 2 : alertKill;
  world.at(at, () => {
    if (index === survivor || !isIn(at, own.absence)) void world.start(member, [], environment, killAt);
  });
  for (let next = T0 - 10 * MINUTE + own.phase, run = -20; next < end; next += 30 * SECOND, run += 1) {
    world.at(next, () => {
      if (member.isAlive && !isIn(next, own.absence)) void world.start(member, ['deliver'], {}, kills[run]);
    });
  }
  if (own.death !== undefined && index !== survivor) {
    kill(world, member, {...own.death, returns: own.returns});
  }
}

function kill(
  world: World,
  member: Member,
  {from, length, returns}: {from: number; length: number; returns: boolean},
): void {
  world.at(T0 + from, () => {
    member.isAlive = false;
  });
  if (returns) {
    world.at(T0 + from + length, () => {
      member.isAlive = true;
      member.boots += 1;
    });
  }
}

describe('a fence in every order of deaths and outages', () => {
  it('is one recovery, of a host that Nova was told is down, whenever one member lives and the API answers', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const {cloud, members} = await play(plan, T0 + 25 * MINUTE);
        assert.equal(cloud.notifications.length, 1, JSON.stringify(cloud.notifications));
        const [notification] = cloud.notifications;
        assert.ok(
          cloud.forcedAt.every((at) => at >= T0),
          'nothing is said of a host that was not seen off',
        );
        const isByOthers = notification?.acceptedAt === T0 + (plan.others ?? NaN);
        assert.ok(isByOthers || notification?.wasForcedDown === true);
        for (const {name, files, isAlive} of members) {
          assert.deepEqual(
            isAlive ? [...files.keys()].filter((file) => file.endsWith('.fence')) : [],
            [],
            `${name} keeps what is delivered`,
          );
        }
      }),
      {numRuns: 750},
    );
  }).timeout(240_000);

  it('is no recovery while the host was not seen off, however often fencing has failed', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const {cloud} = await play({...plan, others: undefined}, T0 - 1);
        assert.deepEqual([cloud.notifications, cloud.forcedAt], [[], []]);
      }),
      {numRuns: 500},
    );
  }).timeout(240_000);

  it('is no recovery of a host that has come back, also once its operator has set all right', async () => {
    const back = fc.record({
      after: fc.integer({min: 20 * SECOND, max: 12 * MINUTE}),
      wayBack: maybe(fc.integer({min: 10 * SECOND, max: 5 * MINUTE})),
      isPurged: fc.boolean(),
      reportInterval: fc.constantFrom(10 * SECOND, 55 * SECOND),
    });
    await fc.assert(
      fc.asyncProperty(schedule, back, async (plan, {after, wayBack, isPurged, reportInterval}) => {
        const {cloud} = await play({...plan, others: undefined}, T0 + 25 * MINUTE, (world) => {
          for (let at = T0 + after; at < T0 + 25 * MINUTE; at += reportInterval) {
            world.at(at, () => {
              world.cloud.report('c1');
            });
          }
          if (wayBack !== undefined) {
            world.at(T0 + after + wayBack, () => {
              world.cloud.bringBack('c1');
              world.cloud.forgetsNotifications = isPurged;
            });
          }
        });
        // A look and what follows from it are three requests apart.
        const late = cloud.notifications.filter(({acceptedAt}) => acceptedAt > T0 + after + 2500);
        assert.deepEqual(late, []);
        assert.ok(cloud.notifications.length <= 1);
      }),
      {numRuns: 750},
    );
  }).timeout(240_000);

  it('is one more recovery when the host was brought back and has failed again, however soon', async () => {
    const again = fc.record({
      back: fc.integer({min: 15 * SECOND, max: 4 * MINUTE}),
      wayBack: fc.integer({min: 5 * SECOND, max: MINUTE}),
      life: fc.integer({min: SECOND, max: 4 * MINUTE}),
    });
    await fc.assert(
      fc.asyncProperty(schedule, again, async (plan, {back, wayBack, life: lived}) => {
        const failed = T0 + back + wayBack + lived;
        const {cloud} = await play({...plan, others: undefined}, T0 + 35 * MINUTE, (world) => {
          for (let at = T0 + back; at < failed; at += 10 * SECOND) {
            world.at(at, () => {
              world.cloud.report('c1');
            });
          }
          world.at(T0 + back + wayBack, () => {
            world.cloud.bringBack('c1');
          });
          world.at(failed, () => {
            const alert = {by: plan.doer, forNode: plan.coordinator, ref: 'second-fence'};
            for (const member of world.members.filter(({isAlive}) => isAlive))
              void world.start(member, [], getAlert('c1', {...alert, at: failed + member.skew}));
          });
        });
        const [last] = cloud.notifications.slice(-1);
        assert.ok(last !== undefined && last.acceptedAt > failed - 2500, JSON.stringify(cloud.notifications));
        assert.ok(cloud.notifications.length <= 2 && last.wasForcedDown, JSON.stringify(cloud.notifications));
      }),
      {numRuns: 500},
    );
  }).timeout(240_000);
});
