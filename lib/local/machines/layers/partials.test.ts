import assert from 'node:assert/strict';
import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {takeLock} from '../../store/lock.ts';
import {clearLayer, getLayerLock, getPartial, removeKilledBuilds} from './partials.ts';

/** Above what Linux gives (proc(5), pid_max). */
const dead = 2 ** 22 + 1;

describe('what builds of layers leave', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layers-'));
    await mkdir(join(folder, 'asked'));
  });

  afterEach(() => rm(folder, {recursive: true}));

  async function put(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await mkdir(join(folder, name, 'root', 'etc'), {recursive: true});
      await writeFile(join(folder, name, 'root', 'etc', 'passwd'), '');
    }
  }

  it('goes with the next build of any layer, when who built was killed', async () => {
    await put(`one.${String(dead)}.partial`, 'two', `two.${String(dead)}.partial`, 'three.removed-7.partial');
    await writeFile(getLayerLock(folder, 'one'), JSON.stringify({pid: dead, start: ''}));
    await writeFile(getLayerLock(folder, 'four'), JSON.stringify({pid: process.pid, start: '1'}));
    await removeKilledBuilds(folder);
    assert.deepEqual(await readdir(folder), ['asked', 'two']);
    assert.deepEqual(await readdir(join(folder, 'two', 'root', 'etc')), ['passwd']);
  });

  it('stays while a living process has the lock, this one too', async () => {
    const partial = getPartial(folder, 'one');
    await put('one.7.partial');
    await mkdir(partial);
    const release = await takeLock(getLayerLock(folder, 'one'), {pid: process.pid, onWait: () => assert.fail()});
    const before = await readdir(folder);
    await removeKilledBuilds(folder);
    assert.deepEqual(await readdir(folder), before);
    // Whatever order a file system gives names in, some of these come behind the one that is held.
    await put('a.7.partial', 'b.7.partial', 'y.7.partial', 'z.7.partial');
    await removeKilledBuilds(folder);
    assert.deepEqual(await readdir(folder), before);
    await release();
    await removeKilledBuilds(folder);
    assert.deepEqual(await readdir(folder), ['asked']);
  });

  it('goes with the layer itself, and nothing of another layer', async () => {
    await put('one', 'one.7.partial', 'oneself', 'oneself.7.partial');
    await clearLayer(folder, 'one');
    assert.deepEqual(await readdir(folder), ['asked', 'oneself', 'oneself.7.partial']);
  });

  it('is nothing where there is no folder yet', () => removeKilledBuilds(join(folder, 'none')));
});
