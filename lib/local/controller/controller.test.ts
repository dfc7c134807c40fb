import assert from 'node:assert/strict';
import {readdir, readFile, stat, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';

import {createLiveCalls, type LiveCalls} from './calls.fixture.ts';
import {serveController} from './controller.ts';
import {LIVE_MEMORY} from './live-memory.fixture.ts';
import {createLink} from './link.ts';
import {isClientMessage, type ClientMessage, type ServerMessage} from './messages.ts';

/** Resolves when a call says something like this. */
function watch(pattern: RegExp): {readonly seen: Promise<void>; readonly onText: (text: string) => void} {
  let all = '';
  let tell = (): void => undefined;
  const seen = new Promise<void>((resolve) => (tell = resolve));
  return {
    seen,
    onText: (text) => {
      all += text;
      if (pattern.test(all)) tell();
    },
  };
}

describe('a controller with a process of its own', () => {
  let calls: LiveCalls;

  beforeEach(async () => {
    calls = await createLiveCalls();
    await calls.print('bootstrap', 'live', 'c');
    await calls.print('add-model', 'm');
  });

  afterEach(() => calls.remove());

  it('runs every verb as files do: what it prints, its exit status, its errors', async () => {
    assert.equal((await calls.run('deploy', 'slow', '-n', '2')).status, 0);
    assert.match(await calls.print('status'), /^m +c +live\/local[^]*slow\/1\** +active +idle +1 .*mood calm/m);
    assert.equal(await calls.print('config', 'slow', 'mood'), 'calm\n');
    assert.equal(await calls.print('config', 'slow', 'mood=wild'), '');
    assert.match(await calls.print('show-unit', 'slow/0'), /slow\/1:\n/);
    assert.match(await calls.print('status', '--format', 'oneline'), /slow\/0: .*active/);
    assert.match(await calls.print('run', 'slow/0', 'greet'), /hello: world/);
    assert.match(await calls.print('debug-log', '--replay'), /^machine-0: .* machine 0 boots$/m);
    assert.match(await calls.print('models'), /^m\* +live\/local +live /m);
    assert.match(await calls.print('deploy', 'slow', 'other', '--dry-run').catch(String), /^/);
    const {status, stderr} = await calls.run('config', 'nothing', 'a=b');
    assert.deepEqual([status, stderr], [1, 'ERROR application "nothing" not found\n']);
    const missing = await calls.run('exec', '--unit', 'slow/0', '--', 'no-such-program');
    assert.equal(missing.status, 127);
  });

  it('asks its user over the connection before it removes', async () => {
    await calls.print('deploy', 'slow', '-n', '2');
    const refused = await calls.runAs({answers: ['n']}, 'remove-unit', 'slow/1');
    assert.match(refused.stderr, /Continue \[y\/N\]\? \nERROR unit removal: aborted\n$/);
    const removed = await calls.runAs({answers: ['y']}, 'remove-unit', 'slow/1');
    assert.equal(removed.status, 0, removed.stderr);
    assert.ok(!(await calls.print('status')).includes('slow/1'));
  });

  it('goes on with the work when its user stops waiting for it', async () => {
    await calls.hold('start');
    const stop = new AbortController();
    const {seen, onText} = watch(/machine 0 boots|Deploying/);
    const call = calls.runAs({signal: stop.signal, onText}, 'deploy', 'slow');
    await seen;
    stop.abort();
    const {status, stderr} = await call;
    assert.equal(status, 130);
    assert.match(stderr, /ERROR interrupted: the work goes on; see juju-local status\n$/);
    await calls.release();
    await calls.print('config', 'slow', 'mood=glad');
    assert.match(await calls.print('status'), /slow\/0\* +active +idle .*mood glad/);
  });

  it('answers others while a deployment goes on', async () => {
    await calls.hold('start');
    const {seen, onText} = watch(/Deploying/);
    const deploy = calls.runAs({onText}, 'deploy', 'slow');
    await seen;
    assert.match(await calls.print('status'), /slow\/0/);
    assert.equal((await calls.run('exec', '--machine', '0', '--', 'hostname')).status, 0);
    assert.match(await calls.print('config', 'slow'), /mood/);
    assert.match(await calls.print('debug-log', '--replay'), /machine 0 boots/);
    const other = calls.run('deploy', 'slow', 'second');
    await calls.release();
    const ended = await Promise.all([deploy, other]);
    assert.deepEqual(
      ended.map(({status}) => status),
      [0, 0],
    );
    assert.match(await calls.print('status'), /second\/0\* +active/);
  });

  it('waits for an action only until that is done', async () => {
    await calls.print('deploy', 'slow', '-n', '2');
    await calls.hold('config-changed');
    const stop = new AbortController();
    stop.abort();
    assert.equal((await calls.runAs({signal: stop.signal}, 'config', 'slow', 'mood=x')).status, 130);
    const background = await calls.run('run', 'slow/0', 'greet', '--background');
    assert.match(background.stderr, /Check task status/);
    await calls.release();
    assert.match(await calls.print('run', 'slow/1', 'greet'), /hello: world/);
  });

  it('runs ssh on the terminal of its user, and passes on how that ended', async () => {
    await calls.print('deploy', 'slow');
    const commands: (readonly string[])[] = [];
    const runAttached = (command: readonly string[]): Promise<number> => {
      commands.push(command);
      return Promise.resolve(7);
    };
    const {status} = await calls.runAs({runAttached}, 'ssh', 'slow/0', 'ls', '-l', '/');
    assert.equal(status, 7);
    assert.equal((await calls.runAs({runAttached}, 'ssh', '0')).status, 7);
    assert.deepEqual(
      commands.map(([program, , ...rest]) => [program, ...rest]),
      [['enter', 'ls', '-l', '/'], ['enter']],
    );
    assert.match((await calls.run('ssh', 'slow/9')).stderr, /^ERROR unit "slow\/9" not found\n$/);
  });

  it('keeps what every call changed', async () => {
    await calls.print('deploy', 'slow');
    const text = await readFile(join(calls.data, 'models', 'c', 'm.json'), 'utf8');
    assert.match(text, /"isSettled":true/);
    assert.match(text, /"slow\/0"/);
  });

  it('removes a model with all that its machines left, and a controller with all its models', async () => {
    await calls.print('deploy', 'slow', '-n', '2');
    await calls.print('add-model', 'n');
    await calls.print('deploy', 'slow');
    const {status, stderr} = await calls.runAs({answers: ['m']}, 'destroy-model', 'm');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Destroying model\nmachine 0 is gone\nmachine 1 is gone\nModel destroyed\.\n$/);
    assert.equal((await readdir(calls.host)).length, 1);
    assert.deepEqual(await readdir(join(calls.data, 'controllers', 'c', 'models')), ['n']);
    await calls.print('kill-controller', 'c', '--no-prompt');
    assert.deepEqual(await readdir(calls.host), []);
    assert.deepEqual(await readdir(join(calls.data, 'controllers')), []);
    assert.equal(
      (await calls.run('status')).stderr,
      'ERROR no controller: make one with "juju-local bootstrap memory"\n',
    );
  });

  it('says which file is damaged, and serves its other models', async () => {
    await calls.print('add-model', 'n');
    await calls.run('kill-controller', 'nobody');
    const path = join(calls.data, 'models', 'c', 'broken.json');
    await writeFile(path, '{"version": 1');
    const {status, stderr} = await calls.run('status', '-m', 'broken');
    assert.equal(status, 1);
    assert.match(stderr, /^ERROR .*broken\.json is damaged.*\n$/);
    assert.equal((await calls.run('status', '-m', 'n')).status, 0);
  });

  it('refuses to be served twice', async () => {
    await assert.rejects(
      serveController({dataFolder: calls.data, name: 'c', clouds: LIVE_MEMORY, now: Date.now, warn: () => undefined}),
      new RegExp(`controller "c" is served already, by the process ${String(process.pid)}`),
    );
    assert.equal((await calls.run('bootstrap', 'live', 'c')).stderr, 'ERROR controller "c" already exists\n');
    assert.equal((await calls.run('status')).status, 0);
  });

  it('stands beside others on the same data folder', async () => {
    await calls.print('deploy', 'slow');
    await calls.print('bootstrap', 'live', 'd');
    await calls.print('bootstrap', 'memory');
    await calls.print('add-model', 'm', '-c', 'd');
    assert.equal((await readdir(calls.host)).length, 2);
    await calls.print('kill-controller', 'd', '--no-prompt');
    assert.match(await calls.print('status', '-m', 'c:m'), /slow\/0/);
  });
});

