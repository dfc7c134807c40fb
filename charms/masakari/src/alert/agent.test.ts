import assert from 'node:assert/strict';

import {PASSWORD, TOKEN} from './cloud.fixture.ts';
import {parseRecord} from './record.ts';
import {getAlert, T0, World, type Member} from './world.fixture.ts';

const HOUR = 3_600_000;

/** One member, and a compute that was fenced at T0 and reported last 5 s before. */
function createWorld(): {world: World; member: Member} {
  const world = new World(['c1', 'c2']);
  for (const service of world.cloud.services.values()) {
    service.updatedAt = T0 - 5000;
    service.lastSeenUp = T0 - 5000;
  }
  world.now = T0;
  return {world, member: world.createMember('n3')};
}

/** Runs the alert, and from then on the timer, until `until`. */
async function live(world: World, member: Member, until: number, environment = getAlert('c1')): Promise<void> {
  void world.start(member, [], environment);
  await goOn(world, member, until);
}

/** Runs the timer every 30 s. */
async function goOn(world: World, member: Member, until: number): Promise<void> {
  for (let at = world.now + 30_000; at < until; at += 30_000) {
    world.at(at, () => void world.start(member, ['deliver']));
  }
  await world.runUntil(until);
}

describe('the alert of a fenced compute', () => {
  it('forces it down in Nova, then tells Masakari with the time of the fence, and forgets it', async () => {
    const {world, member} = createWorld();
    await live(world, member, T0 + 1000);
    const changes = world.cloud.asked.filter((request) => !request.startsWith('GET'));
    assert.deepEqual(changes, [
      'POST keystone/auth/tokens',
      'PUT nova/os-services/uuid-c1',
      'POST masakari/notifications',
    ]);
    assert.deepEqual(
      world.cloud.notifications.map(({hostname, generatedAt, wasForcedDown}) => [hostname, generatedAt, wasForcedDown]),
      [['c1', T0, true]],
    );
    assert.deepEqual([...member.files.keys()], ['notes.log']);
    await goOn(world, member, T0 + 40_000);
    assert.deepEqual(
      member.printed.map((line) => line.replace(/ \(fence .*/, '')),
      ['c1: fenced', 'c1: Masakari is told and recovers its guests'],
    );
    assert.match(member.printed[0] ?? '', /\(fence ref-c1 of 2026-11-23T01:00:00\.000Z\)$/);
    assert.deepEqual([...member.files.keys()], []);
  });

  it('takes a fence that somebody has ordered with stonith_admin --reboot for one like any other', async () => {
    const {world, member} = createWorld();
    const CRM_alert_desc = 'Operation reboot of c1 by n3 for stonith_admin.4711@api1: OK (ref=1)';
    await live(world, member, T0 + 1000, {...getAlert('c1'), CRM_alert_desc});
    assert.deepEqual(
      world.cloud.notifications.map(({hostname}) => hostname),
      ['c1'],
    );
  });

  it('does nothing for any other event', async () => {
    const {world, member} = createWorld();
    const others = [
      {CRM_alert_rc: '-61', CRM_alert_desc: 'Operation reboot of c1 by n3 for controld.121@api1: Error (ref=1)'},
      {CRM_alert_kind: 'node', CRM_alert_desc: 'lost'},
      {CRM_alert_desc: 'Operation off of c1 by a human for stonith_admin.4711@api1: OK (ref=1)'},
      {CRM_alert_desc: 'Operation on of c1 by n3 for pacemaker-controld.121@api1: OK (ref=1)'},
      {CRM_alert_desc: 'Operation unfence of c1 by n3 for pacemaker-controld.121@api1: OK (ref=1)'},
      {remotes: 'c2 c3'},
      {remotes: ''},
      {CRM_alert_node: ''},
      {CRM_alert_kind: undefined},
    ];
    for (const other of others) {
      assert.equal(await world.start(member, [], {...getAlert('c1'), ...other}), 0);
    }
    assert.deepEqual([world.cloud.asked, [...member.files.keys()]], [[], []]);
  });

  it('writes the fence down before it asks anybody anything', async () => {
    const {world, member} = createWorld();
    assert.equal(await world.start(member, [], getAlert('c1', {ref: '70ec7db2-1'}), 2), null);
    assert.deepEqual(world.cloud.asked, []);
    assert.deepEqual(parseRecord(member.files.get('70ec7db2-1.fence') ?? ''), {
      ref: '70ec7db2-1',
      host: 'c1',
      time: T0,
      delayMs: 0,
    });
  });

  it('is delivered by who fenced at once, then by who asked for it, then by the others', async () => {
    for (const [name, delay] of [
      ['n3', 0],
      ['api1', 3000],
    ] as const) {
      const {world} = createWorld();
      await live(world, world.createMember(name), T0 + 20_000);
      const [first] = world.cloud.notifications;
      assert.ok(first !== undefined && first.acceptedAt >= T0 + delay && first.acceptedAt < T0 + delay + 1000, name);
    }
    const {world} = createWorld();
    await live(world, world.createMember('n7'), T0 + 20_000);
    assert.ok((world.cloud.notifications[0]?.acceptedAt ?? 0) >= T0 + 6000);
  });

  it('is told of a host that was brought back and has failed again within minutes, which Masakari would take for a duplicate', async () => {
    const {world, member} = createWorld();
    await live(world, member, T0 + 40_000);
    world.cloud.report('c1');
    world.cloud.bringBack('c1');
    await goOn(world, member, T0 + 110_000);
    const again = getAlert('c1', {at: world.now, ref: 'second'});
    await live(world, member, world.now + 2000, again);
    assert.deepEqual(
      world.cloud.notifications.map(({generatedAt, wasForcedDown}) => [generatedAt >= T0 + 110_000, wasForcedDown]),
      [
        [false, true],
        [true, true],
      ],
    );
  });

  it('is known to Masakari where a host monitor has told of the same failure, and its engine is about to recover it', async () => {
    const {world, member} = createWorld();
    world.now = T0 - 5000;
    world.cloud.accept('c1', T0 - 60_000);
    world.now = T0;
    await live(world, member, T0 + 1000);
    assert.equal(world.cloud.notifications.length, 1);
    await goOn(world, member, T0 + 40_000);
    assert.match(member.printed.at(-1) ?? '', /^c1: Masakari knows of it /);
  });

  it('is dropped for a host in no segment, without a change in Nova', async () => {
    const {world, member} = createWorld();
    await live(world, member, T0 + 40_000, getAlert('c3'));
    assert.deepEqual(
      world.cloud.asked.filter((request) => request.includes('nova')),
      [],
    );
    assert.match(member.printed.at(-1) ?? '', /c3: it is in no segment of Masakari/);
  });

  it('survives an hour without an API, and its own death in it', async () => {
    for (const api of ['keystone', 'nova', 'masakari']) {
      const {world, member} = createWorld();
      world.isOut = (name, now) => name === api && now < T0 + HOUR;
      await live(world, member, T0 + HOUR + 180_000);
      const [first, ...more] = world.cloud.notifications;
      assert.deepEqual([first?.hostname, first?.wasForcedDown, more], ['c1', true, []], api);
      assert.equal(first?.generatedAt, T0);
      assert.deepEqual(
        [...member.files.keys()].filter((name) => name.endsWith('.fence')),
        [],
      );
    }
  });

  it('says the same reason once an hour only, and never a secret', async () => {
    const {world, member} = createWorld();
    world.cloud.faults.set('POST keystone', {status: 401, body: `{"error": {"message": "no ${PASSWORD}"}}`});
    await live(world, member, T0 + 90 * 60_000);
    const reasons = member.printed.filter((line) => line.includes('not delivered yet'));
    assert.equal(reasons.length, 2);
    assert.match(reasons[0] ?? '', /^c1: not delivered yet: Keystone answers POST auth\/tokens with 401 \(fence/);
    assert.ok(![...member.printed, ...member.files.values()].join().includes(PASSWORD));
  });

  it('keeps what OpenStack does not take, and says what it said', async () => {
    const {world, member} = createWorld();
    world.cloud.faults.set('POST masakari', {status: 400, body: '{"badRequest": {"message": "Invalid input"}}'});
    await live(world, member, T0 + 60_000);
    assert.match(member.printed.at(-1) ?? '', /Masakari answers POST notifications with 400: Invalid input/);
    world.cloud.faults.clear();
    await goOn(world, member, T0 + 100_000);
    assert.equal(world.cloud.notifications.length, 1);
  });
});

describe('a run that was killed', () => {
  it('leaves nothing behind for long, wherever it was killed, and one recovery', async () => {
    for (let killAt = 2; killAt < 60; killAt += 1) {
      const {world, member} = createWorld();
      void world.start(member, [], getAlert('c1'), killAt);
      await goOn(world, member, T0 + 5 * 60_000);
      assert.deepEqual(
        world.cloud.notifications.map(({wasForcedDown}) => wasForcedDown),
        [true],
        `killed at ${killAt}`,
      );
      assert.deepEqual([...member.files.keys()], [], `killed at ${killAt}`);
    }
  });
});

describe('a fence that is delivered late', () => {
  it('does nothing once Masakari has a notification of it', async () => {
    const {world, member} = createWorld();
    world.cloud.accept('c1', T0 - 1000);
    world.cloud.recover('c1');
    await live(world, member, T0 + 40_000);
    assert.deepEqual(
      world.cloud.asked.filter((request) => /nova|POST masakari/.test(request)),
      [],
    );
    assert.match(member.printed.at(-1) ?? '', /Masakari knows of it/);
  });

  it('says that a host on maintenance is protected by nothing, and recovers it once it may', async () => {
    const {world, member} = createWorld();
    world.cloud.onMaintenance.set('c1', true);
    world.cloud.accept('c1', T0 - HOUR);
    await live(world, member, T0 + 60_000);
    assert.match(member.printed.at(-1) ?? '', /NOT PROTECTED: Masakari refuses it while the host is on maintenance/);
    assert.equal(world.cloud.notifications.length, 1);
    world.cloud.onMaintenance.set('c1', false);
    await goOn(world, member, T0 + 100_000);
    assert.equal(world.cloud.notifications.length, 2);
  });

  it('takes a notification shortly before the fence for the same failure, once Masakari refuses another', async () => {
    const {world, member} = createWorld();
    world.cloud.accept('c1', T0 - 90_000);
    world.cloud.onMaintenance.set('c1', true);
    await live(world, member, T0 + 60_000);
    assert.match(member.printed.at(-1) ?? '', /Masakari knows of it/);
    assert.deepEqual([...member.files.keys()], []);
  });

  it('starts nothing elsewhere once the host is back and reports, whether forced down before or not', async () => {
    for (const isForced of [false, true]) {
      const {world, member} = createWorld();
      world.isOut = (api, now) => api === 'masakari' && now < T0 + 10 * 60_000;
      if (isForced) {
        await live(world, member, T0 + 20_000);
        world.cloud.answer({
          method: 'PUT',
          url: new URL('http://nova:8774/v2.1/os-services/uuid-c1'),
          headers: {'openstack-api-version': 'compute 2.53', 'x-auth-token': TOKEN},
          body: '{"forced_down": true}',
        });
      }
      for (let at = T0 + 5 * 60_000; at < T0 + HOUR; at += 10_000) {
        world.at(at, () => {
          world.cloud.report('c1');
        });
      }
      await (isForced ? goOn : live)(world, member, T0 + HOUR);
      assert.deepEqual(world.cloud.notifications, []);
      const expected = isForced ? /may have reported since/ : /it came back before Masakari could be told/;
      assert.match(member.printed.at(-1) ?? '', expected);
    }
  });

  it('waits while the cluster is connected to the host again', async () => {
    const {world, member} = createWorld();
    world.isOut = (api, now) => api === 'masakari' && now < T0 + 5 * 60_000;
    world.isConnected = true;
    await live(world, member, T0 + 10 * 60_000);
    assert.deepEqual(world.cloud.notifications, []);
    assert.match(member.printed.at(-1) ?? '', /the cluster is connected to it again/);
  });

  it('is over once the cluster is connected to the host again and its nova-compute reports, forced down or not', async () => {
    for (const isForced of [false, true]) {
      const {world, member} = createWorld();
      world.isOut = (api, now) => api === 'masakari' && now < T0 + 5 * 60_000;
      world.isConnected = true;
      const service = world.cloud.services.get('c1');
      assert.ok(service !== undefined);
      service.isForcedDown = isForced;
      for (let at = T0 + 4 * 60_000; at < T0 + 10 * 60_000; at += 10_000) {
        world.at(at, () => {
          world.cloud.report('c1');
        });
      }
      await live(world, member, T0 + 10 * 60_000);
      assert.deepEqual(world.cloud.notifications, []);
      assert.match(member.printed.at(-1) ?? '', /it came back before Masakari could be told/);
      assert.deepEqual(
        [...member.files.keys()].filter((name) => name.endsWith('.fence')),
        [],
      );
    }
  });

  it('takes one old report that Nova stored after the fence for what it is', async () => {
    const {world, member} = createWorld();
    world.cloud.faults.set('PUT nova', {status: 500, body: ''});
    world.at(T0 + 50_000, () => {
      world.cloud.report('c1');
    });
    await live(world, member, T0 + 70_000);
    assert.match(member.printed.at(-1) ?? '', /may have reported since/);
    await goOn(world, member, T0 + 100_000);
    world.cloud.faults.clear();
    await goOn(world, member, T0 + 10 * 60_000);
    assert.deepEqual(
      world.cloud.notifications.map(({wasForcedDown}) => wasForcedDown),
      [true],
    );
  });

  it('waits for somebody to decide when nova-compute was changed much later and then was silent', async () => {
    const {world, member} = createWorld();
    world.isOut = (api, now) => api === 'nova' && now < T0 + 5 * 60_000;
    world.at(T0 + 4 * 60_000, () => {
      world.cloud.report('c1');
    });
    await live(world, member, T0 + 10 * 60_000);
    assert.deepEqual(world.cloud.notifications, []);
    assert.match(member.printed.at(-1) ?? '', /has reported since and stopped; if it is off, force it down in Nova/);
  });

  it('gives way to a later fence of the same host', async () => {
    const {world, member} = createWorld();
    world.isOut = (_api, now) => now < T0 + 5 * 60_000;
    void world.start(member, [], getAlert('c1'));
    world.at(T0 + 60_000, () => void world.start(member, [], getAlert('c1', {at: T0 + 60_000, ref: 'second'})));
    await live(world, member, T0 + 10 * 60_000, getAlert('c2'));
    assert.deepEqual(world.cloud.notifications.map(({hostname, generatedAt}) => [hostname, generatedAt]).sort(), [
      ['c1', T0 + 60_000],
      ['c2', T0],
    ]);
    assert.ok(member.printed.some((line) => line.includes('fenced again since')));
  });
});
