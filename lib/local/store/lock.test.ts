import assert from 'node:assert/strict';
import {mkdtemp, readdir, readFile, writeFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {DataFolder} from './data-folder.ts';
import {replaceJson} from './json-file.ts';
import {readLockHolder, takeLock} from './lock.ts';
import {createModelState} from '../model/model.ts';

describe('the lock of the data folder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rm(folder, {recursive: true}));

  const ignore = (): void => undefined;

  it('makes a second one wait, told once for whom, until the first lets go', async () => {
    const path = join(folder, 'lock');
    const release = await takeLock(path, {pid: process.pid, onWait: ignore});
    const waits: number[] = [];
    const second = takeLock(path, {pid: process.ppid, onWait: (pid) => waits.push(pid)});
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.deepEqual(waits, [process.pid]);
    await release();
    await (
      await second
    )();
    assert.equal(await readLockHolder(path), null);
  });

  it('lets several in one process wait for it, one after the other', async () => {
    const path = join(folder, 'lock');
    let holders = 0;
    const hold = async (): Promise<number> => {
      const release = await takeLock(path, {pid: process.pid, onWait: ignore});
      holders += 1;
      const seen = holders;
      await Promise.resolve();
      holders -= 1;
      await release();
      return seen;
    };
    assert.deepEqual(await Promise.all([hold(), hold(), hold()]), [1, 1, 1]);
    assert.deepEqual(await readdir(folder), []);
  });

  it('is not waited for by who refuses to', async () => {
    const path = join(folder, 'lock');
    const release = await takeLock(path, {pid: process.pid, onWait: ignore});
    const refuse = (pid: number): never => {
      throw new Error(`held by ${pid}`);
    };
    await assert.rejects(takeLock(path, {pid: process.pid, onWait: refuse}), /held by/);
    await release();
    assert.deepEqual(await readdir(folder), []);
  });

  it('is taken over from a dead process, and from one whose id another has now', async () => {
    const path = join(folder, 'lock');
    for (const holder of [
      {pid: 2 ** 22 + 1, start: '1'},
      {pid: process.pid, start: '1'},
    ]) {
      await writeFile(path, JSON.stringify(holder));
      const release = await takeLock(path, {pid: process.pid, onWait: () => assert.fail('waited for a dead process')});
      await release();
    }
  });
});

describe('the files of the data folder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'data-'));
  });
  afterEach(() => rm(folder, {recursive: true}));

  it('gives back a model as it was written', async () => {
    const data = new DataFolder(folder);
    const state = createModelState({name: 'm', controller: 'c', seed: 1, secret: 's', now: 0});
    await data.writeModel({state, cloud: {hosts: {}}});
    assert.deepEqual((await data.readModel('c', 'm')).state, state);
    assert.deepEqual(await data.listModels('c'), ['m']);
  });

  it('names a damaged file, whether cut off, of another shape or from the future, and leaves it alone', async () => {
    const data = new DataFolder(folder);
    const state = createModelState({name: 'm', controller: 'c', seed: 1, secret: 's', now: 0});
    await data.writeModel({state, cloud: null});
    const path = join(folder, 'models', 'c', 'm.json');
    const whole = await readFile(path, 'utf8');
    for (const text of [
      whole.slice(0, 50),
      '',
      '{}',
      whole.replace('"units":{}', '"units":{"a/0":5}'),
      whole.replace('"version":1', '"version":2'),
    ]) {
      await writeFile(path, text);
      await assert.rejects(data.readModel('c', 'm'), (error: Error) => error.message.includes(path));
      assert.equal(await readFile(path, 'utf8'), text);
    }
  });

  it('removes with a model what was left of writing it down, and nothing of other models', async () => {
    const data = new DataFolder(folder);
    for (const name of ['m', 'm-2'])
      await data.writeModel({
        state: createModelState({name, controller: 'c', seed: 1, secret: 's', now: 0}),
        cloud: null,
      });
    const models = join(folder, 'models', 'c');
    for (const name of ['m.json.17.tmp', 'm-2.json.17.tmp']) await writeFile(join(models, name), '{');
    await data.removeModel('c', 'm');
    assert.deepEqual((await readdir(models)).sort(), ['m-2.json', 'm-2.json.17.tmp']);
  });

  it('leaves no part of a file behind when it can not be written', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    await assert.rejects(replaceJson(join(folder, 'x.json'), circular));
    await assert.rejects(readFile(join(folder, 'x.json')));
  });
});
