import assert from 'node:assert/strict';
import {chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createLinuxHost} from './linux-host.ts';
import type {Files} from './host.ts';

const NO_PROCESSES = {run: () => Promise.reject(new Error('no program is started'))};
const LARGE = 1_200_000;

describe('a file that a charm ships', () => {
  let folder = '';
  let files: Files;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shipped-'));
    await mkdir(join(folder, 'charm/bin'), {recursive: true});
    await put('charm/bin/tool', 'first');
    files = createLinuxHost({
      processes: NO_PROCESSES,
      root: join(folder, 'root'),
      charmFolder: join(folder, 'charm'),
    }).files;
  });

  afterEach(() => rm(folder, {recursive: true}));

  /** As Juju unpacks: the old file is removed, not written over. */
  async function put(path: string, content: string): Promise<void> {
    await rm(join(folder, path), {force: true});
    await writeFile(join(folder, path), content);
    await chmod(join(folder, path), 0o755);
  }

  const target = '/usr/local/lib/tool';
  const readTarget = (): Promise<string> => readFile(join(folder, 'root', target), 'utf8');
  const isThere = (): Promise<boolean> => files.isShipped(target, 'bin/tool');

  it('is there after it was shipped, with its mode, and takes no room', async () => {
    assert.equal(await isThere(), false);
    await files.ship(target, 'bin/tool');
    assert.equal(await isThere(), true);
    assert.equal(await readTarget(), 'first');
    const [shipped, source] = await Promise.all([
      stat(join(folder, 'root', target)),
      stat(join(folder, 'charm/bin/tool')),
    ]);
    assert.equal(shipped.ino, source.ino);
    assert.equal(shipped.mode & 0o777, 0o755);
  });

  it('stays as it is while the charm is upgraded or gone, until it is shipped again', async () => {
    await files.ship(target, 'bin/tool');
    await put('charm/bin/tool', 'second');
    assert.equal(await readTarget(), 'first');
    assert.equal(await isThere(), false);
    await files.ship(target, 'bin/tool');
    await files.ship(target, 'bin/tool');
    assert.equal(await readTarget(), 'second');
    assert.equal(await isThere(), true);
    await rm(join(folder, 'charm'), {recursive: true});
    assert.equal(await readTarget(), 'second');
    assert.deepEqual(await readdir(join(folder, 'root/usr/local/lib')), ['tool']);
  });

  it('may be a copy, which is told by its content or, when it is large, by its size and time', async () => {
    for (const content of ['small', 'x'.repeat(LARGE)]) {
      await put('charm/bin/tool', content);
      await mkdir(join(folder, 'root/usr/local/lib'), {recursive: true});
      await put(`root${target}`, content);
      const time = new Date(1_700_000_000_000);
      for (const path of ['charm/bin/tool', `root${target}`]) await utimes(join(folder, path), time, time);
      assert.equal(await isThere(), true);
      await put(`root${target}`, content.replaceAll(/./g, 'y'));
      assert.equal(await isThere(), false);
      await put(`root${target}`, content);
      await utimes(join(folder, 'root', target), time, time);
      await chmod(join(folder, 'root', target), 0o700);
      assert.equal(await isThere(), false);
    }
  });

  it('is copied where it cannot be linked', async function () {
    const other = await mkdtemp('/dev/shm/shipped-').catch(() => null);
    if (other === null || (await stat(other)).dev === (await stat(folder)).dev) {
      this.skip();
    }
    try {
      const far = createLinuxHost({processes: NO_PROCESSES, root: other, charmFolder: join(folder, 'charm')}).files;
      for (const content of ['small', 'x'.repeat(LARGE)]) {
        await put('charm/bin/tool', content);
        await far.ship(target, 'bin/tool');
        assert.equal(await readFile(join(other, target), 'utf8'), content);
        assert.equal((await stat(join(other, target))).mode & 0o777, 0o755);
        assert.equal(await far.isShipped(target, 'bin/tool'), true);
      }
      assert.deepEqual(await readdir(join(other, 'usr/local/lib')), ['tool']);
    } finally {
      await rm(other, {recursive: true});
    }
  });

  it('that the charm does not have fails', async () => {
    await assert.rejects(files.ship(target, 'bin/none'), {code: 'ENOENT'});
    assert.equal(await files.isShipped(target, 'bin/none'), false);
  });
});
