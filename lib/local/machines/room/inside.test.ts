import assert from 'node:assert/strict';

import {readEnvironment, type CommandOptions} from '#charm';

import type {FollowedProcess} from '../../processes.ts';
import {followInside, getEnterCommand, getInsideEnvironment, isOfHook, runInside} from './inside.ts';

const long = {
  startDetached: () => Promise.reject(new Error('not here')),
  follow: () => assert.fail('not here'),
  runAttached: () => Promise.reject(new Error('not here')),
};

describe('entering a machine', () => {
  it('never happens without a process of the machine', () => {
    for (const leader of [0, 1, -1, Number.NaN]) assert.throws(() => getEnterCommand(leader, ['true'], {}), RangeError);
  });

  it('gives a whole command with an environment of its own', () => {
    assert.deepEqual(getEnterCommand(42, ['bash', '-l'], {TERM: 'xterm', GONE: undefined}), [
      ...['nsenter', '--target', '42', '--all', 'env', '--ignore-environment', 'TERM=xterm', 'bash', '-l'],
    ]);
  });

  it('keeps values of the environment out of the arguments, and the host’s own variables out of the machine', async () => {
    const calls: {args: readonly string[]; options: CommandOptions | undefined}[] = [];
    const processes = {
      run: (_program: string, args: readonly string[], options?: CommandOptions) => {
        calls.push({args, options});
        return Promise.resolve({exitCode: 0, stdout: '', stderr: ''});
      },
    };
    const ports = {processes, long, progress: () => undefined};
    await runInside(ports, 42, ['printenv'], {environment: {KEY: 'secret'}, workingFolder: '/srv', timeoutMs: 1500});
    const [{args, options}] = calls as [(typeof calls)[0]];
    assert.ok(!args.some((arg) => arg.includes('secret')));
    assert.deepEqual(options?.environment, getInsideEnvironment({KEY: 'secret'}));
    assert.deepEqual(args.slice(args.indexOf('timeout')), ['timeout', '--kill-after=5', '1.5', 'printenv']);
    assert.ok(args.includes('--chdir=/srv'));
    for (const name of Object.keys(readEnvironment())) {
      assert.equal(args.includes(`--unset=${name}`), !(name in getInsideEnvironment()), name);
    }
  });

  it('gives a hook a session of its own, so that a signal to its process group stays inside', () => {
    const calls: (readonly string[])[] = [];
    const follow = (_program: string, args: readonly string[]): FollowedProcess => {
      calls.push(args);
      return {pid: undefined, ended: Promise.resolve({exitCode: 0, reason: null}), kill: () => undefined};
    };
    const processes = {run: () => assert.fail('not here')};
    const ports = {processes, long: {...long, follow}, progress: () => undefined};
    followInside(ports, 42, ['hooks/start'], {environment: {}, workingFolder: '/srv', onLine: () => undefined});
    assert.deepEqual(calls[0]?.slice(-4), ['env', '--chdir=/srv', 'setsid', 'hooks/start']);
  });
});

describe('the processes of a hook', () => {
  const environ = ['PATH=/bin', 'JUJU_CONTEXT_ID=a/0-install-1', 'X_JUJU_CONTEXT_ID=b', ''].join('\0');

  it('are those with its context id', () => {
    assert.equal(isOfHook(environ, 'a/0-install-1'), true);
    assert.equal(isOfHook(environ, 'a/0-install-11'), false);
    assert.equal(isOfHook(environ, 'b'), false);
  });

  it('are those with any, when none is named', () => {
    assert.equal(isOfHook(environ), true);
    assert.equal(isOfHook('X_JUJU_CONTEXT_ID=b\0PATH=/bin\0'), false);
    assert.equal(isOfHook(''), false);
  });
});
