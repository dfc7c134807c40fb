import assert from 'node:assert/strict';

import fc from 'fast-check';

import {COROSYNC_KEY, getKeyDigest, NEXT_KEY, planRingKey, type HeldKeys, type RingKeyPlan} from './ring-key.ts';

const keyOf = (name: string): string => Buffer.from(name.padEnd(128, '.')).toString('base64');
const digestOf = (name: string): string => getKeyDigest(keyOf(name));

/** A member: what is in its files, what it has said of them, and what it last heard that the key should be. */
interface Unit {
  readonly nodeId: number;
  files: {live: string; next: string | undefined};
  said: HeldKeys;
  /** What it sees that the others have said: as it was when its hook began. */
  seen: readonly {readonly nodeId: number; readonly keys: HeldKeys}[];
  wanted: string;
  /** The key that its Corosync has; null while that is down. */
  loaded: string | null;
  /** With which it has had Corosync start, or reload. */
  reloaded: string;
}

function describeFiles({live, next}: Unit['files']): HeldKeys {
  return {live: digestOf(live), next: next === undefined ? undefined : digestOf(next)};
}

function put(unit: Unit, {files}: RingKeyPlan): void {
  const live = files.find(({path}) => path === COROSYNC_KEY);
  unit.files = {
    live: live === undefined || 'keep' in live ? unit.files.live : unit.wanted,
    next: files.some(({path}) => path === NEXT_KEY) ? unit.wanted : undefined,
  };
}

/** A ring whose hooks see one another as late as they like. */
class Ring {
  units: readonly Unit[];

  constructor(size: number) {
    this.units = Array.from({length: size}, (_, index) => ({
      nodeId: 1000 + index,
      files: {live: 'key 0', next: undefined},
      said: {...describeFiles({live: 'key 0', next: undefined}), loaded: digestOf('key 0')},
      seen: [],
      wanted: 'key 0',
      loaded: 'key 0',
      reloaded: 'key 0',
    }));
    for (const unit of this.units) this.look(unit);
  }

  look(unit: Unit): void {
    unit.seen = this.units
      .filter((other) => other !== unit)
      .map(({nodeId, said}): Unit['seen'][number] => ({nodeId, keys: said}));
  }

  say(unit: Unit): void {
    const isReloaded = unit.reloaded === unit.files.live;
    unit.said = {...describeFiles(unit.files), loaded: isReloaded ? digestOf(unit.files.live) : unit.said.loaded};
  }

  /** The others see it later. */
  leave(unit: Unit): void {
    if (this.units.length > 1) this.units = this.units.filter((other) => other !== unit);
  }

  /** One hook of a unit, with `wantsReload` for a reason of its own, such as a member that joins. */
  runHook(unit: Unit, wantsReload: boolean): void {
    const others = unit.seen.map(({nodeId, keys}) => ({unit: `hacluster/${nodeId}`, nodeId, keys}));
    for (let round = 0; round < 4; round += 1) {
      const own = {...describeFiles(unit.files), loaded: unit.said.loaded};
      const plan = planRingKey({wanted: keyOf(unit.wanted), own, nodeId: unit.nodeId, others});
      put(unit, plan);
      if (unit.loaded === null) unit.loaded = unit.reloaded = unit.files.live;
      else if (!plan.isReloadHeld && (wantsReload || unit.reloaded !== unit.files.live)) this.reload(unit);
    }
  }

  /** A hook that sees all that others have said, and ends well. */
  runWhole(unit: Unit, key: number): void {
    unit.wanted = `key ${key}`;
    this.look(unit);
    this.runHook(unit, false);
    this.say(unit);
  }

  /** All members whom it reaches read their own files; they stay together only when these are the same, and nobody else reloads too. */
  reload(by: Unit): void {
    const ring = this.units.filter(({loaded}) => loaded === by.loaded);
    const {live} = by.files;
    assert.ok(
      ring.every(({files}) => files.live === live),
      'a reload met keys that differ',
    );
    if (ring.some(({loaded}) => loaded !== live)) {
      const before = this.units.filter(({nodeId}) => nodeId < by.nodeId);
      assert.ok(
        before.every(({reloaded}) => reloaded === live),
        'two reload at a time',
      );
    }
    by.reloaded = live;
    for (const unit of ring) unit.loaded = live;
  }
}

