import assert from 'node:assert/strict';
import {chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {execPath} from 'node:process';

import {readEnvironment} from './environment.ts';
import type {CommandResult} from './host.ts';
import {createProcesses} from './process.ts';

const TOOLS: Readonly<Record<string, string>> = {
  'config-get': `echo '{"port":80,"key":"SECRET"}'`,
  'is-leader': 'echo true',
  'relation-ids': 'echo "[]"',
  'status-get': `echo '{"status":"unknown","message":""}'`,
  'status-set': 'echo "status-set $*" >>"$CALLS"',
  'juju-log': 'echo "juju-log $*" >>"$CALLS"',
};

const PROGRAM = `
import {active, main} from '${new URL('./index.ts', import.meta.url).href}';
import {createTiny} from '${new URL('./tiny.fixture.ts', import.meta.url).href}';
await main(createTiny((view) => ({
  files: [{path: '/etc/web.conf', content: view.config.key, mode: 0o600}],
  statuses: [active('ready')],
})));
`;

describe('the program of a charm', () => {
  let folder = '';
  const at = (...names: readonly string[]): string => join(folder, ...names);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dispatch-'));
    const {uid, gid} = await lstat(folder);
    await Promise.all(['tools', 'root/etc'].map((name) => mkdir(at(name), {recursive: true})));
    await writeFile(at('root/etc/passwd'), `root:x:${uid}:${gid}::/:\n`);
    await writeFile(at('root/etc/group'), `root:x:${gid}:\n`);
    await writeFile(at('charm.mts'), PROGRAM);
    await writeFile(at('calls'), '');
    await Promise.all(
      Object.entries(TOOLS).map(async ([name, script]) => {
        await writeFile(at('tools', name), `#!/bin/sh\n${script}\n`);
        await chmod(at('tools', name), 0o755);
      }),
    );
  });

  afterEach(() => rm(folder, {recursive: true}));

  const run = (variables: Readonly<Record<string, string>>): Promise<CommandResult> =>
    createProcesses().run(execPath, ['--import', 'tsx', at('charm.mts')], {
      environment: {
        PATH: [at('tools'), readEnvironment()['PATH'] ?? ''].join(delimiter),
        CALLS: at('calls'),
        CHARM_HOST_ROOT: at('root'),
        ...variables,
      },
    });
  const HOOK = {JUJU_UNIT_NAME: 'tiny/0', JUJU_DISPATCH_PATH: 'hooks/update-status'};

  it('makes the machine as decided, with hook tools from PATH', async () => {
    const {exitCode, stdout, stderr} = await run(HOOK);
    assert.deepEqual({exitCode, stdout, stderr}, {exitCode: 0, stdout: '', stderr: ''});
    assert.equal(await readFile(at('root/etc/web.conf'), 'utf8'), 'SECRET');
    const calls = await readFile(at('calls'), 'utf8');
    assert.match(calls, /status-set active -- ready\n$/);
    assert.ok(!calls.includes('SECRET'));
    await writeFile(at('calls'), '');
    await run(HOOK);
    assert.equal(await readFile(at('calls'), 'utf8'), 'status-set active -- ready\n');
  });

  it('prints in a dry run what it would do, and does nothing', async () => {
    const {exitCode, stdout} = await run({...HOOK, CHARM_DRY_RUN: '1'});
    assert.equal(exitCode, 0);
    assert.deepEqual(stdout.split('\n'), [
      'files: note which files are the charm’s',
      'files: write /etc/web.conf',
      'status: active ready',
      '',
    ]);
    assert.deepEqual(await readdir(at('root/etc')), ['group', 'passwd']);
    assert.equal(await readFile(at('calls'), 'utf8'), '');
  });

  it('says in one line what is missing when no unit agent runs it', async () => {
    await rm(at('tools/juju-log'));
    const {exitCode, stderr} = await run({});
    assert.equal(exitCode, 1);
    assert.equal(stderr, 'ContextError: JUJU_UNIT_NAME is not set; charms are run by a Juju unit agent\n');
  });
});
