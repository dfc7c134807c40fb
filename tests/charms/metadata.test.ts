import assert from 'node:assert/strict';
import {readdirSync, existsSync} from 'node:fs';

import type {Charm} from '#charm';
import {readCharm} from '#juju';

const here = new URL('.', import.meta.url);
const names = readdirSync(here).filter(
  (name) => name !== 'example' && existsSync(new URL(`${name}/charmcraft.yaml`, here)),
);

describe('every stand-in', () => {
  it('is there', () => {
    assert.equal(names.length, 10);
  });

  for (const name of names) {
    it(`has in ${name} a program for exactly the endpoints and actions of its metadata`, async () => {
      const {metadata, actions, manifest} = await readCharm(new URL(name, here).pathname);
      const {charm} = (await import(new URL(`${name}/src/charm.ts`, here).href)) as {charm: Charm};
      assert.equal(metadata.name, name);
      assert.match(metadata.summary, /^Stand-in for tests/);
      assert.deepEqual([...charm.endpoints].sort(), Object.keys(metadata.endpoints).sort());
      assert.deepEqual([...charm.actions].sort(), Object.keys(actions).sort());
      assert.deepEqual(
        manifest.bases.map((base) => [base.name, base.channel, base.architectures]),
        ['22.04/stable', '24.04/stable'].map((channel) => ['ubuntu', channel, ['amd64', 'arm64']]),
      );
    });
  }
});
