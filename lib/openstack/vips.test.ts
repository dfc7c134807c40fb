import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {Network} from '#charm';

import {EMPTY_HA_REQUEST, type HaRequest} from './ha-interface.ts';
import {addHaproxyClone, getVipRequest, getVipResourceName, parseVips} from './vips.ts';

const network = (interfaceName: string, value: string, cidr: string): Network => ({
  bindAddresses: [{interfaceName, macAddress: '', addresses: [{value, cidr}]}],
  ingressAddresses: [value],
  egressSubnets: [],
});

const networks = {
  public: network('eth0', '10.0.0.11', '10.0.0.0/24'),
  internal: network('eth1', '10.80.0.11', '10.80.0.0/24'),
  admin: network('eth2', 'fd00:5::11', 'fd00:5::/64'),
};
const ask = (vips: readonly string[], before: HaRequest | null = null): HaRequest =>
  getVipRequest({service: 'masakari', vips, networks: Object.values(networks), before});

describe('VIPs', () => {
  it('are named by the SHA-1 of their text, as the seed’s are', () => {
    assert.equal(getVipResourceName('masakari', '10.0.0.236'), 'res_masakari_321f78b_vip');
    assert.equal(getVipResourceName('masakari', '10.70.0.236'), 'res_masakari_29a0f9d_vip');
    assert.equal(getVipResourceName('masakari', '10.80.0.236'), 'res_masakari_578b519_vip');
  });

  it('are read in their order, each once, whatever blanks stand between', () => {
    const parsed = parseVips('  10.0.0.5\n10.80.0.5   10.0.0.5 fd00:5::a fd00:5:0::a', {networks, cidrs: {}});
    assert.deepEqual(parsed, {ok: true, value: ['10.0.0.5', '10.80.0.5', 'fd00:5::a']});
  });

  it('may lie in the network of an os-*-network option instead of a binding’s', () => {
    const cidrs = {public: '192.168.9.0/24'};
    assert.ok(parseVips('192.168.9.1', {networks, cidrs}).ok);
    assert.ok(!parseVips('10.0.0.5', {networks, cidrs}).ok);
  });

  it('that are no addresses, or lie in no network, are problems of the option, each named', () => {
    const bad = [
      '10.0.0.1000',
      '1',
      '0x7f.1',
      '010.0.0.1',
      'fd00:5::g',
      'fe80::1%eth0',
      '10.0.0.5/24',
      'a"b',
      '10.1.0.5',
      'fd00:6::1',
    ];
    for (const vip of bad) {
      const parsed = parseVips(`10.0.0.5 ${vip}`, {networks, cidrs: {}});
      assert.ok(!parsed.ok, vip);
      assert.equal(parsed.problems.length, 1);
      assert.ok(parsed.problems[0]?.message.startsWith(JSON.stringify(vip)), parsed.problems[0]?.message);
      assert.equal(parsed.problems[0]?.key, 'vip');
    }
  });

  it('give one short line for any option', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 200}), (option) => {
        const parsed = parseVips(option, {networks, cidrs: {}});
        for (const {message} of parsed.ok ? [] : parsed.problems) {
          assert.ok(!/[\n\r\0]/.test(message) && message.length < 600);
        }
      }),
    );
  });

  it('give a request that does not hang on their order', () => {
    const vips = fc.uniqueArray(fc.integer({min: 2, max: 250}), {minLength: 1, maxLength: 5});
    fc.assert(
      fc.property(vips, (numbers) => {
        const addresses = numbers.map((number) => `10.0.0.${number}`);
        assert.deepEqual(ask(addresses), ask([...addresses].reverse()));
      }),
    );
  });

  it('never ask to delete what they ask for, whatever was asked before, and leave no trace when they come back', () => {
    const set = fc.uniqueArray(fc.integer({min: 2, max: 20}), {maxLength: 4});
    fc.assert(
      fc.property(fc.array(set, {minLength: 1, maxLength: 6}), (history) => {
        let request: HaRequest | null = null;
        const seen = new Set<string>();
        for (const numbers of history) {
          const vips = numbers.map((number) => `10.0.0.${number}`);
          request = addHaproxyClone(ask(vips, request), 'masakari');
          vips.forEach((vip) => seen.add(getVipResourceName('masakari', vip)));
          const wanted = Object.keys(request.resources);
          assert.ok(request.deleteResources.every((name) => !wanted.includes(name)));
          assert.ok([...seen].every((name) => wanted.includes(name) || request?.deleteResources.includes(name)));
          assert.deepEqual(addHaproxyClone(ask(vips, request), 'masakari'), request);
        }
      }),
    );
  });

  it('ask for nothing where there are none', () => {
    assert.deepEqual(ask([]), EMPTY_HA_REQUEST);
  });
});
