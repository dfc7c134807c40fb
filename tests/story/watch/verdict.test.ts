import assert from 'node:assert/strict';

import fc from 'fast-check';

import {getLives, judge, type GuestEvent, type Look} from './verdict.ts';

const GUEST = 'a0000000-0000-4000-8000-000000000001';
const BOTH = ['one', 'two'];

function start(time: number, host: string): GuestEvent {
  return {kind: 'start', time, guest: GUEST, host};
}

function exit(time: number, host: string): GuestEvent {
  return {kind: 'exit', time, guest: GUEST, host};
}

/** A look that takes 10 ms and finds the guest on these hosts. */
function look(time: number, hosts: readonly string[], on: readonly string[] = BOTH): Look {
  return {kind: 'look', begun: time - 10, time, on, processes: hosts.map((host) => ({guest: GUEST, host}))};
}

describe('the judgement of the watch on guests', () => {
  it('takes a guest that was evacuated after its compute was off for well', () => {
    const events = [
      start(0, 'one'),
      look(500, ['one']),
      look(1000, [], ['two']),
      start(1500, 'two'),
      look(2000, ['two']),
    ];
    assert.deepEqual(judge(events), []);
  });

  it('sees a start while the process elsewhere lives, though it is refused and nobody ever finds it', () => {
    const events = [
      start(0, 'one'),
      look(500, ['one']),
      start(700, 'two'),
      {kind: 'refusal' as const, time: 720, guest: GUEST, host: 'two', text: 'Failed to get "write" lock'},
      exit(730, 'two'),
      look(1000, ['one']),
    ];
    const [overlap = '', refusal = ''] = judge(events);
    assert.match(overlap, /00\.700: \S+ was started on two while its process on one lived/);
    assert.match(refusal, /on two: Failed to get "write" lock/);
  });

  it('does not take the word of libvirt for an end: the process has to be gone', () => {
    const events = [start(0, 'one'), look(500, ['one']), exit(600, 'one'), start(650, 'two'), look(1000, ['two'])];
    assert.equal(judge(events).length, 1);
  });

  it('waits for a process that libvirt is about to start, and does not for one whose host has lost its power', () => {
    const late = [start(0, 'one'), look(100, []), start(200, 'two')];
    assert.equal(judge(late).length, 1);
    const cut = [start(0, 'one'), look(100, [], ['two']), start(200, 'two')];
    assert.deepEqual(judge(cut), []);
  });

  it('sees a process that was there before, and one that nobody has logged', () => {
    assert.equal(judge([look(0, ['one']), start(100, 'two')]).length, 1);
    assert.equal(judge([start(0, 'one'), look(100, ['one']), look(600, ['one', 'two'])]).length, 1);
  });

  it('lets a guest be started again where it was', () => {
    const events = [start(0, 'one'), look(500, ['one']), start(600, 'one'), look(1000, ['one']), look(1500, [])];
    assert.deepEqual(judge(events), []);
    assert.deepEqual(getLives(events), [{guest: GUEST, host: 'one', from: 0, to: 1500}]);
  });

  /** What really was: lives on hosts, each with what libvirt logs of it. */
  const life = fc.record({
    host: fc.constantFrom('one', 'two', 'three'),
    from: fc.integer({min: 0, max: 20_000}),
    length: fc.integer({min: 0, max: 8_000}),
    /** How long before it is gone libvirt says so; null: the host loses its power, and all that libvirt knows. */
    warning: fc.option(fc.integer({min: 0, max: 3_000}), {nil: null}),
    /** How long after libvirt's line the process is there. */
    delay: fc.integer({min: 0, max: 700}),
  });
  /** One after the other. */
  const looks = fc
    .array(fc.record({pause: fc.integer({min: 1, max: 4_000}), length: fc.integer({min: 0, max: 300})}), {
      maxLength: 60,
    })
    .map((steps) => {
      let now = 0;
      return steps.map(({pause, length}) => {
        const begun = now + pause;
        now = begun + length;
        return {begun, length};
      });
    });
  type RealLife = typeof life extends fc.Arbitrary<infer T> ? T : never;

  const getEnd = ({from, length}: RealLife): number => from + length;

  function log({host, from, length, warning}: RealLife): readonly GuestEvent[] {
    return [start(from, host), ...(warning === null ? [] : [exit(Math.max(from, from + length - warning), host)])];
  }

  /** A truthful look: what lives all the time that it takes is found; who lost his power has nothing. */
  function makeLook(lives: readonly RealLife[], {begun, length}: {begun: number; length: number}): Look {
    const time = begun + length;
    const living = lives.filter((one) => one.from + one.delay <= begun && time < getEnd(one));
    const cut: readonly string[] = lives
      .filter((one) => one.warning === null && getEnd(one) <= begun)
      .map(({host}) => host);
    const busy: readonly string[] = lives.filter((one) => getEnd(one) > begun).map(({host}) => host);
    return {
      kind: 'look',
      begun,
      time,
      on: ['one', 'two', 'three'].filter((host) => busy.includes(host) || !cut.includes(host)),
      processes: living.map(({host}) => ({guest: GUEST, host})),
    };
  }

  it('misses no start while another process lives, whenever it looks and whatever libvirt logs of ends', () => {
    fc.assert(
      fc.property(fc.array(life, {minLength: 1, maxLength: 5}), looks, (lives, times) => {
        // libvirt has one process of a guest on a host at a time.
        const apart = lives.filter((one, index) =>
          lives.slice(0, index).every((other) => one.host !== other.host || isApart(one, other)),
        );
        const isTwice = apart.some((one) => apart.some((other) => other.host !== one.host && isDuring(one, other)));
        const events = [...apart.flatMap(log), ...times.map((time) => makeLook(apart, time))];
        if (isTwice) assert.notDeepEqual(judge(events), []);
      }),
      {numRuns: 5000},
    );
  });

  it('takes guests for well that are started elsewhere after a look that began when they were gone', () => {
    fc.assert(
      fc.property(fc.array(life, {maxLength: 5}), (lives) => {
        let now = 0;
        const events: GuestEvent[] = [];
        for (const one of lives) {
          const real = {...one, from: now, length: one.length + one.delay + 300};
          const end = getEnd(real);
          events.push(...log(real), makeLook([real], {begun: now + one.delay, length: 100}));
          events.push(makeLook([real], {begun: end, length: 100}));
          now = end + 101;
        }
        assert.deepEqual(judge(events), []);
      }),
    );
  });

  it('is never milder when it has looked less often', () => {
    fc.assert(
      fc.property(fc.array(life, {maxLength: 4}), looks, fc.infiniteStream(fc.boolean()), (lives, times, keep) => {
        const logged = lives.flatMap(log);
        const all = times.map((time) => makeLook(lives, time));
        const some = all.filter(() => keep.next().value === true);
        const count = (seen: readonly Look[]): number => judge([...logged, ...seen]).length;
        if (count(all) > 0 && isLogged(lives)) assert.ok(count(some) > 0);
      }),
    );
  });

  function isDuring(one: RealLife, other: RealLife): boolean {
    return other.from <= one.from && one.from < getEnd(other);
  }

  function isApart(one: RealLife, other: RealLife): boolean {
    return !isDuring(one, other) && !isDuring(other, one);
  }

  /** Starts of one moment on one host are one start in a log. */
  function isLogged(lives: readonly RealLife[]): boolean {
    return lives.every((one, index) => lives.slice(0, index).every((other) => isApart(one, other)));
  }
});
