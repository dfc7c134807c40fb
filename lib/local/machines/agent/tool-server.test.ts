import assert from 'node:assert/strict';
import {chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createProcesses, type CommandResult} from '#charm';

import type {HookTools} from '../../tools/tool-input.ts';
import {TOOL_CLIENT} from './agent-folders.ts';
import {ToolServer} from './tool-server.ts';

const processes = createProcesses();

describe('hook tools as programs', () => {
  let folder: string;
  let server: ToolServer;

  before(async function () {
    // Debian and Ubuntu always have it; the computer that runs the tests need not.
    if ((await processes.run('perl', ['-e', '1'])).exitCode !== 0) this.skip();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'juju-local-tools-'));
    await copyFile(TOOL_CLIENT, join(folder, 'client'));
    await chmod(join(folder, 'client'), 0o755);
    for (const name of ['config-get', 'state-set', 'state-get']) await symlink('client', join(folder, name));
    server = new ToolServer(join(folder, 'agent.socket'));
  });

  afterEach(async () => {
    await server.close('app/0-install-1');
    await rm(folder, {recursive: true, force: true});
  });

  const answer: HookTools = async (tool, args, input) => {
    if (typeof input !== 'object') return {exitCode: 9, stdout: '', stderr: ''};
    if (args[0] === '--file') {
      const text = args[1] === '-' ? await input.readStdin() : await input.readFile(args[1] ?? '');
      return {exitCode: 0, stdout: `${tool} read ${text ?? 'nothing'}\n`, stderr: ''};
    }
    return {exitCode: args.length, stdout: `${tool} ${args.join('|')}\n`, stderr: 'warned\n'};
  };

  /** Runs a line of shell as a hook would, with the tools on PATH. */
  function run(line: string, environment: Record<string, string> = {}): Promise<CommandResult> {
    const variables = {
      PATH: `${folder}:/usr/bin:/bin`,
      JUJU_CONTEXT_ID: 'app/0-install-1',
      JUJU_AGENT_SOCKET_ADDRESS: join(folder, 'agent.socket'),
      JUJU_AGENT_SOCKET_NETWORK: 'unix',
      ...environment,
    };
    const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    return processes.run('env', ['-i', `--chdir=${folder}`, ...words, 'sh', '-c', line], {timeoutMs: 20_000});
  }

  it('pass on arguments, output and exit status, whatever bytes are in them', async () => {
    await server.open('app/0-install-1', answer);
    const result = await run(`config-get 'a b' '' 'ü
x'`);
    assert.deepEqual(result, {exitCode: 3, stdout: 'config-get a b||ü\nx\n', stderr: 'warned\n'});
  });

  it('leave standard input alone until a tool wants it', async () => {
    await server.open('app/0-install-1', answer);
    const result = await run(`printf 'one\\ntwo\\n' | { config-get; read line; echo "left $line"; }`);
    assert.equal(result.stdout, 'config-get \nleft one\n');
  });

  it('take standard input and files of the folder they are called in', async () => {
    await server.open('app/0-install-1', answer);
    await mkdir(join(folder, 'deep'));
    await writeFile(join(folder, 'deep', 'values'), 'a: b');
    const result = await run('cd deep; state-set --file values; echo c: d | state-set --file -; state-set --file none');
    assert.equal(result.stdout, 'state-set read a: b\nstate-set read c: d\n\nstate-set read nothing\n');
  });

  it('can fill each other', async () => {
    await server.open('app/0-install-1', answer);
    assert.equal((await run('config-get | state-set --file -')).stdout, 'state-set read config-get \n\n');
  });

  it('carry a megabyte both ways', async () => {
    await server.open('app/0-install-1', answer);
    const result = await run(`head -c 1000000 /dev/zero | tr '\\0' x | state-set --file - | wc -c`);
    assert.equal(result.stdout.trim(), String(1_000_000 + 'state-set read \n'.length));
  });

  it('are refused for a context that is over, in the words of Juju', async () => {
    await server.open('app/0-install-1', answer);
    const result = await run('config-get', {JUJU_CONTEXT_ID: 'app/0-start-9'});
    const expected = 'ERROR bad request: expected context id "app/0-install-1", got "app/0-start-9"\n';
    assert.deepEqual(result, {exitCode: 1, stdout: '', stderr: expected});
  });

  it('say which variable is missing', async () => {
    for (const name of ['JUJU_CONTEXT_ID', 'JUJU_AGENT_SOCKET_ADDRESS', 'JUJU_AGENT_SOCKET_NETWORK']) {
      const result = await run('config-get', {[name]: ''});
      assert.deepEqual([result.exitCode, result.stderr], [1, `ERROR ${name} not set\n`]);
    }
  });

  it('fail at once when nobody listens, and leave no socket behind', async () => {
    await server.open('app/0-install-1', answer);
    await server.close('app/0-install-1');
    assert.ok(!(await readdir(folder)).includes('agent.socket'));
    const result = await run('config-get');
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /^ERROR cannot reach the unit agent: /);
  });

  it('fail when the hook ends while they wait', async () => {
    let wake = (): void => undefined;
    const isCalled = new Promise<void>((resolve) => (wake = resolve));
    await server.open('app/0-install-1', async () => {
      wake();
      return new Promise(() => undefined);
    });
    const running = run('config-get');
    await Promise.race([isCalled, running]);
    await server.close('app/0-install-1');
    assert.deepEqual(await running, {exitCode: 1, stdout: '', stderr: 'ERROR the unit agent is gone\n'});
  });

  it('work in a folder whose path no socket address can hold', async () => {
    const deep = join(folder, 'x'.repeat(120));
    await mkdir(deep);
    const far = new ToolServer(join(deep, 'agent.socket'));
    await far.open('app/0-install-1', answer);
    const result = await run('config-get a', {JUJU_AGENT_SOCKET_ADDRESS: join(deep, 'agent.socket')});
    await far.close('app/0-install-1');
    assert.equal(result.stdout, 'config-get a\n');
  });
});