describe('bootstrapping a controller with a process', () => {
  let calls: LiveCalls;

  beforeEach(async () => {
    calls = await createLiveCalls();
  });

  afterEach(() => calls.remove());

  it('is refused with a line for each thing that the computer lacks, and leaves nothing', async () => {
    const unfit = await createLiveCalls({deep: 'unfit'});
    try {
      const {status, stderr} = await unfit.run('bootstrap', 'live', 'c');
      assert.deepEqual([status, stderr], [1, 'ERROR no room on the disk\nERROR no luck\n']);
      assert.match((await unfit.run('controllers')).stderr, /No controllers/);
    } finally {
      await unfit.remove();
    }
  });

  it('keeps options where only their owner reads them, and never repeats a value', async () => {
    const wrong = await calls.run('bootstrap', 'live', 'c', '--config', 'key=secret');
    assert.deepEqual(
      [wrong.status, wrong.stderr],
      [1, 'ERROR cloud "live" has no option "key", only: colour, api-key\n'],
    );
    assert.equal((await calls.run('bootstrap', 'live', 'c', '--config', 'secret')).status, 2);
    const impossible = await calls.run('bootstrap', 'live', 'c', '--config', 'colour=none');
    assert.deepEqual([impossible.status, impossible.stderr], [1, 'ERROR config colour must be one\n']);
    const right = await calls.run('bootstrap', 'live', 'c', '--config', 'api-key=secret');
    assert.equal(right.status, 0, right.stderr);
    assert.ok(!right.stderr.includes('secret'));
    assert.equal((await stat(join(calls.folder.path, 'controller.json'))).mode & 0o077, 0);
    assert.equal((await stat(calls.folder.path)).mode & 0o077, 0);
    assert.equal((await stat(calls.folder.socket)).mode & 0o077, 0);
  });

  it('leaves nothing of a model that cannot be set in motion, so that its name can be used again', async () => {
    await calls.print('bootstrap', 'live', 'c', '--config', 'colour=unlucky');
    for (const attempt of [1, 2]) {
      const {status, stderr} = await calls.run('add-model', 'm');
      assert.deepEqual([attempt, status, stderr], [attempt, 1, 'ERROR this model has no luck\n']);
    }
    assert.deepEqual(await readdir(join(calls.data, 'models', 'c')), []);
    assert.deepEqual(await readdir(calls.host), []);
    assert.deepEqual(await readdir(join(calls.folder.path, 'models')), []);
  });

  it('works in a folder whose path is longer than the address of a socket', async () => {
    const deep = await createLiveCalls({deep: `${'long/'.repeat(30)}path`});
    try {
      await deep.print('bootstrap', 'live', 'c');
      await deep.print('add-model', 'm');
      await deep.print('deploy', 'slow');
      assert.match(await deep.print('status'), /slow\/0/);
      await deep.print('kill-controller', 'c', '--no-prompt');
      assert.deepEqual(await readdir(join(deep.data, 'controllers')), []);
    } finally {
      await deep.remove();
    }
  });
});

describe('a process of another version', () => {
  it('is named with what to do, and nothing is asked of it', async () => {
    const calls = await createLiveCalls();
    await calls.print('bootstrap', 'live', 'c');
    await calls.print('add-model', 'm');
    const other = await createLiveCalls();
    const asked: ClientMessage[] = [];
    try {
      await other.folder.create();
      await other.folder.writeConfig({cloud: 'live', config: {}});
      await writeFile(
        join(other.data, 'controllers.json'),
        await readFile(join(calls.data, 'controllers.json'), 'utf8'),
      );
      const server = createServer((socket) => {
        const link = createLink<ServerMessage, ClientMessage>(socket, isClientMessage);
        link.onMessage((message) => asked.push(message));
        link.send({kind: 'hello', protocol: 99, version: '9.9.9', pid: 4711});
      });
      await new Promise<void>((resolve) => server.listen(other.folder.socket, resolve));
      const {status, stderr} = await other.run('status');
      server.close();
      assert.equal(status, 1);
      assert.match(stderr, /^ERROR controller "c" is served by juju-local 9\.9\.9, and this is .*"kill 4711".*\n$/);
      assert.deepEqual(asked, []);
    } finally {
      await calls.remove();
      await other.remove();
    }
  });
});
