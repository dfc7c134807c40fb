import assert from 'node:assert/strict';

import {CLOUDS} from './clouds.ts';

describe('the clouds of the product', () => {
  for (const [name, {options = {}, loadLive}] of Object.entries(CLOUDS)) {
    it(`${name}: help names the options that it has, and no other`, async () => {
      const known = Object.keys((await loadLive?.())?.options ?? {});
      assert.deepEqual(
        Object.keys(options).map((option) => option.replace(/=[A-Z]+$/, '')),
        known,
      );
    });
  }
});
