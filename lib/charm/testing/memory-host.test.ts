import assert from 'node:assert/strict';

import type {CommandResult} from '../host.ts';
import {CATALOG, createTinyState} from '../tiny.fixture.ts';
import {MemoryHost, type PackageCatalog} from './memory-host.ts';

const MORE: PackageCatalog = {
  ...CATALOG,
  suite: {
    version: '9',
    depends: ['web', 'tool'],
    files: {'/etc/suite.conf': {content: 'default\n', owner: 'root', group: 'root', mode: 0o644}},
  },
};

function createHost(): {host: MemoryHost; run: (line: string) => Promise<CommandResult>} {
  const host = new MemoryHost({facts: createTinyState().facts, catalog: MORE});
  const run = (line: string): Promise<CommandResult> => {
    const [program = '', ...args] = line.split(' ');
    return host.processes.run(program, args);
  };
  return {host, run};
}

describe('a modelled machine', () => {
  it('installs packages with what they need, and their services, accounts and files', async () => {
    const {host, run} = createHost();
    const {exitCode} = await run('apt-get install --yes --option Dpkg::Options::=--force-confold suite');
    assert.equal(exitCode, 0);
    assert.deepEqual(host.state.packages, {suite: '9', web: '1.0', tool: '3.0'});
    assert.deepEqual(host.state.services, {web: {isEnabled: true, isRunning: true, starts: 1}});
    assert.ok(host.state.users.includes('web') && host.state.groups.includes('web'));
    assert.equal((await run('cat /etc/suite.conf')).stdout, 'default\n');
  });

  it('leaves a configuration file that is there, and a package that is installed', async () => {
    const {host, run} = createHost();
    await host.files.replace('/etc/suite.conf', {content: 'ours', owner: 'root', group: 'root', mode: 0o600});
    await run('apt-get install suite');
    assert.equal(host.state.files['/etc/suite.conf']?.content, 'ours');
    const before = host.effects.length;
    await run('apt-get install suite');
    assert.equal(host.effects.length, before);
  });

  it('installs nothing when one name is unknown', async () => {
    const {host, run} = createHost();
    assert.deepEqual(await run('apt-get install tool none'), {
      exitCode: 100,
      stdout: '',
      stderr: 'E: Unable to locate package none\n',
    });
    assert.deepEqual(host.state.packages, {});
  });

  it('knows of installed packages, and fails for the others', async () => {
    const {run} = createHost();
    await run('apt-get install tool');
    const {exitCode, stdout} = await run('dpkg-query --show --showformat=x tool none');
    assert.deepEqual({exitCode, stdout}, {exitCode: 1, stdout: 'tool\tinstalled\t3.0\n'});
  });

  it('starts, stops, enables and shows services, counting starts', async () => {
    const {host, run} = createHost();
    await run('apt-get install web idle');
    for (const verb of ['stop', 'stop', 'start', 'start', 'restart', 'disable', 'reload']) {
      assert.equal((await run(`systemctl ${verb} web.service`)).exitCode, 0);
    }
    assert.deepEqual(host.state.services['web'], {isEnabled: false, isRunning: true, starts: 3});
    const {stdout} = await run('systemctl show --property=Id web.service none.service');
    const [web = '', none = ''] = stdout.split('\n\n');
    assert.match(web, /ActiveState=active\nUnitFileState=disabled/);
    assert.match(none, /LoadState=not-found\nActiveState=inactive/);
    assert.deepEqual(
      await Promise.all(
        ['is-active web', 'is-active idle', 'status none', 'restart none'].map(
          async (line) => (await run(`systemctl ${line}`)).exitCode,
        ),
      ),
      [0, 3, 4, 5],
    );
  });

  it('shows files, folders and its name', async () => {
    const {host, run} = createHost();
    await host.files.replace('/etc/a/x', {content: 'x\n', owner: 'root', group: 'root', mode: 0o644});
    await host.files.replace('/etc/b', {content: 'b\n', owner: 'root', group: 'root', mode: 0o644});
    assert.equal((await run('ls /etc')).stdout, 'a\nb\n');
    assert.deepEqual(await host.files.list('/etc/a'), ['x']);
    assert.equal((await run('cat /etc/b /etc/none')).exitCode, 1);
    assert.equal((await run('ls /none')).exitCode, 2);
    assert.equal((await run('hostname')).stdout, 'tidy-goose\n');
  });

  it('says of everything else that it is not modelled', async () => {
    const {host, run} = createHost();
    for (const line of ['rm -rf /', 'systemctl mask web', 'apt-get remove web']) {
      const {exitCode, stderr} = await run(line);
      assert.deepEqual([exitCode, stderr], [127, `not modelled: ${line}\n`]);
    }
    assert.deepEqual(host.effects, []);
  });

  it('has random bytes that repeat, other ones for another purpose', () => {
    const {host} = createHost();
    assert.equal(host.randomBytes('a', 48), host.randomBytes('a', 48));
    assert.notEqual(host.randomBytes('a', 48), host.randomBytes('b', 48));
    assert.equal(Buffer.from(host.randomBytes('a', 48), 'base64').length, 48);
  });
});
