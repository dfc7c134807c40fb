import assert from 'node:assert/strict';

import type {TestEvent, UnitState} from '#charm/testing';

import {charm} from './charm.ts';
import {
  BROKER_PASSWORD,
  brokerData,
  catalog,
  completeRelations,
  CONF,
  configChanged,
  createState,
  DATABASE_PASSWORD,
  databaseData,
  debianCatalog,
  getFile,
  getUnitData,
  haRelation,
  KEYSTONE_PASSWORD,
  keystoneData,
  meta,
  networks,
  peer,
  relation,
  run,
  VIPS,
} from './fixture.test.ts';

const HAPROXY = '/etc/haproxy/haproxy.cfg';

async function settle(state: UnitState, events: readonly TestEvent[] = [configChanged]): Promise<UnitState> {
  let current = state;
  for (const event of events) {
    const result = await run(current, event);
    assert.equal(result.exitCode, 0, JSON.stringify(result.log));
    current = result.state;
  }
  return current;
}

const ready = (given: Partial<UnitState> = {}): Promise<UnitState> =>
  settle(createState({relations: completeRelations(), ...given}));

describe('the masakari charm', () => {
  it('knows exactly the endpoints of its metadata', () => {
    assert.deepEqual([...charm.endpoints].sort(), Object.keys(meta.endpoints).sort());
    assert.deepEqual([...charm.actions].sort(), [...meta.actions].sort());
  });

  it('goes from nothing to ready in the order in which hooks come', async () => {
    const complete = completeRelations();
    let state = createState({relations: [peer]});
    const step = async (event: TestEvent, message: string): Promise<void> => {
      state = await settle(state, [event]);
      assert.equal(state.status.message, message);
    };
    const add = (id: number, units: boolean): void => {
      const whole = complete.find((found) => found.id === id)!;
      state = {
        ...state,
        relations: [...state.relations.filter((found) => found.id !== id), units ? whole : {...whole, units: {}}],
      };
    };
    await step({hook: 'install'}, "'shared-db' missing, 'amqp' missing, 'identity-service' missing");
    assert.equal(state.status.status, 'blocked');
    await step({hook: 'leader-elected'}, "'shared-db' missing, 'amqp' missing, 'identity-service' missing");
    add(1, false);
    await step({relation: 1, step: 'created'}, "'shared-db' incomplete, 'amqp' missing, 'identity-service' missing");
    add(2, false);
    add(3, false);
    await step(
      {relation: 3, step: 'created'},
      "'shared-db' incomplete, 'amqp' incomplete, 'identity-service' incomplete",
    );
    assert.equal(state.status.status, 'waiting');
    assert.equal(state.host.files[CONF], undefined);
    add(1, true);
    await step({relation: 1, step: 'changed', unit: 'mysql/0'}, "'amqp' incomplete, 'identity-service' incomplete");
    add(2, true);
    add(3, true);
    await step({relation: 3, step: 'changed', unit: 'keystone/0'}, 'Unit is ready');
    assert.equal(state.status.status, 'active');
    assert.equal(state.workloadVersion, '12.0.0');
    assert.deepEqual(state.openedPorts, ['15868/tcp']);
    for (const service of ['apache2', 'masakari-engine', 'haproxy', 'memcached']) {
      assert.equal(state.host.services[service]?.isRunning, true, service);
    }
  });

  it('asks the database, the broker and Keystone for what it needs', async () => {
    const state = await ready();
    assert.deepEqual(getUnitData(state, 'shared-db'), {
      database: 'masakari',
      username: 'masakari',
      hostname: '10.80.0.11',
    });
    assert.deepEqual(getUnitData(state, 'amqp'), {
      username: 'masakari',
      vhost: 'masakari',
      'private-address': '10.80.0.11',
    });
    assert.deepEqual(getUnitData(state, 'identity-service'), {
      service: 'masakari',
      region: 'RegionOne',
      public_url: 'http://10.0.0.11:15868/v1/%(tenant_id)s',
      internal_url: 'http://10.80.0.11:15868/v1/%(tenant_id)s',
      admin_url: 'http://10.70.0.11:15868/v1/%(tenant_id)s',
    });
    assert.deepEqual(getUnitData(state, 'cluster'), {
      'public-address': '10.0.0.11',
      'internal-address': '10.80.0.11',
      'admin-address': '10.70.0.11',
    });
  });

  it('registers host names where they are set and VIPs where they lie', async () => {
    const config = {vip: VIPS, 'os-public-hostname': '{service_name}.example.com'};
    const data = getUnitData(await ready({config}), 'identity-service');
    assert.equal(data['public_url'], 'http://masakari.example.com:15868/v1/%(tenant_id)s');
    assert.equal(data['internal_url'], 'http://10.80.0.236:15868/v1/%(tenant_id)s');
    assert.equal(data['admin_url'], 'http://10.70.0.236:15868/v1/%(tenant_id)s');
  });

  it('does nothing in a second run of any hook', async () => {
    const relations = [...completeRelations(), haRelation({clustered: 'yes'})];
    const state = await ready({relations, config: {vip: VIPS}});
    const events: readonly TestEvent[] = [
      {hook: 'install'},
      {hook: 'start'},
      {hook: 'leader-elected'},
      {hook: 'upgrade-charm'},
      {hook: 'update-status'},
      {relation: 1, step: 'changed', unit: 'mysql/0'},
      {relation: 4, step: 'joined', unit: 'hacluster/0'},
    ];
    for (const event of [configChanged, ...events]) {
      const result = await run(state, event);
      assert.deepEqual([result.effects, result.relationWrites, result.state.status.status], [[], [], 'active']);
    }
  });

  it('comes to the same state whatever the order in which relations complete', async () => {
    const all = completeRelations();
    const oneByOne = async (order: readonly number[]): Promise<UnitState> => {
      let state = createState({relations: [peer]});
      for (const id of order) {
        state = await settle({...state, relations: [...state.relations, all.find((found) => found.id === id)!]});
      }
      return state;
    };
    const [first, second] = [await oneByOne([1, 2, 3]), await oneByOne([3, 2, 1])];
    assert.deepEqual(first.host.files, second.host.files);
    assert.deepEqual(first.status, second.status);
  });

  it('lets nobody but Masakari read its secrets, and keeps them out of arguments, log and status', async () => {
    const result = await run(createState({relations: [...completeRelations(), haRelation()], config: {vip: VIPS}}));
    const conf = result.state.host.files[CONF];
    assert.deepEqual([conf?.owner, conf?.group, conf?.mode], ['root', 'masakari', 0o640]);
    const stats = /stats auth admin:(\w{32})$/m.exec(getFile(result.state, HAPROXY))?.[1] ?? 'no password';
    const seen = JSON.stringify([result.programs, result.toolCalls, result.log, result.state.status]);
    for (const secret of [DATABASE_PASSWORD, BROKER_PASSWORD, KEYSTONE_PASSWORD, stats]) {
      assert.ok(JSON.stringify(result.state.host.files).includes(secret));
      assert.ok(!seen.includes(secret));
    }
  });

  it('keeps the configuration and the services when an interface goes away', async () => {
    const before = await ready();
    const relations = before.relations.filter(({endpoint}) => endpoint !== 'amqp');
    const result = await run({...before, relations});
    assert.deepEqual(result.state.status, {status: 'blocked', message: "'amqp' missing"});
    assert.deepEqual(result.effects, []);
    assert.equal((await run({...result.state, relations: before.relations})).state.status.status, 'active');
  });

  it('waits while the database does not let this unit in, or is being upgraded', async () => {
    for (const change of [{allowed_units: 'masakari/1'}, {'cluster-series-upgrading': 'True'}]) {
      const relations = completeRelations({'shared-db': {...databaseData, ...change}});
      assert.deepEqual((await ready({relations})).status, {status: 'waiting', message: "'shared-db' incomplete"});
    }
  });

  it('starts a service again that has stopped', async () => {
    const state = await ready();
    const dead = {...state.host.services['apache2']!, isRunning: false};
    const result = await run({...state, host: {...state.host, services: {...state.host.services, apache2: dead}}});
    assert.deepEqual(result.effects, ['restart apache2']);
    assert.equal(result.state.status.message, 'Unit is ready');
  });

  it('is blocked, naming the option, by an option that is not what it should be, and right again after', async () => {
    const state = await ready();
    const bad: readonly (readonly [string, unknown])[] = [
      ['openstack-origin', 'cloud:jammy-nonsense'],
      ['openstack-origin', 'ppa:owner/name'],
      ['worker-multiplier', -1],
      ['os-public-network', '10.0.0.0'],
      ['os-admin-hostname', 'not a host'],
      ['region', ''],
      ['vip_iface', 'no blank allowed'],
      ['dns-ha', true],
      ['ssl_cert', 'Zm9v'],
    ];
    for (const [option, value] of bad) {
      const result = await run({...state, config: {[option]: value}});
      assert.equal(result.state.status.status, 'blocked', option);
      assert.ok(result.state.status.message.includes(option), result.state.status.message);
      assert.deepEqual([result.effects, result.relationWrites], [[], []], option);
      assert.equal((await run({...result.state, config: {}})).state.status.status, 'active');
    }
  });

  it('is blocked by a relation to certificates, which it cannot use', async () => {
    const relations = [...completeRelations(), relation(9, 'certificates', {'vault/0': {}})];
    assert.match((await ready({relations})).status.message, /^'certificates'/);
  });

  it('is blocked while a binding has no address, registers nothing, and is right again after', async () => {
    const {internal, ...others} = networks;
    const {state} = await run(createState({relations: completeRelations(), networks: others}));
    assert.deepEqual(state.status, {status: 'blocked', message: 'binding internal has no address on this unit'});
    assert.deepEqual(getUnitData(state, 'identity-service'), {});
    const {state: mended} = await run({...state, networks: {...others, internal: internal!}});
    assert.equal(mended.status.message, 'Unit is ready');
    assert.match(getUnitData(mended, 'identity-service')['internal_url'] ?? '', /10\.80\.0\.11/);
  });

  it('stops no service but its own while it waits for the first time', async () => {
    const {host} = await settle(createState({relations: [peer]}));
    const running = Object.entries(host.services).flatMap(([name, {isRunning}]) => (isRunning ? [name] : []));
    assert.deepEqual(running.sort(), ['haproxy', 'memcached']);
  });

  it('uses uWSGI, its own paths and no taskflow store on Debian', async () => {
    const facts = {...createState().facts, os: {id: 'debian', version: '12'}};
    const {state, exitCode} = await run(createState({facts, relations: completeRelations()}), configChanged, {
      catalog: debianCatalog,
    });
    assert.equal(exitCode, 0);
    assert.deepEqual([state.status.status, state.workloadVersion], ['active', '14.0.2']);
    assert.equal(state.host.packages['apache2'], undefined);
    assert.ok(!getFile(state, CONF).includes('[taskflow]'));
    const ini = getFile(state, '/etc/masakari/masakari-api-uwsgi.ini');
    assert.match(ini, /^http-socket = :15858$/m);
    // Only the API's: the engine's threads are green, and a heartbeat in another would break it.
    assert.match(ini, /^env = OS_OSLO_MESSAGING_RABBIT__HEARTBEAT_IN_PTHREAD=true$/m);
    assert.ok(!getFile(state, '/etc/masakari/masakari.conf').includes('heartbeat_in_pthread'));
    assert.match(
      getFile(state, '/etc/default/masakari-api'),
      /^DAEMON_ARGS="--ini \/etc\/masakari\/masakari-api-uwsgi.ini"$/m,
    );
    assert.equal(state.host.services['masakari-api']?.isRunning, true);
  });

  it('names in its catalogue of packages all that it installs', async () => {
    const {host} = await ready();
    assert.deepEqual(
      Object.keys(host.packages).filter((name) => catalog[name] === undefined),
      [],
    );
  });

  it('reads hostile data as a reason, never as part of a file', async () => {
    const state = await ready();
    const cases: readonly (readonly [string, Record<string, string>, string])[] = [
      [
        'shared-db',
        {...databaseData, password: 'a\n[DEFAULT]\ndebug = true'},
        'relation shared-db:1, unit mysql/0: password',
      ],
      ['shared-db', {...databaseData, db_host: 'host;rm -rf /'}, 'relation shared-db:1, unit mysql/0: db_host'],
      ['amqp', {...brokerData, password: 'x'.repeat(1_000_000)}, 'relation amqp:2, unit rabbitmq-server/0: password'],
      ['amqp', {...brokerData, ssl_port: '{}'}, 'relation amqp:2, unit rabbitmq-server/0: ssl_port'],
      [
        'identity-service',
        {...keystoneData, service_port: '5000a'},
        'relation identity-service:3, unit keystone/0: service_port',
      ],
      [
        'identity-service',
        {...keystoneData, auth_protocol: 'gopher'},
        'relation identity-service:3, unit keystone/0: auth_protocol',
      ],
    ];
    for (const [endpoint, data, message] of cases) {
      const bad = completeRelations({[endpoint]: data}).map((other) => ({
        ...state.relations.find(({id}) => id === other.id)!,
        units: other.units,
      }));
      const result = await run({...state, relations: bad});
      assert.equal(result.state.status.status, 'blocked');
      assert.ok(result.state.status.message.startsWith(message), result.state.status.message.slice(0, 200));
      assert.deepEqual([result.exitCode, result.effects, result.relationWrites], [0, [], []]);
      assert.equal((await run({...result.state, relations: state.relations})).state.status.status, 'active');
    }
  });
});
