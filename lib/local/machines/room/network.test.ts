import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  parseLinkNames,
  planAddresses,
  planInterfaces,
  planLinkState,
  planModelNetwork,
  planRemoval,
  planUplinks,
} from './network.ts';

const spaces = [
  {name: 'public', cidr: '10.0.0.0/24'},
  {name: 'admin', cidr: '10.70.0.0/24'},
];
const none = new Set<string>();

function getInterface(index: number, space: string) {
  return {
    name: `eth${String(index)}`,
    space,
    address: `10.0.${String(index)}.7`,
    cidr: '10.0.0.0/24',
    mac: `52:54:00:00:00:0${String(index)}`,
  };
}

describe('the networks of a model', () => {
  it('are a bridge for each space with the host’s addresses', () => {
    const gateway = [
      {space: 'public', address: '10.0.0.1/24'},
      {space: 'admin', address: '10.70.0.1/24'},
      {space: 'public', address: '10.0.0.205/24'},
    ];
    assert.deepEqual(planModelNetwork(spaces, gateway, none), [
      'link set lo up',
      'link add br0 type bridge forward_delay 0 mcast_snooping 0',
      'link set br0 up',
      'link add br1 type bridge forward_delay 0 mcast_snooping 0',
      'link set br1 up',
      'addr replace 10.0.0.1/24 dev br0',
      'addr replace 10.70.0.1/24 dev br1',
      'addr replace 10.0.0.205/24 dev br0',
    ]);
  });

  it('keep bridges that are there', () => {
    const lines = planModelNetwork(spaces, [], new Set(['lo', 'br0', 'br1']));
    assert.ok(!lines.some((line) => line.startsWith('link add')));
  });

  it('give a machine a bridge and one cable for each space, and its containers none', () => {
    assert.deepEqual(planUplinks('3', spaces.slice(0, 1), none), [
      'link add m3b0 type bridge forward_delay 0 mcast_snooping 0',
      'link set m3b0 up',
      'link add m3u0 type veth peer name m3s0',
      'link set m3u0 master m3b0 up',
      'link set m3s0 master br0 up',
    ]);
    assert.deepEqual(planUplinks('3/lxd/0', spaces, none), []);
  });

  it('plug a container into the bridges of its machine', () => {
    const lines = planInterfaces({id: '3/lxd/0', interfaces: [getInterface(0, 'admin')]}, spaces);
    assert.deepEqual(lines, [
      'link add m3l0e0 type veth peer name eth0 address 52:54:00:00:00:00 netns ./network',
      'link set m3l0e0 master m3b1',
      'link set m3l0e0 up',
    ]);
  });

  it('give a machine its addresses and no route out', () => {
    const lines = planAddresses([getInterface(0, 'public'), getInterface(1, 'admin')]);
    assert.deepEqual(lines, [
      'link set lo up',
      'addr add 10.0.0.7/24 dev eth0',
      'link set eth0 up',
      'addr add 10.0.1.7/24 dev eth1',
      'link set eth1 up',
    ]);
  });
});

describe('pulling the cables of a machine', () => {
  const links = new Set(['lo', 'br0', 'm1b0', 'm1u0', 'm1s0', 'm1e0', 'm1e1', 'm1l0e0', 'm12u0', 'm12e0', 'm12b0']);

  it('takes its uplinks and its own interfaces down, and nothing of others', () => {
    assert.deepEqual(
      planLinkState('1', false, links),
      ['m1u0', 'm1e0', 'm1e1'].map((name) => `link set ${name} down`),
    );
  });

  it('takes only its own interfaces down for a container', () => {
    assert.deepEqual(planLinkState('1/lxd/0', true, links), ['link set m1l0e0 up']);
  });

  it('removes on request the machine’s links, whose other ends go with them', () => {
    assert.deepEqual(planRemoval('1', 'e', links), ['link del m1e0', 'link del m1e1']);
    assert.deepEqual(
      planRemoval('1', 'ebu', links),
      ['m1b0', 'm1u0', 'm1e0', 'm1e1'].map((name) => `link del ${name}`),
    );
  });

  it('never touches a link of another machine', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (one, other) => {
        fc.pre(one !== other);
        const foreign = new Set(['b0', 'u0', 's0', 'e0', 'l0e0'].map((end) => `m${String(other)}${end}`));
        assert.deepEqual(planLinkState(String(one), false, foreign), []);
        assert.deepEqual(planRemoval(String(one), 'ebu', foreign), []);
      }),
    );
  });
});

describe('the links that ip lists', () => {
  it('are known by name', () => {
    assert.deepEqual([...parseLinkNames('[{"ifindex":1,"ifname":"lo"},{"ifname":"br0"},{},null,3]')], ['lo', 'br0']);
    assert.deepEqual([...parseLinkNames('')], []);
  });
});
