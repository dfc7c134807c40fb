import assert from 'node:assert/strict';

import {parseMaasAddress} from './address.ts';

const spaces = [
  {name: 'public', cidr: '10.0.0.0/24'},
  {name: 'admin', cidr: '10.70.0.0/24'},
];

describe('where the MAAS of machines answers', () => {
  it('is the address and port of its URL, in the space that has them', () => {
    assert.deepEqual(parseMaasAddress('http://10.0.0.205/MAAS', spaces), {
      address: '10.0.0.205',
      port: 80,
      space: 'public',
    });
    assert.deepEqual(parseMaasAddress('http://10.70.0.5:5240/MAAS/', spaces), {
      address: '10.70.0.5',
      port: 5240,
      space: 'admin',
    });
  });

  it('is refused elsewhere, by another name than an address, over https, or on another path', () => {
    for (const url of [
      'http://10.9.0.205/MAAS',
      'http://maas.example/MAAS',
      'https://10.0.0.205/MAAS',
      'http://10.0.0.205/',
      'nonsense',
    ]) {
      assert.throws(() => parseMaasAddress(url, spaces), /maas-url ".*" is not valid: .*10\.70\.0\.0\/24/, url);
    }
  });
});
