import assert from 'node:assert/strict';
import {lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {getMachine} from './machine.fixture.ts';
import {getMachinePaths} from './names.ts';
import {createMachineId, fillIn, getPreparation, prepareNew} from './preparation.ts';

describe('a machine before it boots', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'preparation-'));
  });
  afterEach(() => rm(folder, {recursive: true}));

  const wanted = getPreparation(getMachine('0', 'tidy-goose', [{space: 'public', address: '10.0.0.7'}]), 'abc');

  it('has its name, its own address under it, an id and no name servers', async () => {
    const paths = getMachinePaths(folder, '0');
    await prepareNew(paths, wanted);
    const read = (path: string) => readFile(join(paths.upper, 'etc', path), 'utf8');
    assert.equal(await read('hostname'), 'tidy-goose\n');
    assert.match(await read('hosts'), /^10\.0\.0\.7 tidy-goose$/m);
    assert.equal(await read('machine-id'), 'abc\n');
    assert.equal(await read('resolv.conf'), '');
    assert.equal(await readlink(join(paths.upper, 'etc/systemd/system/apt-daily.timer')), '/dev/null');
  });

  it('gets back what is missing, and keeps what somebody wrote', async () => {
    await mkdir(join(folder, 'etc'));
    await writeFile(join(folder, 'etc/hosts'), 'mine\n');
    await writeFile(join(folder, 'etc/machine-id'), '');
    await fillIn(folder, wanted);
    assert.equal(await readFile(join(folder, 'etc/hosts'), 'utf8'), 'mine\n');
    assert.equal(await readFile(join(folder, 'etc/machine-id'), 'utf8'), '');
    assert.equal(await readFile(join(folder, 'etc/hostname'), 'utf8'), 'tidy-goose\n');
  });

  it('is never written through a link that would lead to the host', async () => {
    const elsewhere = join(folder, 'host');
    await mkdir(elsewhere);
    await mkdir(join(folder, 'root/etc'), {recursive: true});
    await symlink(join(elsewhere, 'resolv.conf'), join(folder, 'root/etc/resolv.conf'));
    await mkdir(join(folder, 'other'));
    await symlink(elsewhere, join(folder, 'other/etc'));
    await fillIn(join(folder, 'root'), wanted);
    await fillIn(join(folder, 'other'), wanted);
    for (const name of ['resolv.conf', 'hostname']) await assert.rejects(lstat(join(elsewhere, name)), /ENOENT/);
  });

  it('has an id of its own each time one is made', () => {
    assert.match(createMachineId(), /^[0-9a-f]{32}$/);
    assert.notEqual(createMachineId(), createMachineId());
  });
});
