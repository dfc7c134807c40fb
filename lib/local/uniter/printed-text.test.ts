import assert from 'node:assert/strict';

import fc from 'fast-check';

import {addTask} from '../model/tasks.ts';
import {PRINTED_LIMIT, PrintedText} from './printed-text.ts';
import {runHook, runTask} from './run.ts';
import {addFixtureApplication, createFixture} from './world.fixture.ts';

const NOTICE = /\n?\[cut here: longer than \d+ bytes; look there\]\n$/;

describe('what a task prints', () => {
  it('is kept whole up to its limit, and beyond it its beginning with a line that says so', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({unit: 'grapheme'}).map((text) => text.replaceAll('\n', ''))),
        fc.nat(60),
        (lines, limit) => {
          const printed = new PrintedText(limit);
          for (const line of lines) printed.add(line);
          const whole = lines.map((line) => `${line}\n`).join('');
          const text = printed.read('look there');
          if (Buffer.byteLength(whole) <= limit) assert.equal(text, whole);
          else {
            assert.match(text, NOTICE);
            const kept = text.replace(NOTICE, '');
            assert.ok(whole.startsWith(kept));
            assert.ok(Buffer.byteLength(kept) <= limit);
            assert.ok(Buffer.byteLength(kept) > limit - 6, 'no more is lost than a character');
          }
        },
      ),
    );
  });

  it('is logged in pieces of 4096 characters where a line is longer, as Juju does', async () => {
    const fixture = createFixture();
    await addFixtureApplication(fixture, 'app', {units: 1});
    const {world} = fixture;
    world.cloud.runCharm = ({log}) => {
      for (const length of [0, 4096, 4097, 10_000]) log('stdout', 'x'.repeat(length));
      return Promise.resolve({exitCode: 0, errors: []});
    };
    await runHook(world, world.model.units['app/0']!, {kind: 'install', name: 'install'});
    const printed = world.model.log.filter(({module}) => module === 'unit.app/0.install');
    assert.deepEqual(
      printed.map(({message}) => message.length),
      [0, 4096, 4096, 1, 4096, 4096, 1808],
    );
  });

  it('is cut in the results of its action, with what went wrong behind it, and where the rest is', async () => {
    const fixture = createFixture();
    await addFixtureApplication(fixture, 'app', {units: 1});
    const {world} = fixture;
    const unit = world.model.units['app/0']!;
    const line = 'x'.repeat(1023);
    world.cloud.runCharm = ({log}) => {
      for (let count = 0; count < 3 * 1024; count += 1) log('stderr', line);
      log('stdout', 'short');
      return Promise.resolve({exitCode: 0, errors: ['it went wrong']});
    };
    const task = addTask(world.model, {unit, action: 'dump', parameters: {}, now: 0});
    await runTask(world, unit, task);
    const {stdout, stderr} = task.results;
    assert.equal(stdout, 'short\n');
    assert.ok(typeof stderr === 'string');
    const end = `[cut here: longer than ${String(PRINTED_LIMIT)} bytes; its last lines are in debug-log --replay --include unit-app-0]\nit went wrong\n`;
    assert.ok(stderr.startsWith(`${line}\n${line}\n`));
    assert.ok(stderr.endsWith(`\n${end}`), stderr.slice(-300));
    assert.equal(stderr.length, PRINTED_LIMIT + 1 + end.length);
    assert.equal(world.model.log.filter(({message}) => message === line).length, 3 * 1024);
  });
});
