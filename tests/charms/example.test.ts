import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

import {createModel} from '#local';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('lib/charm/README.md', root), 'utf8');

/** Code blocks that begin by naming a file, in a comment; `...` stands for what a block leaves out. */
const blocks = [...readme.matchAll(/^```\w+\n(?:#|\/\/) (?<file>\S+)\n(?<code>.*?)^```$/gms)].map(({groups}) => ({
  file: groups?.['file'] ?? '',
  parts: (groups?.['code'] ?? '').split(/^\.\.\.\n/m),
}));

describe('the example charm', () => {
  it('is shown in the README of lib/charm, each of its files to the letter', () => {
    const names = ['charmcraft.yaml', 'src/charm.ts', 'src/charm.test.ts'];
    assert.deepEqual(
      blocks.map(({file}) => file),
      names.map((name) => `tests/charms/example/${name}`),
    );
    for (const {file, parts} of blocks) {
      const text = readFileSync(new URL(file, root), 'utf8');
      for (const part of parts) assert.ok(text.includes(part), `${file} has no longer:\n${part}`);
    }
  });

  it('deploys on the memory cloud and serves another one', async () => {
    const path = fileURLToPath(new URL('tests/charms/example', root));
    const model = await createModel({charmLibrary: []});
    await model.deploy(path, {application: 'front', config: {port: 8000}});
    await model.deploy(path, {application: 'back'});
    model.integrate('front:backend', 'back:website');
    assert.deepEqual((await model.settle()).failed, []);
    const {units} = model.snapshot();
    assert.equal(units['front/0']?.message, 'Unit is ready');
    assert.equal(units['back/0']?.message, "'backend' missing");
  });
});
