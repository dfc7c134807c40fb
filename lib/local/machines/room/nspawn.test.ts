import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createProcesses} from '#charm';

import {getMachinePaths} from './names.ts';
import {findLeader, getNspawnCommand, getStarterArguments, isFirstProcess} from './nspawn.ts';
import {readEnd, readRun} from './record.ts';
import {getMachine} from './machine.fixture.ts';

describe('starting a machine', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nspawn-'));
  });
  afterEach(() => rm(folder, {recursive: true}));

  const getPaths = () => ({...getMachinePaths('/d', '0'), run: join(folder, 'run'), ended: join(folder, 'ended')});
  const start = (groups: readonly string[], command: readonly string[]) =>
    createProcesses().run('sh', getStarterArguments(getPaths(), groups, command));

  it('moves the program into its groups, says who it is, and keeps how it ended', async () => {
    for (const group of ['a', 'b']) await writeFile(join(folder, group), '');
    const groups = ['a', 'b'].map((name) => join(folder, name));
    // In a folder that is no control group the file is an ordinary one.
    const files = groups.map((group) => join(group, 'cgroup.procs'));
    for (const group of groups) await rm(group);
    await createProcesses().run('mkdir', groups);
    const {stdout} = await start(groups, ['sh', '-c', 'echo $$; exit 133']);
    assert.deepEqual(await Promise.all(files.map((file) => readFile(file, 'utf8'))), ['0\n', '0\n']);
    assert.equal(await readEnd(getPaths()), 133);
    const run = await readRun(getPaths());
    assert.equal(run?.nspawn?.pid, Number(stdout));
    assert.notEqual(run.starter.pid, run.nspawn.pid);
  });

  it('does not start the program outside its groups', async () => {
    const {stdout} = await start([join(folder, 'missing')], ['echo', 'started']);
    assert.equal(stdout, '');
    assert.equal((await readRun(getPaths()))?.nspawn, null);
    assert.notEqual(await readEnd(getPaths()), 0);
  });

  it('tells systemd-nspawn what the machine sees of the host, with colons in paths escaped', () => {
    const spec = {
      machine: getMachine('1/lxd/0', 'juju-1'),
      layers: [],
      binds: [{from: '/a:b', to: '/c', isWritable: false}],
    };
    const command = getNspawnCommand('jl-1-1-lxd-0', getMachinePaths('/d', '1/lxd/0'), spec);
    assert.deepEqual(
      command.filter((word) => word.startsWith('--bind')),
      ['--bind=/d/machines/1-lxd-0/juju:/var/lib/juju', '--bind-ro=/a\\:b:/c'],
    );
    assert.equal(command.at(-1), '--boot');
  });
});

describe('the first process of a machine', () => {
  it('is number 1 one namespace below, no deeper and not on the host', () => {
    assert.ok(isFirstProcess('Name:\tsystemd\nNSpid:\t4711\t1\nNSpgid:\t4711\t1\n'));
    for (const ids of ['1', '4711', '4711\t12', '4711\t1\t1', '4711\t2\t1']) {
      assert.ok(!isFirstProcess(`Name:\tx\nNSpid:\t${ids}\n`), ids);
    }
  });

  it('is not found among the children of an ordinary process', async () => {
    assert.equal(await findLeader({pid: process.pid, start: ''}), null);
    assert.equal(await findLeader({pid: 2 ** 22 + 1, start: '1'}), null);
  });
});