const step = fc.record({
  who: fc.nat(9),
  act: fc.oneof(
    {arbitrary: fc.constantFrom('look', 'hook', 'joiner', 'say', 'learn'), weight: 30},
    {arbitrary: fc.constantFrom('whole hook'), weight: 20},
    {arbitrary: fc.constantFrom('change', 'crash'), weight: 5},
    {arbitrary: fc.constant('leave'), weight: 1},
  ),
});

describe('a new key of the ring', () => {
  it('is never read while the members’ files differ, however late they see each other', () => {
    fc.assert(
      fc.property(fc.integer({min: 2, max: 5}), fc.array(step, {maxLength: 150}), (size, steps) => {
        const ring = new Ring(size);
        let key = 0;
        for (const {who, act} of steps) {
          const unit = ring.units[who % ring.units.length]!;
          if (act === 'change') key += 1;
          else if (act === 'crash') unit.loaded = null;
          else if (act === 'leave') ring.leave(unit);
          else if (act === 'whole hook') ring.runWhole(unit, key);
          else if (act === 'learn') unit.wanted = `key ${key}`;
          else if (act === 'look') ring.look(unit);
          else if (act === 'say') ring.say(unit);
          else ring.runHook(unit, act === 'joiner');
        }
        // In the end all know of the key, and hooks run until nothing changes.
        for (let round = 0; round < 4 + ring.units.length; round += 1) {
          for (const unit of ring.units.toReversed()) {
            ring.runWhole(unit, key);
          }
        }
        assert.deepEqual(
          ring.units.map(({files, loaded}) => [files.live, files.next, loaded]),
          ring.units.map(() => [`key ${key}`, undefined, `key ${key}`]),
        );
      }),
      {numRuns: 500},
    );
  });

  it('waits beside the live one, holds every reload, and names the units that it waits for', () => {
    const others = [
      {unit: 'hacluster/1', nodeId: 1001, keys: {live: digestOf('a'), next: digestOf('b')}},
      {unit: 'hacluster/2', nodeId: 1002, keys: {live: digestOf('a')}},
    ];
    const {waitingFor, files, isReloadHeld} = planRingKey({
      wanted: keyOf('b'),
      own: {live: digestOf('a')},
      others,
      nodeId: 1000,
    });

    assert.ok(isReloadHeld);
    assert.deepEqual(waitingFor, ['hacluster/2']);
    assert.deepEqual(
      files.map(({path}) => path),
      [COROSYNC_KEY, NEXT_KEY],
    );
  });

  it('is read by the first of them, whoever leads, then by one after the other, who names those it waits for', () => {
    const keys = {live: digestOf('b'), loaded: digestOf('a')};
    const ring = [0, 1, 2].map((number) => ({unit: `hacluster/${number}`, nodeId: 1000 + number, keys}));
    const plan = (number: number, loaded: readonly number[]): readonly string[] | 'reloads' => {
      const units = ring.map((unit, index) =>
        loaded.includes(index) ? {...unit, keys: {...keys, loaded: keys.live}} : unit,
      );
      const own = units[number]!;
      const others = units.filter((unit) => unit !== own);
      const {isReloadHeld, reloadsAfter} = planRingKey({wanted: keyOf('b'), own: own.keys, nodeId: own.nodeId, others});
      assert.equal(isReloadHeld, reloadsAfter.length > 0);
      return isReloadHeld ? reloadsAfter : 'reloads';
    };
    assert.deepEqual(
      [plan(0, []), plan(1, []), plan(2, [])],
      ['reloads', ['hacluster/0'], ['hacluster/0', 'hacluster/1']],
    );
    assert.deepEqual([plan(1, [0]), plan(2, [0])], ['reloads', ['hacluster/1']]);
    assert.deepEqual([plan(0, [0, 1]), plan(1, [0, 1]), plan(2, [0, 1])], ['reloads', 'reloads', 'reloads']);
    // One that has started with the key may reload for other reasons, whoever else has yet to read it.
    assert.equal(plan(2, [2]), 'reloads');
  });

  it('is written at once where there is none, and where nobody else is in the ring', () => {
    const first = planRingKey({wanted: keyOf('a'), own: {}, others: [], nodeId: 1000});
    assert.deepEqual([first.files.length, first.isReloadHeld], [1, false]);

    const alone = planRingKey({
      wanted: keyOf('b'),
      own: {live: digestOf('a'), next: digestOf('b')},
      others: [],
      nodeId: 1000,
    });
    assert.deepEqual(alone.files[0], {path: COROSYNC_KEY, content: keyOf('b'), encoding: 'base64', mode: 0o400});
  });
});
