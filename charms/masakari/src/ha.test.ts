import assert from 'node:assert/strict';

import type {UnitState} from '#charm/testing';

import {
  completeRelations,
  createState,
  getFile,
  getUnitData,
  haRelation,
  networks,
  network,
  peer,
  run,
  VIPS,
} from './fixture.test.ts';

const HAPROXY = '/etc/haproxy/haproxy.cfg';
const NAMES = ['res_masakari_29a0f9d_vip', 'res_masakari_321f78b_vip', 'res_masakari_578b519_vip'];

async function createClustered(given: Partial<UnitState> = {}): Promise<UnitState> {
  const relations = [...completeRelations(), haRelation({clustered: 'yes'})];
  return (await run(createState({relations, config: {vip: VIPS}, ...given}))).state;
}

const withConfig = (state: UnitState, vip: string): UnitState => ({...state, config: {...state.config, vip}});
const getJson = (state: UnitState, key: string): unknown =>
  JSON.parse(getUnitData(state, 'ha')[`json_${key}`] ?? 'null');

describe('masakari in a cluster', () => {
  it('asks for the seed’s VIPs, their group and the haproxy clone', async () => {
    const state = await createClustered();
    const vip =
      'meta migration-threshold="INFINITY" failure-timeout="5s"  op monitor timeout="20s" interval="10s" depth="0"';
    assert.deepEqual(getUnitData(state, 'ha'), {
      corosync_bindiface: 'eth0',
      corosync_mcastport: '4440',
      json_resources: `{${NAMES.map((name) => `"${name}": "ocf:heartbeat:IPaddr2"`).join(', ')}, "res_masakari_haproxy": "lsb:haproxy"}`,
      json_resource_params: JSON.stringify({
        res_masakari_29a0f9d_vip: `  params ip="10.70.0.236"  ${vip}`,
        res_masakari_321f78b_vip: `  params ip="10.0.0.236"  ${vip}`,
        res_masakari_578b519_vip: `  params ip="10.80.0.236"  ${vip}`,
        res_masakari_haproxy: '  meta migration-threshold="INFINITY" failure-timeout="5s"  op monitor interval="5s"',
      })
        .replaceAll('":"', '": "')
        .replaceAll('","res', '", "res'),
      json_groups: `{"grp_masakari_vips": "${NAMES.join(' ')}"}`,
      json_clones: '{"cl_res_masakari_haproxy": "res_masakari_haproxy"}',
      json_ms: '{}',
      json_orders: '{}',
      json_colocations: '{}',
      json_locations: '{}',
      json_init_services: '["haproxy"]',
      json_systemd_services: '[]',
      json_delete_resources: '["res_masakari_eth0_vip", "res_masakari_eth1_vip", "res_masakari_eth2_vip"]',
    });
  });

  it('asks for the group with a single VIP too, from the first hook', async () => {
    const result = await run(createState({relations: [peer, haRelation()], config: {vip: '10.0.0.236'}}));
    assert.deepEqual(getJson(result.state, 'groups'), {grp_masakari_vips: 'res_masakari_321f78b_vip'});
  });

  it('names a dropped VIP as deleted, and leaves no trace of it when it comes back', async () => {
    const before = await createClustered();
    const {state: dropped} = await run(withConfig(before, '10.0.0.236 10.80.0.236'));
    assert.deepEqual(getJson(dropped, 'groups'), {
      grp_masakari_vips: 'res_masakari_321f78b_vip res_masakari_578b519_vip',
    });
    assert.ok(JSON.stringify(getJson(dropped, 'delete_resources')).includes('res_masakari_29a0f9d_vip'));
    assert.deepEqual((await run(dropped)).relationWrites, []);
    const {state: back} = await run(withConfig(dropped, VIPS));
    assert.deepEqual(getUnitData(back, 'ha'), getUnitData(before, 'ha'));
  });

  it('asks for an IPv6 VIP as it does for an IPv4 one', async () => {
    const six = {...networks, public: network('fd00:1::11', 'eth0')};
    const relations = [...completeRelations(), haRelation({clustered: 'yes'})];
    const {state} = await run(
      createState({relations, networks: six, config: {vip: 'fd00:1::236 10.70.0.236 10.80.0.236'}}),
    );
    assert.equal(state.status.status, 'active');
    const resources = JSON.stringify(getJson(state, 'resource_params'));
    assert.match(resources, /res_masakari_[0-9a-f]{7}_vip":" {2}params ip=\\"fd00:1::236\\"/);
    assert.equal(getUnitData(state, 'identity-service')['public_url'], 'http://[fd00:1::236]:15868/v1/%(tenant_id)s');
    assert.match(getFile(state, HAPROXY), /bind :::15868 v6only/);
  });

  it('is blocked by a VIP that is none or lies in no space, and says what it said before', async () => {
    const before = await createClustered();
    const bad: readonly (readonly [string, string])[] = [
      ['10.0.0.999', 'option vip: "10.0.0.999" is not an IP address'],
      ['10.0.0.236 vip', 'option vip: "vip" is not an IP address'],
      ['10.0.236', 'option vip: "10.0.236" is not an IP address'],
      ['192.168.7.7', 'option vip: "192.168.7.7" lies in no network of the bindings public, internal and admin'],
    ];
    for (const [vip, message] of bad) {
      const result = await run(withConfig(before, vip));
      assert.deepEqual(result.state.status, {status: 'blocked', message});
      assert.deepEqual([result.effects, result.relationWrites], [[], []]);
      assert.equal((await run(withConfig(result.state, VIPS))).state.status.status, 'active');
    }
  });

  it('is blocked without a VIP', async () => {
    const {state} = await run(createState({relations: [...completeRelations(), haRelation()]}));
    assert.deepEqual(state.status, {
      status: 'blocked',
      message: "option vip is not set: 'ha' needs at least one virtual IP address",
    });
    assert.deepEqual([getUnitData(state, 'ha'), getUnitData(state, 'identity-service')], [{}, {}]);
  });

  it('waits until the cluster is there, with haproxy run by systemd', async () => {
    const relations = [...completeRelations(), haRelation()];
    const {state} = await run(createState({relations, config: {vip: VIPS}}));
    assert.deepEqual(state.status, {status: 'waiting', message: "'ha' incomplete"});
    assert.deepEqual(state.host.services['haproxy'], {isEnabled: true, isRunning: true, starts: 2});
  });

  it('leaves haproxy to Pacemaker once clustered: never started or stopped, reloaded when its file changes', async () => {
    const state = await createClustered();
    const stop = (running: boolean): UnitState => ({
      ...state,
      host: {
        ...state.host,
        services: {...state.host.services, haproxy: {isEnabled: false, isRunning: running, starts: 1}},
      },
    });
    assert.equal(state.host.services['haproxy']?.isEnabled, false);
    assert.deepEqual((await run(stop(false))).effects, []);
    const slower = await run({...stop(true), config: {...state.config, 'haproxy-queue-timeout': 1234}});
    assert.deepEqual(slower.effects, [
      `write ${HAPROXY}`,
      'reload haproxy',
      'write /var/lib/charm/masakari-0/ledger.json',
    ]);
    const alone = {...state, relations: state.relations.filter(({endpoint}) => endpoint !== 'ha')};
    const {state: back} = await run(alone);
    assert.deepEqual(
      [back.host.services['haproxy']?.isEnabled, back.host.services['haproxy']?.isRunning],
      [true, true],
    );
  });

  it('sends requests to every unit, in one order, and keeps the password of its statistics', async () => {
    const addresses = (last: number): Record<string, string> => ({
      'public-address': `10.0.0.${last}`,
      'internal-address': `10.80.0.${last}`,
      'admin-address': `10.70.0.${last}`,
    });
    const state = await createClustered();
    const more = state.relations.map((found) =>
      found.endpoint === 'cluster'
        ? {...found, units: {'masakari/10': addresses(20), 'masakari/2': addresses(12)}}
        : found,
    );
    const text = getFile((await run({...state, relations: more})).state, HAPROXY);
    assert.equal(
      text.slice(text.indexOf('\nbackend masakari_admin_10.80.0.11') + 1),
      [
        'backend masakari_admin_10.80.0.11',
        '    balance leastconn',
        '    server masakari-0 10.80.0.11:15858 check',
        '    server masakari-2 10.80.0.12:15858 check',
        '    server masakari-10 10.80.0.20:15858 check',
        '',
        'backend masakari_admin_10.70.0.11',
        '    balance leastconn',
        '    server masakari-0 10.70.0.11:15858 check',
        '    server masakari-2 10.70.0.12:15858 check',
        '    server masakari-10 10.70.0.20:15858 check',
        '',
      ].join('\n'),
    );
    const password = /stats auth admin:(\w{32})$/m;
    assert.equal(password.exec(text)?.[1], password.exec(getFile(state, HAPROXY))?.[1]);
  });

  it('is blocked by a peer whose address is none, and keeps its haproxy.cfg', async () => {
    const state = await createClustered();
    const hostile = state.relations.map((found) =>
      found.endpoint === 'cluster'
        ? {...found, units: {'masakari/1': {'admin-address': '1.2.3.4\n  server x'}}}
        : found,
    );
    const result = await run({...state, relations: hostile});
    assert.deepEqual(result.state.status, {
      status: 'blocked',
      message: 'relation cluster:0, unit masakari/1: admin-address must be an IP address',
    });
    assert.deepEqual(result.effects, []);
  });
});
