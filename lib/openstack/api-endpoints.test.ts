import assert from 'node:assert/strict';

import type {Network} from '#charm';

import {isInCidr, parseAddress} from './addresses.ts';
import {getEndpointHost, getEndpointUrls, getOwnAddress, type ApiPlace} from './api-endpoints.ts';
import {getPeerData, readPeers} from './cluster-peer.ts';
import {createView} from './fixture.test.ts';
import {getHaState} from './ha-relation.ts';
import {getHaproxyContext} from './haproxy.ts';
import {getWorkers} from './workers.ts';

const network = (value: string, cidr: string): Network => ({
  bindAddresses: [{interfaceName: 'eth0', macAddress: '', addresses: [{value, cidr}]}],
  ingressAddresses: [value],
  egressSubnets: [],
});
const place: ApiPlace = {
  networks: {
    public: network('10.0.0.11', '10.0.0.0/24'),
    internal: network('10.80.0.11', '10.80.0.0/24'),
    admin: network('10.0.0.11', '10.0.0.0/24'),
    data: network('192.168.3.4', '192.168.3.0/24'),
  },
  vips: ['10.0.0.99'],
  hostnames: {},
  cidrs: {},
};

describe('where an API is found', () => {
  it('is its host name, else the VIP of the network, else the unit’s own address', () => {
    assert.equal(getEndpointHost(place, 'public'), '10.0.0.99');
    assert.equal(getEndpointHost(place, 'internal'), '10.80.0.11');
    assert.equal(getEndpointHost({...place, hostnames: {public: 'api.example'}}, 'public'), 'api.example');
  });

  it('follows an os-*-network option, for the VIP and for the unit’s own address', () => {
    const cidrs = {internal: '192.168.3.0/24'};
    assert.equal(getOwnAddress({...place, cidrs}, 'internal'), '192.168.3.4');
    assert.equal(getEndpointHost({...place, cidrs, vips: ['192.168.3.200']}, 'internal'), '192.168.3.200');
    assert.equal(getOwnAddress({...place, cidrs: {internal: '172.16.0.0/16'}}, 'internal'), '10.80.0.11');
  });

  it('is unknown while a binding has no address', () => {
    const url = {protocol: 'http', port: 1234, path: '/v1'} as const;
    assert.equal(getEndpointUrls({...place, networks: {}}, url), null);
    assert.deepEqual(getEndpointUrls(place, url), {
      public: 'http://10.0.0.99:1234/v1',
      internal: 'http://10.80.0.11:1234/v1',
      admin: 'http://10.0.0.99:1234/v1',
    });
  });

  it('is told to the peers, and read from them with what is wrong', () => {
    assert.deepEqual(getPeerData(place), {
      'public-address': '10.0.0.11',
      'internal-address': '10.80.0.11',
      'admin-address': '10.0.0.11',
    });
    const {peers, reasons} = readPeers(
      createView('cluster', {'app/1': {'public-address': '10.0.0.12'}, 'app/2': {'admin-address': 'x'}, 'app/3': {}}),
    );
    assert.deepEqual(peers, [
      {unit: 'app/1', addresses: {public: '10.0.0.12'}},
      {unit: 'app/3', addresses: {}},
    ]);
    assert.deepEqual(reasons, ['relation cluster:7, unit app/2: admin-address must be an IP address']);
  });

  it('gives haproxy one backend for each address, with the units that have published theirs', () => {
    const context = getHaproxyContext({
      service: 'app',
      listenPort: 80,
      serverPort: 70,
      unit: 'app/2',
      place,
      peers: [{unit: 'app/10', addresses: {public: '10.0.0.13'}}],
      timeouts: {server: 1, client: 2, queue: 3, connect: 4},
      statsPassword: 'p',
    });
    assert.equal(context?.hasIpv6, false);
    assert.deepEqual(context.networks, [
      {
        address: '10.0.0.11',
        cidr: '10.0.0.0/24',
        servers: [
          {name: 'app-2', host: '10.0.0.11', port: 70},
          {name: 'app-10', host: '10.0.0.13', port: 70},
        ],
      },
      {address: '10.80.0.11', cidr: '10.80.0.0/24', servers: [{name: 'app-2', host: '10.80.0.11', port: 70}]},
    ]);
  });

  it('counts as clustered when hacluster says so in any of its spellings', () => {
    assert.equal(getHaState(createView('other', {})), 'none');
    assert.equal(getHaState(createView('ha', {})), 'unclustered');
    assert.equal(getHaState(createView('ha', {'hacluster/0': {clustered: 'no'}})), 'unclustered');
    for (const clustered of ['yes', 'True', 'true']) {
      assert.equal(getHaState(createView('ha', {'hacluster/0': {clustered}})), 'clustered');
    }
  });
});

describe('addresses', () => {
  it('are only those in their full form', () => {
    for (const text of ['10.0.0.1', '::1', 'fd00::a', '::ffff:10.0.0.1']) {
      assert.ok(parseAddress(text) !== null, text);
    }
    for (const text of ['', '1', '10.1', '0x0a.0.0.1', '010.0.0.1', '10.0.0.1 ', 'fe80::1%eth0', 'localhost']) {
      assert.equal(parseAddress(text), null, text);
    }
  });

  it('lie in a network of their own kind or in none', () => {
    assert.ok(isInCidr('10.0.0.1', '10.0.0.0/24'));
    assert.ok(isInCidr('fd00::1', 'fd00::/64'));
    for (const [address, cidr] of [
      ['10.0.1.1', '10.0.0.0/24'],
      ['::1', '10.0.0.0/8'],
      ['10.0.0.1', '::/0'],
      ['x', '::/0'],
      ['10.0.0.1', '10.0.0.0'],
    ] as const) {
      assert.ok(!isInCidr(address, cidr), `${address} ${cidr}`);
    }
  });
});

describe('workers', () => {
  it('are a multiple of the processors, or two each and four at most, and never none', () => {
    assert.deepEqual(
      [getWorkers(1, null), getWorkers(64, null), getWorkers(8, 0.3), getWorkers(8, 2), getWorkers(8, 0)],
      [2, 4, 3, 16, 1],
    );
  });
});
