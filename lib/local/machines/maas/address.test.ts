import assert from 'node:assert/strict';

import {checkMaasAddress, parseMaasAddress} from './address.ts';

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

  it('cannot be the address of a machine or of a network', () => {
    for (const host of [1, 2, 9, 200, 205, 254]) checkMaasAddress(`http://10.0.0.${String(host)}/MAAS`, spaces);
    for (const host of [0, 10, 149, 150, 199, 255]) {
      const url = `http://10.70.0.${String(host)}/MAAS`;
      assert.throws(
        () => {
          checkMaasAddress(url, spaces);
        },
        /maas-url ".*" is not valid: 10\.70\.0\.\d+ may be a machine's/,
        url,
      );
    }
  });
});
