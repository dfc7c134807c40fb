import assert from 'node:assert/strict';

import fc from 'fast-check';

import {COROSYNC_KEY, getKeyDigest, NEXT_KEY, planRingKey, type HeldKeys, type RingKeyPlan} from './ring-key.ts';

const keyOf = (name: string): string => Buffer.from(name.padEnd(128, '.')).toString('base64');
const digestOf = (name: string): string => getKeyDigest(keyOf(name));

/** A member: what is in its files, what it has said of them, and what it last heard that the key should be. */
interface Unit {
  files: {live: string; next: string | undefined};
  said: HeldKeys;
  /** What it sees that the others have said: as it was when its hook began. */
  seen: readonly HeldKeys[];
  wanted: string;
  /** The key that its Corosync was last told to read. */
  loaded: string;
  /** With which it has had Corosync reload itself. */
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
  readonly units: Unit[];
  /** Who reloads for a new key. */
  leader = 0;

  constructor(size: number) {
    this.units = Array.from({length: size}, () => ({
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
    unit.seen = this.units.filter((other) => other !== unit).map(({said}) => said);
  }

  say(unit: Unit): void {
    const isReloaded = unit.reloaded === unit.files.live;
    unit.said = {...describeFiles(unit.files), loaded: isReloaded ? digestOf(unit.files.live) : unit.said.loaded};
  }

  /** One hook of a unit, with `wantsReload` for a reason of its own, such as a member that joins. */
  runHook(unit: Unit, wantsReload: boolean): void {
    const others = unit.seen.map((keys, index) => ({unit: `hacluster/${index}`, keys}));
    const isLeader = unit === this.units[this.leader];
    for (let round = 0; round < 4; round += 1) {
      const own = {...describeFiles(unit.files), loaded: unit.said.loaded};
      const plan = planRingKey({wanted: keyOf(unit.wanted), own, others, isLeader});
      put(unit, plan);
      if (!plan.isReloadHeld && (wantsReload || unit.reloaded !== unit.files.live)) this.reload(unit, isLeader);
    }
  }

  /** All members read their own files; the ring holds together only when these are the same. */
  reload(by: Unit, isLeader: boolean): void {
    const isNews = this.units.some(({loaded, files}) => loaded !== files.live);
    assert.ok(isLeader || !isNews, 'only the leader has the members change their key');
    by.reloaded = by.files.live;
    assert.equal(new Set(this.units.map(({files}) => files.live)).size, 1, 'a reload met keys that differ');
    for (const unit of this.units) unit.loaded = unit.files.live;
  }
}

const step = fc.record({
  who: fc.nat(9),
  act: fc.oneof(
    {arbitrary: fc.constantFrom('look', 'hook', 'joiner', 'say', 'learn'), weight: 30},
    {arbitrary: fc.constantFrom('change', 'lead'), weight: 2},
  ),
});

describe('a new key of the ring', () => {
  it('is never read while the members’ files differ, however late they see each other', () => {
    fc.assert(
      fc.property(fc.integer({min: 2, max: 5}), fc.array(step, {maxLength: 150}), (size, steps) => {
        const ring = new Ring(size);
        let key = 0;
        for (const {who, act} of steps) {
          const unit = ring.units[who % size]!;
          if (act === 'change') key += 1;
          else if (act === 'lead') ring.leader = who % size;
          else if (act === 'learn') unit.wanted = `key ${key}`;
          else if (act === 'look') ring.look(unit);
          else if (act === 'say') ring.say(unit);
          else ring.runHook(unit, act === 'joiner');
        }
        // In the end all know of the key, and hooks run until nothing changes.
        for (let round = 0; round < 5 * size; round += 1) {
          const unit = ring.units[round % size]!;
          unit.wanted = `key ${key}`;
          ring.look(unit);
          ring.runHook(unit, false);
          ring.say(unit);
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
      {unit: 'hacluster/1', keys: {live: digestOf('a'), next: digestOf('b')}},
      {unit: 'hacluster/2', keys: {live: digestOf('a')}},
    ];
    const {waitingFor, files, isReloadHeld} = planRingKey({
      wanted: keyOf('b'),
      own: {live: digestOf('a')},
      others,
      isLeader: true,
    });

    assert.ok(isReloadHeld);
    assert.deepEqual(waitingFor, ['hacluster/2']);
    assert.deepEqual(
      files.map(({path}) => path),
      [COROSYNC_KEY, NEXT_KEY],
    );
  });

  it('is written at once where there is none, and where nobody else is in the ring', () => {
    const first = planRingKey({wanted: keyOf('a'), own: {}, others: [], isLeader: true});
    assert.deepEqual([first.files.length, first.isReloadHeld], [1, false]);

    const alone = planRingKey({
      wanted: keyOf('b'),
      own: {live: digestOf('a'), next: digestOf('b')},
      others: [],
      isLeader: true,
    });
    assert.deepEqual(alone.files[0], {path: COROSYNC_KEY, content: keyOf('b'), encoding: 'base64', mode: 0o400});
  });
});
