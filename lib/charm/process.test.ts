import assert from 'node:assert/strict';
import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';

import {readEnvironment} from './environment.ts';
import {createHookTools, HookToolError} from './hook-tools/index.ts';
import type {Processes} from './host.ts';
import {createHookProcesses, createHookToolRunner, createProcesses} from './process.ts';

/** What the programs of these tests do: say how they were called, and what the file beside them tells them to. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'show-call': 'for a in "$@"; do printf "<%s>" "$a"; done; cat',
  environment: 'printf "%s %s" "$EXTRA" "${JUJU_CHARM_TEST-unset}"',
  'fail-loudly': 'echo out; echo "ERROR oh" >&2; exit 3',
  hang: 'echo begun; exec sleep 30',
  'die-by-signal': 'kill -9 $$',
  deaf: 'exec <&-; exit 0',
  'relation-ids': 'echo "$@" >>"$LOG"; echo \'["ha:7","ha:10"]\'',
  'relation-set': 'echo "$@" >>"$LOG"; cat >>"$LOG"',
  'relation-get': 'echo "ERROR invalid value \\"ha:9\\" for option -r: relation not found" >&2; exit 2',
  'is-leader': 'sleep 0.05; echo running >>"$LOG"; sleep 0.05; echo true',
};

const STARTERS: readonly [string, () => Processes][] = [
  ['programs of the machine', createProcesses],
  ['programs that a hook starts', createHookProcesses],
  ['programs that a hook starts by a shell', createHookProcesses],
];

for (const [index, [what, create]] of STARTERS.entries())
  describe(what, () => {
    const real = create();
    const variables = {...readEnvironment()};
    let folder = '';
    let processes: Processes;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'process-'));
      await Promise.all(
        Object.entries(PROGRAMS).map(async ([name, script]) => {
          await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
          await chmod(join(folder, name), 0o755);
        }),
      );
      const environment = {PATH: [folder, readEnvironment()['PATH'] ?? ''].join(delimiter), LOG: join(folder, 'log')};
      if (index === 2) {
        // A shell starts what is given nothing of its own, so these variables must be this process's.
        processes = real;
        Object.assign(readEnvironment(), environment);
        return;
      }
      processes = {
        run: (program, args, options = {}) =>
          real.run(program, args, {...options, environment: {...environment, ...options.environment}}),
      };
    });

    beforeEach(() => writeFile(join(folder, 'log'), ''));

    after(async () => {
      Object.assign(readEnvironment(), {PATH: variables['PATH']});
      await rm(folder, {recursive: true});
    });

    const readLog = (): Promise<string> => readFile(join(folder, 'log'), 'utf8');

    it('get arguments as they are and text by standard input', async () => {
      const args = ['a b', '$HOME', '*', '"', '', '--', 'é'];
      const {exitCode, stdout} = await processes.run('show-call', args, {stdin: 'secret\n'});
      assert.deepEqual({exitCode, stdout}, {exitCode: 0, stdout: '<a b><$HOME><*><"><><--><é>secret\n'});
    });

    it('find an empty standard input when they get none', async () => {
      assert.equal((await processes.run('show-call', ['x'])).stdout, '<x>');
    });

    it('get variables beside those of this process', async () => {
      const {stdout} = await processes.run('environment', [], {environment: {EXTRA: 'more'}});
      assert.equal(stdout, 'more unset');
    });

    it('may fail: exit status, output and errors are the result', async () => {
      assert.deepEqual(await processes.run('fail-loudly', []), {exitCode: 3, stdout: 'out\n', stderr: 'ERROR oh\n'});
    });

    it('are ended when they take too long', async () => {
      const begun = Date.now();
      const result = await processes.run('hang', ['SECRET'], {timeoutMs: 200});
      assert.deepEqual(result, {exitCode: 124, stdout: 'begun\n', stderr: 'hang did not end within 200 ms'});
      assert.ok(Date.now() - begun < 5000);
    });

    it('that are missing, cannot start or are killed give 127, a reason and never their arguments', async () => {
      const none = await processes.run('no-such-program', ['SECRET']);
      assert.deepEqual(none, {exitCode: 127, stdout: '', stderr: 'no-such-program could not be started (ENOENT)'});
      const long = await processes.run('show-call', [`SECRET${'x'.repeat(200_000)}`]);
      assert.deepEqual(long, {exitCode: 127, stdout: '', stderr: 'show-call could not be started (E2BIG)'});
      const nul = await processes.run('show-call', ['SECRET\0']);
      assert.equal(nul.exitCode, 127);
      assert.ok(!nul.stderr.includes('SECRET'));
      const killed = await processes.run('die-by-signal', ['SECRET']);
      assert.deepEqual(killed, {exitCode: 127, stdout: '', stderr: 'die-by-signal was ended by SIGKILL'});
    });

    it('take and give megabytes, and need not read their input', async () => {
      const text = 'x'.repeat(3_000_000);
      assert.equal((await processes.run('show-call', [], {stdin: text})).stdout.length, text.length);
      assert.equal((await processes.run('deaf', [], {stdin: text})).exitCode, 0);
    });

    it('are hook tools too, found on PATH', async () => {
      const tools = createHookTools(createHookToolRunner(processes));
      assert.deepEqual(await tools.relationIds('ha'), ['ha:7', 'ha:10']);
      assert.equal(await readLog(), '--format=json ha\n');
    });

    it('get a secret relation value by standard input only', async () => {
      const tools = createHookTools(createHookToolRunner(processes));
      await tools.relationSet({relationId: 'ha:7', data: {password: 'SECRET'}});
      assert.equal(await readLog(), '-r ha:7 --file -\n{"password":"SECRET"}');
    });

    it('tell by an error which hook tool failed, how and why', async () => {
      const tools = createHookTools(createHookToolRunner(processes));
      await assert.rejects(tools.relationGet({relationId: 'ha:9', of: 'SECRET/0'}), (error) => {
        assert.ok(error instanceof HookToolError);
        const {tool, exitCode, isRelationNotFound, message} = error;
        assert.deepEqual(
          {tool, exitCode, isRelationNotFound},
          {tool: 'relation-get', exitCode: 2, isRelationNotFound: true},
        );
        assert.equal(
          message,
          'relation-get exited with status 2: ERROR invalid value "ha:9" for option -r: relation not found',
        );
        return true;
      });
    });

    it('run eight hook tools at a time when more are asked for', async () => {
      const tools = createHookTools(createHookToolRunner(processes));
      const asked = Array.from({length: 20}, () => tools.isLeader());
      await asked[0];
      const early = (await readLog()).split('\n').length - 1;
      assert.ok(early >= 1 && early <= 16, `${early} had begun`);
      assert.deepEqual(
        await Promise.all(asked),
        Array.from({length: 20}, () => true),
      );
    });
  });

describe('a program of the machine that prints much', () => {
  const run = (script: string): ReturnType<Processes['run']> => createProcesses().run('sh', ['-c', script]);

  it('is given as it is when it failed, whatever characters it printed', async () => {
    const {exitCode, stdout, stderr} = await run('head -c 20000000 /dev/zero; echo oh >&2; exit 3');
    assert.deepEqual([exitCode, stdout.length, stderr], [3, 20_000_000, 'oh\n']);
  });

  it('is ended and has failed when that is more than 32 MiB, and its errors say so', async () => {
    const {exitCode, stdout, stderr} = await run('echo begun >&2; tr "\\0" x </dev/zero; sleep 60');
    assert.deepEqual([exitCode, stdout.length], [1, 32 * 1024 ** 2]);
    const cut = 'ERROR the output was cut at 33554432 bytes, and no more was waited for: have it write to a file\n';
    assert.equal(stderr, `begun\n${cut}`);
  });
});

describe('a program that a hook gives up', () => {
  it('is not waited for when what it started holds its output open', async () => {
    const begun = Date.now();
    const script = 'sleep 3 & echo begun; exec sleep 3';
    const {exitCode, stdout} = await createHookProcesses().run('sh', ['-c', script], {timeoutMs: 200});
    assert.deepEqual({exitCode, stdout}, {exitCode: 124, stdout: 'begun\n'});
    assert.ok(Date.now() - begun < 1500);
  });
});

describe('a runner of hook tools', () => {
  it('goes on with the others when one fails', async () => {
    let running = 0;
    let most = 0;
    const run = createHookToolRunner({
      run: async (program) => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (program === 'bad') {
          throw new Error('bad');
        }
        return {exitCode: 0, stdout: program, stderr: ''};
      },
    });
    const names = Array.from({length: 50}, (_, index) => (index % 3 === 0 ? 'bad' : `good-${index}`));
    const ended = await Promise.allSettled(names.map((name) => run(name, [])));
    assert.deepEqual(
      ended.map((end) => (end.status === 'fulfilled' ? end.value.stdout : 'bad')),
      names,
    );
    assert.equal(most, 8);
  });
});
