import assert from 'node:assert/strict';
import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {readCharm, writeCharmArchive} from '#juju';

import {createMemoryFiles} from './files.ts';

const METADATA = 'name: app\nsummary: s\ndescription: d\n';

describe('the files of charms that run in this process', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'files-'));
  });
  afterEach(() => rm(folder, {recursive: true}));

  it('are unpacked from archives only: a folder is as it is, and needs no other', async () => {
    const source = join(folder, 'app');
    await mkdir(join(source, 'src'), {recursive: true});
    await writeFile(join(source, 'metadata.yaml'), METADATA);
    await writeFile(join(source, 'src', 'charm.mjs'), '');
    const none = createMemoryFiles(() => assert.fail('there is no archive'));
    assert.equal((await none.open(source, await readCharm(source))).folder, source);

    const archive = join(folder, 'app.charm');
    const members = {'metadata.yaml': METADATA, 'src/charm.mjs': '', 'bin/node': 'large'};
    const content = Object.entries(members).map(([path, text]) => ({path, mode: 0o644, content: Buffer.from(text)}));
    await writeFile(archive, writeCharmArchive(content));
    const unpacked = join(folder, 'unpacked');
    const files = createMemoryFiles(() => Promise.resolve(unpacked));
    const {folder: place} = await files.open(archive, await readCharm(archive));
    assert.deepEqual((await readdir(place, {recursive: true})).sort(), ['metadata.yaml', 'src', 'src/charm.mjs']);
  });
});
