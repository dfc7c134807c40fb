import assert from 'node:assert/strict';
import {mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {makeFolder} from './folder.ts';
import {replaceJson} from './json-file.ts';
import {takeLock} from './lock.ts';

describe('a folder of the data folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'juju-local-folder-'));
  });

  afterEach(() => rm(folder, {recursive: true, force: true}));

  const readMode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

  it('is made with those above it, and stays as it is when it is there', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await makeFolder(path, 0o700);
    assert.deepEqual([await readMode(path), await readMode(join(folder, 'a'))], [0o700, 0o700]);
    await makeFolder(path, 0o755);
    assert.equal(await readMode(path), 0o700);
  });

  it('is made once by all who ask at the same time', async () => {
    const path = join(folder, 'a', 'b');
    await Promise.all(Array.from({length: 8}, () => makeFolder(path)));
    assert.ok((await stat(path)).isDirectory());
  });

  it('is refused in one line where a file is in the way, or a file system has no room for folders', async () => {
    await writeFile(join(folder, 'file'), '');
    const places = [join(folder, 'file'), join(folder, 'file', 'x'), '/proc/juju-local/x', '/proc/self/stat/x'];
    for (const place of places) {
      const refused = {name: 'LocalError', message: /^cannot make the folder [^\n]*JUJU_LOCAL_DATA=FOLDER$/};
      await assert.rejects(makeFolder(place), refused);
      await assert.rejects(replaceJson(join(place, 'x.json'), {}), refused);
      await assert.rejects(takeLock(join(place, 'lock'), {pid: process.pid, onWait: () => undefined}), refused);
    }
  });
});
