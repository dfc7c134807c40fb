import assert from 'node:assert/strict';
import {mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import fc from 'fast-check';

import {createSpoolFiles} from './folder.ts';
import {parseRecord, renderRecord, type FenceRecord} from './record.ts';
import {createSpool, type Spool} from './spool.ts';
import {createMemoryFiles} from './world.fixture.ts';

const record = (ref: string, time: number): FenceRecord => ({ref, host: 'c1', time, delayMs: 0});

/** What a spool does on a disk it does in memory, or the tests in memory would prove nothing. */
for (const kind of ['on the disk', 'in memory']) {
  describe(`a spool ${kind}`, () => {
    let folder = '';
    let now = 0;
    let spool: Spool;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'spool-'));
      now = 1_000_000;
      spool = createSpool(kind === 'in memory' ? createMemoryFiles(new Map()) : createSpoolFiles(folder), () => now);
    });

    afterEach(() => {
      rmSync(folder, {recursive: true});
    });

    it('gives records back, oldest first, as they were last saved', () => {
      spool.save(record('b', 2000));
      spool.save(record('a', 3000));
      spool.save({...record('b', 2000), seen: {updatedAt: 5, since: 6}});
      assert.deepEqual(
        spool.records().map(({ref, seen}) => [ref, seen?.updatedAt]),
        [
          ['b', 5],
          ['a', undefined],
        ],
      );
      spool.remove(record('b', 2000));
      spool.remove(record('b', 2000));
      assert.deepEqual([spool.find(record('b', 2000)), spool.find(record('a', 3000))?.ref], [null, 'a']);
    });

    it('locks a host for one run at a time, for all hosts apart, and for a dead run no longer than any may last', () => {
      assert.ok(spool.lock('c1'));
      assert.ok(!spool.lock('c1'));
      assert.ok(spool.lock('../c2'));
      spool.unlock('c1');
      assert.ok(spool.lock('c1'));
      now += 59_000;
      assert.ok(!spool.lock('c1'));
      now += 2000;
      assert.ok(spool.lock('c1'));
      assert.ok(!spool.lock('c1'));
      assert.deepEqual(spool.records(), []);
    });

    it('hands lines on once, and stops keeping them when nobody takes them', () => {
      assert.deepEqual(spool.takeNotes(), []);
      spool.note('one');
      spool.note('two');
      assert.deepEqual([spool.takeNotes(), spool.takeNotes()], [['one', 'two'], []]);
      for (let i = 0; i < 1000; i += 1) spool.note('x'.repeat(100));
      assert.ok(spool.takeNotes().length < 700);
    });
  });
}

describe('a spool on the disk', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spool-'));
  });

  afterEach(() => {
    rmSync(folder, {recursive: true});
  });

  it('leaves no draft behind, and files that only the account and its group read', () => {
    const spool = createSpool(createSpoolFiles(folder), () => 1000);
    spool.save(record('a', 1000));
    assert.ok(spool.lock('c1') && !spool.lock('c1'));
    assert.deepEqual(readdirSync(folder).sort(), ['a.fence', 'c1.lock']);
    assert.equal(statSync(join(folder, 'a.fence')).mode & 0o007, 0);
  });

  it('passes over what is no record', () => {
    writeFileSync(join(folder, 'a.fence'), '{"ref": "a"}');
    writeFileSync(join(folder, '.draft-b.fence'), renderRecord(record('b', 1)));
    writeFileSync(join(folder, 'c.fence'), '');
    assert.deepEqual(createSpool(createSpoolFiles(folder), () => 1000).records(), []);
  });

  it('is empty where the folder is missing, and says with a code that it cannot be written', () => {
    const spool = createSpool(createSpoolFiles(join(folder, 'none')), () => 1000);
    assert.deepEqual([spool.records(), spool.takeNotes()], [[], []]);
    assert.throws(
      () => {
        spool.save(record('a', 1));
      },
      {code: 'ENOENT'},
    );
  });
});

describe('a record', () => {
  it('is read as it was written, and nothing else is one', () => {
    const time = fc.nat();
    const records = fc.record(
      {
        ref: fc.stringMatching(/^\w[\w.-]{0,36}$/),
        host: fc.string({minLength: 1, maxLength: 63}),
        time,
        delayMs: time,
        seen: fc.record({updatedAt: time, since: time}, {noNullPrototype: true}),
        said: fc.record({line: fc.string(), at: time}, {noNullPrototype: true}),
      },
      {requiredKeys: ['ref', 'host', 'time', 'delayMs'], noNullPrototype: true},
    );
    fc.assert(
      fc.property(records, (given) => {
        assert.deepEqual(parseRecord(renderRecord(given)), given);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.equal(parseRecord(text), null);
      }),
    );
  });
});
