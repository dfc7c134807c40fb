import assert from 'node:assert/strict';

import {checkHost, type HostFacts} from './host.ts';

const GIB = 1024 ** 3;
const LARGE: HostFacts = {
  isRoot: true,
  cores: 2,
  freeMemoryBytes: 12 * GIB,
  freeDiskBytes: 40 * GIB,
  dataFolder: '/data',
};

describe('a computer for the stories', () => {
  it('is large enough, or each thing that is too small is said with what is needed', () => {
    assert.deepEqual(checkHost(LARGE), []);
    const small = {...LARGE, cores: 1, freeMemoryBytes: 5.99 * GIB, freeDiskBytes: 3 * GIB};
    assert.deepEqual(checkHost(small), [
      'the stories need 2 processor cores; here is 1',
      'the stories need 6.0 GiB of free memory; here are 5.9 GiB',
      'the stories need 15.0 GiB of free disk in /data, where are 3.0 GiB: make room, or name another folder with JUJU_LOCAL_TEST_DATA=FOLDER',
    ]);
  });

  it('is not looked at for who may not have machines on it', () => {
    assert.deepEqual(checkHost({...LARGE, isRoot: false, cores: 1}), [
      'the stories run on machines, and need root: sudo npm run story',
    ]);
  });
});
