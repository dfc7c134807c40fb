import assert from 'node:assert/strict';
import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import fc from 'fast-check';

import {createHookShells, type RunPlain, type ShellProcess} from './hook-shell.ts';
import {startShell} from './process.ts';

/** What a test sees of the shells that were started. */
interface Started {
  readonly run: RunPlain;
  readonly shells: ShellProcess[];
  readonly alone: string[];
}

function createShells(timeoutMs = 60_000): Started {
  const shells: ShellProcess[] = [];
  const alone: string[] = [];
  const run = createHookShells({
    start: () => {
      const shell = startShell();
      shells.push(shell);
      return shell;
    },
    mark: 'a4d1f0',
    timeoutMs,
    runAlone: (program) => {
      alone.push(program);
      return Promise.resolve({exitCode: 127, stdout: '', stderr: 'alone'});
    },
  });
  return {run, shells, alone};
}

const done = (stdout: string): {exitCode: number; stdout: string; stderr: string} => ({
  exitCode: 0,
  stdout,
  stderr: '',
});

describe('programs that shells start', () => {
  it('get any arguments as they are, and print any text', async () => {
    const {run} = createShells();
    const text = fc
      .string({unit: 'binary', maxLength: 40})
      .map((value) => Buffer.from(value.replaceAll('\0', '')).toString());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(text, fc.constantFrom("'", '\n', '$(id)', '\\', '`', '"', ''))),
        async (args) => {
          const {exitCode, stdout, stderr} = await run('printf', ['<%s>', ...args]);
          const want = args.length === 0 ? '<>' : args.map((arg) => `<${arg}>`).join('');
          assert.deepEqual({exitCode, stdout, stderr}, done(want));
        },
      ),
      {numRuns: 60},
    );
  });

  it('need not end a line, and may print lines that look like the end', async () => {
    const {run} = createShells();
    for (const text of ['', '\n', 'x', '\n\n', '\na4d1f0', '\na4d1f0\nmore\n', 'a4d1f0 0\n\n']) {
      assert.deepEqual(await run('printf', ['%s', text]), done(text));
      const answer = await run('sh', ['-c', 'printf %s "$1" >&2; exit 5', 'sh', text]);
      assert.deepEqual(answer, {exitCode: 5, stdout: '', stderr: text});
    }
  });

  it('take one shell as long as each ends at once, and no more than eight when they do not', async () => {
    const quick = createShells();
    for (let turn = 0; turn < 5; turn += 1) {
      await quick.run('true', []);
    }
    assert.equal(quick.shells.length, 1);
    const slow = createShells();
    const begun = Date.now();
    await Promise.all(Array.from({length: 16}, () => slow.run('sleep', ['0.3'])));
    assert.ok(slow.shells.length > 1 && slow.shells.length <= 8, String(slow.shells.length));
    assert.ok(Date.now() - begun < 16 * 300);
  });

  it('answer each its own question when many are asked at once', async () => {
    const {run} = createShells();
    const asked = Array.from({length: 60}, (_, index) => String(index));
    const answers = await Promise.all(asked.map((text) => run('printf', ['%s', text])));
    assert.deepEqual(answers, asked.map(done));
  });

  it('are ended when they take too long, and the next one is run', async () => {
    const {run, shells} = createShells(300);
    assert.deepEqual(await run('sleep', ['20']), {
      exitCode: 124,
      stdout: '',
      stderr: 'sleep did not end within 300 ms',
    });
    assert.deepEqual(await run('printf', ['x']), done('x'));
    assert.equal(shells.length, 2);
  });

  it('are lost with their shell, and the next one is run', async () => {
    const {run, shells} = createShells();
    assert.deepEqual(await run('printf', ['x']), done('x'));
    const asked = run('sleep', ['20']);
    shells[0]?.kill();
    assert.deepEqual(await asked, {exitCode: 127, stdout: '', stderr: 'sleep could not be started (its shell ended)'});
    assert.deepEqual(await run('printf', ['y']), done('y'));
  });

  it('are left to who can say why when a shell cannot start them; one that says so itself is believed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shell-'));
    try {
      const {run, alone} = createShells();
      const at = (name: string): string => join(folder, name);
      await writeFile(at('forbidden'), '#!/bin/sh\n');
      await writeFile(at('says-so'), '#!/bin/sh\necho "not found" >&2; exit 127\n');
      await chmod(at('says-so'), 0o755);
      for (const program of ['no-such-program', at('forbidden')]) {
        assert.equal((await run(program, [])).stderr, 'alone');
      }
      assert.deepEqual(await run(at('says-so'), []), {exitCode: 127, stdout: '', stderr: 'not found\n'});
      assert.deepEqual(alone, ['no-such-program', at('forbidden')]);
    } finally {
      await rm(folder, {recursive: true});
    }
  });
});
