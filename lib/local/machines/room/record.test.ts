import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {LocalError} from '../../errors.ts';
import {readStart} from '../../store/process-identity.ts';
import {getMachine} from './machine.fixture.ts';
import {getMachinePaths} from './names.ts';
import {
  describeEnd,
  findRecord,
  isHeldUp,
  listRecords,
  parseEnd,
  readEnd,
  readRecord,
  readRun,
  writeRecord,
} from './record.ts';

describe('what is kept of a machine', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'record-'));
  });
  afterEach(() => rm(folder, {recursive: true}));

  const getRecord = (id: string) =>
    ({spec: {machine: getMachine(id, 'x'), layers: [], binds: []}, wanted: 'on', isLinked: true}) as const;

  it('is read back, machines before their containers, and numbers as numbers', async () => {
    for (const id of ['10', '2/lxd/0', '2', '10/lxd/11', '10/lxd/9']) await writeRecord(folder, getRecord(id));
    await mkdir(join(folder, 'machines', 'half-made'));
    const records = await listRecords(folder);
    assert.deepEqual(
      records.map(({spec}) => spec.machine.id),
      ['2', '2/lxd/0', '10', '10/lxd/9', '10/lxd/11'],
    );
    const {spec, wanted, isLinked} = await readRecord(folder, '2');
    assert.deepEqual({spec, wanted, isLinked}, getRecord('2'));
  });

  it('is missing for a machine that was never made, and named when it is damaged', async () => {
    assert.equal(await findRecord(folder, '5'), null);
    await assert.rejects(readRecord(folder, '5'), new LocalError('machine "5" not found'));
    await writeRecord(folder, getRecord('5'));
    for (const text of ['', '{"version":1}', '{"version":1,"spec":{"machine":{}},"wanted":"on","isLinked":true}']) {
      await writeFile(getMachinePaths(folder, '5').record, text);
      await assert.rejects(readRecord(folder, '5'), /machine\.json is damaged/);
    }
  });

  it('says whether the machine is held up by who wrote the run file, not by a later process of the same id', async () => {
    const paths = {...getMachinePaths(folder, '0'), run: join(folder, 'run'), ended: join(folder, 'ended')};
    const write = (start: string) =>
      writeFile(paths.run, `${String(process.pid)} (sh) S 1${' 0'.repeat(17)} ${start}\n`);
    assert.equal(await readRun(paths), null);
    assert.equal(await isHeldUp(await readRun(paths)), false);
    await write('1');
    assert.equal(await isHeldUp(await readRun(paths)), false);
    await write(await readStart(process.pid));
    assert.equal(await isHeldUp(await readRun(paths)), true);
    assert.equal((await readRun(paths))?.nspawn, null);
  });

  it('has an end only when somebody saw it', async () => {
    const paths = {...getMachinePaths(folder, '0'), ended: join(folder, 'ended')};
    assert.equal(await readEnd(paths), null);
    await writeFile(paths.ended, '13');
    assert.equal(await readEnd(paths), null);
    await writeFile(paths.ended, '133\n');
    assert.equal(await readEnd(paths), 133);
  });

  it('has an end that nobody saw where the console says that it was in order', () => {
    const nspawn = 'Attempted to remove disk file system under "/run", and we can\'t allow that.';
    assert.equal(parseEnd(['All filesystems detached.', 'Powering off.', nspawn]), 0);
    assert.equal(parseEnd(['Rebooting.']), 133);
    for (const lines of [[], ['login:'], ['Powering off.', 'a', 'b', 'c', 'd'], ['he said: Powering off.']]) {
      assert.equal(parseEnd(lines), null);
    }
  });

  it('tells the end of a run that nobody asked for in words', () => {
    assert.deepEqual([null, 1, 133, 137, 250].map(describeEnd), [
      'nobody saw how it ended',
      'systemd-nspawn ended with exit status 1',
      'it did not come up again after a reboot',
      'systemd-nspawn was ended by SIGKILL',
      'systemd-nspawn was ended by signal 122',
    ]);
  });

  it('keeps how its last run ended, and is read where an earlier release kept nothing of that', async () => {
    for (const end of [137, null]) {
      await writeRecord(folder, {...getRecord('1'), end});
      assert.equal((await readRecord(folder, '1')).end, end);
    }
    await writeRecord(folder, getRecord('1'));
    assert.equal((await readRecord(folder, '1')).end, undefined);
  });
});
