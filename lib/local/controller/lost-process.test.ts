import assert from 'node:assert/strict';
import {chmod, readdir, readFile, rm, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import {isAlive} from '../store/process-identity.ts';
import {LocalError} from '../errors.ts';
import {createLiveCalls, type LiveCalls} from './calls.fixture.ts';
import {connectController} from './client.ts';

const RESTARTED = /^The process of controller "c" is not there: starting it again$/m;

describe('a process of a controller that is lost', () => {
  let calls: LiveCalls;

  beforeEach(async () => {
    calls = await createLiveCalls({isOwnProcess: true});
    await calls.print('bootstrap', 'live', 'c');
    await calls.print('add-model', 'm');
  });

  afterEach(() => calls.remove());

  async function getProcess(): Promise<number> {
    const pid = await calls.folder.readServer();
    assert.ok(pid !== null && pid !== process.pid);
    return pid;
  }

  /** Sends a signal and, where that ends the process, resolves when it has ended. */
  async function end(signal: NodeJS.Signals): Promise<void> {
    const pid = await getProcess();
    process.kill(pid, signal);
    while (await isAlive({pid, start: ''})) await sleep(10);
  }

  it('is started again by the next call, which says so, and goes on in the middle of a change', async () => {
    await calls.hold('start');
    const deploy = calls.run('deploy', 'slow', '-n', '2');
    while (!(await readFile(join(calls.data, 'models', 'c', 'm.json'), 'utf8')).includes('slow/1')) await sleep(10);
    await end('SIGKILL');
    const {status, stderr} = await deploy;
    assert.equal(status, 1);
    assert.match(stderr, /\nERROR the process of controller "c" ended meanwhile.*: the next call starts it again\n$/);
    const look = await calls.run('status');
    assert.match(look.stderr, RESTARTED);
    assert.match(look.stdout, /slow\/1/);
    await calls.release();
    await calls.print('config', 'slow', 'mood=glad');
    assert.match(await calls.print('status'), /slow\/1\*? +active +idle .*mood glad/);
  });

  it('loses nothing of what a call was told is done, whenever it is killed', async () => {
    await calls.print('deploy', 'slow');
    for (const mood of ['a', 'b']) {
      await calls.print('config', 'slow', `mood=${mood}`);
      await end('SIGKILL');
      assert.equal(await calls.print('config', 'slow', 'mood'), `${mood}\n`);
      assert.match(await calls.print('status'), new RegExp(`mood ${mood}`));
    }
  });

  it('that a signal ended in order is started again likewise, and left no socket', async () => {
    await calls.print('deploy', 'slow');
    await end('SIGTERM');
    assert.deepEqual((await readdir(calls.folder.path)).sort(), ['controller.json', 'controller.log', 'models']);
    assert.match(await readFile(calls.folder.log, 'utf8'), /controller c is no longer served\n$/);
    const look = await calls.run('status');
    assert.match(look.stderr, RESTARTED);
    assert.match(look.stdout, /slow\/0\* +active/);
    assert.equal((await calls.run('status')).stderr, '');
  });

  it('is needed neither to destroy a model nor to kill the controller', async () => {
    await calls.print('deploy', 'slow');
    await calls.print('add-model', 'n');
    await calls.print('deploy', 'slow');
    await end('SIGKILL');
    const destroyed = await calls.run('destroy-model', 'm', '--no-prompt');
    assert.equal(destroyed.status, 0, destroyed.stderr);
    assert.equal((await readdir(calls.host)).length, 1);
    assert.equal(await calls.folder.readServer(), null);
    const killed = await calls.run('kill-controller', 'c', '--no-prompt');
    assert.equal(killed.status, 0, killed.stderr);
    assert.deepEqual(await readdir(calls.host), []);
    assert.deepEqual(await readdir(join(calls.data, 'controllers')), []);
    assert.deepEqual(await readdir(join(calls.data, 'models')), []);
  });

  it('that stands still is ended by kill-controller, as is one with a hook that never ends', async () => {
    await calls.print('deploy', 'slow');
    await calls.hold('config-changed');
    const stop = new AbortController();
    stop.abort();
    await calls.runAs({signal: stop.signal}, 'config', 'slow', 'mood=x');
    const pid = await getProcess();
    process.kill(pid, 'SIGSTOP');
    const {status, stderr} = await calls.run('kill-controller', 'c', '--no-prompt');
    assert.equal(status, 0, stderr);
    assert.equal(await isAlive({pid, start: ''}), false);
    assert.deepEqual(await readdir(calls.host), []);
  });

  it('is not said to be started again to those who waited for it when the controller was killed', async () => {
    await calls.hold('start');
    const deploy = calls.run('deploy', 'slow', '-n', '2');
    while (!(await readFile(join(calls.data, 'models', 'c', 'm.json'), 'utf8')).includes('slow/1')) await sleep(10);
    assert.equal((await calls.run('kill-controller', 'c', '--no-prompt')).status, 0);
    const {status, stderr} = await deploy;
    assert.deepEqual([status, stderr.split('\n').at(-2)], [1, 'ERROR controller "c" was killed meanwhile']);
  });

  it('is started again also where somebody had begun to kill the controller', async () => {
    await calls.folder.markKilled();
    await end('SIGKILL');
    assert.match((await calls.run('status')).stderr, RESTARTED);
    assert.equal(await calls.folder.isKilled(), false);
  });

  it('that nobody can reach any more is named with what to do, at once', async () => {
    await rm(calls.folder.socket);
    const then = new Date(Date.now() - 60_000);
    await utimes(join(calls.folder.path, 'lock'), then, then);
    const pid = await getProcess();
    const {status, stderr} = await calls.run('status');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^ERROR the process of controller "c" lives, but its socket .*\/socket is gone: end it with "kill \d+" .*\n$/,
    );
    assert.ok(stderr.includes(`"kill ${String(pid)}"`));
    await calls.folder.markKilled();
    assert.equal(
      (await calls.run('status')).stderr,
      `ERROR controller "c" is being killed, by the process ${String(pid)}\n`,
    );
  });

  it('of another user is named as such', async () => {
    await chmod(calls.folder.socket, 0);
    // Root may go everywhere.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    const link = connectController('c', calls.folder).finally(() => {
      if (isRoot) process.seteuid?.(0);
    });
    await assert.rejects(
      link,
      new LocalError(
        `the process of controller "c" belongs to another user, root as a rule, who alone may call it at ${calls.folder.socket}: use sudo`,
      ),
    );
  });

  it('leaves a model that was being destroyed to the next one, which ends that', async () => {
    await calls.print('deploy', 'slow');
    await end('SIGTERM');
    const path = join(calls.data, 'models', 'c', 'm.json');
    const file = await readFile(path, 'utf8');
    await writeFile(path, file.replace('"name":"m"', '"name":"m","life":"dying"'));
    assert.match(await calls.print('models'), /^m\*? +live\/local +live +destroying /m);
    await calls.print('add-model', 'n');
    while ((await readdir(join(calls.data, 'models', 'c'))).includes('m.json')) await sleep(10);
    assert.equal((await readdir(calls.host)).length, 1);
    assert.match((await calls.run('status', '-m', 'm')).stderr, /^ERROR model c:admin\/m not found\n$/);
  });

  it('destroys a model whose file is damaged, and serves the others', async () => {
    await calls.print('deploy', 'slow');
    await calls.print('add-model', 'n');
    await end('SIGTERM');
    await writeFile(join(calls.data, 'models', 'c', 'm.json'), '{');
    assert.match((await calls.run('status', '-m', 'm')).stderr, /m\.json is damaged/);
    const {status, stderr} = await calls.run('destroy-model', 'm', '--no-prompt');
    assert.equal(status, 0, stderr);
    assert.equal((await readdir(calls.host)).length, 1);
    assert.deepEqual(await readdir(join(calls.data, 'models', 'c')), ['n.json']);
    await calls.print('deploy', '-m', 'n', 'slow');
  });

  it('is named when it cannot be started, with what it said', async () => {
    await end('SIGTERM');
    await writeFile(join(calls.folder.path, 'controller.json'), '{');
    const {status, stderr} = await calls.run('status');
    assert.equal(status, 1);
    assert.match(stderr, /\nERROR cannot start the process of controller "c": .*controller\.json is damaged.*\n$/);
    assert.equal((await calls.run('kill-controller', 'c', '--no-prompt')).status, 0);
    assert.deepEqual(await readdir(calls.host), []);
  });
});
