import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  ABSENCE_MS,
  decide,
  getFirstState,
  RETRY_MS,
  SETTLING_MS,
  type Action,
  type Look,
  type WatchState,
} from './decision.ts';

const FIRST = getFirstState(null);
const SECOND = 1000;

/** What is done at each look, one a second from the start, and what is remembered in the end. */
function follow(
  looks: readonly Omit<Look, 'at'>[],
  first: WatchState = FIRST,
  start = 0,
): {readonly actions: readonly Action[]; readonly state: WatchState} {
  let state = first;
  const actions = looks.map((look, index) => {
    const next = decide(state, {...look, at: start + index * SECOND});
    state = next.state;
    return next.action;
  });
  return {actions, state};
}

/** The same look so many times. */
function repeat<T>(look: T, times: number): readonly T[] {
  return Array.from({length: times}, () => look);
}

const running = {kind: 'running', since: 0} as const;
const stopped = {kind: 'stopped'} as const;
const well = {quorum: 'yes', pacemaker: null} as const;
const cutOff = {quorum: 'no', pacemaker: running} as const;
const gone = {quorum: 'unknown', pacemaker: stopped} as const;
const back = {quorum: 'yes', pacemaker: stopped} as const;
const alone = {quorum: 'no', pacemaker: stopped} as const;
const fenced = {quorum: 'unknown', pacemaker: {kind: 'fenced'}} as const;

/** One that was cut off for good after its first second. */
const lostAt = SECOND;
const leave = (): WatchState => follow([well, cutOff, cutOff, cutOff]).state;

describe('the watch on quorum', () => {
  it('has a member leave the ring that has lost quorum', () => {
    assert.deepEqual(follow([well, cutOff, cutOff, cutOff]).actions, ['none', 'none', 'none', 'leave the ring']);
  });

  it('leaves a ring alone that is made anew', () => {
    assert.deepEqual(follow([well, cutOff, cutOff, well, cutOff, well]).actions, repeat('none', 6));
  });

  it('leaves Pacemaker alone where there was no quorum yet, as in a cluster that is being formed', () => {
    assert.deepEqual(follow(repeat(cutOff, 10)).actions, repeat('none', 10));
  });

  it('does not hold against a Pacemaker that was started again what the ring had before', () => {
    const again = {quorum: 'no', pacemaker: {kind: 'running', since: 1500}} as const;
    assert.deepEqual(follow([well, well, ...repeat(again, 10)]).actions, repeat('none', 12));
  });

  it('starts nothing that an operator has stopped, and stops nothing that does not answer', () => {
    const silent = {quorum: 'unknown', pacemaker: running} as const;
    const unsaid = {quorum: 'no', pacemaker: null} as const;
    const looks = [well, back, alone, gone, back, ...repeat(silent, 5), ...repeat(unsaid, 5)];
    assert.deepEqual(follow(looks).actions, repeat('none', looks.length));
  });

  it('has it join again once the others have taken it for fenced, and start Pacemaker when there is quorum', () => {
    assert.equal(leave().heldUntil, lostAt + ABSENCE_MS);
    assert.equal(decide(leave(), {...gone, at: lostAt + ABSENCE_MS - 1}).action, 'none');
    const {actions, state} = follow([gone, alone, alone, back], leave(), lostAt + ABSENCE_MS);
    assert.deepEqual(actions, ['join the ring', 'none', 'none', 'none']);
    assert.equal(decide(state, {...back, at: lostAt + 2 * ABSENCE_MS}).action, 'start Pacemaker');
  });

  it('keeps Pacemaker stopped for as long as there is no quorum', () => {
    const late = follow([alone, alone, back, well], leave(), 10 * ABSENCE_MS);
    assert.deepEqual(late.actions, ['none', 'none', 'start Pacemaker', 'none']);
    assert.equal(late.state.heldUntil, null);
  });

  it('goes on where a watch before it has ended', () => {
    assert.deepEqual(follow([alone, back, well], getFirstState(500)).actions, ['none', 'start Pacemaker', 'none']);
  });

  it('gives way to an operator who starts Pacemaker meanwhile', () => {
    const by = {quorum: 'no', pacemaker: {kind: 'running', since: 4 * SECOND}} as const;
    const {actions, state} = follow(repeat(by, 5), leave(), 5 * SECOND);
    assert.deepEqual([actions, state.heldUntil], [repeat('none', 5), null]);
  });

  it('starts a Pacemaker again that was told of its own fencing, and before it the Corosync that it ended', () => {
    const {actions} = follow([
      well,
      fenced,
      fenced,
      {...fenced, quorum: 'yes'},
      ...repeat({...fenced, quorum: 'yes'} as const, 9),
    ]);
    assert.deepEqual(actions.slice(0, 3), ['none', 'none', 'join the ring']);
    assert.equal(actions.filter((action) => action === 'start Pacemaker').length, 1);
  });

  it('starts one that can never join no more than once a minute', () => {
    const minutes = 10;
    const {actions} = follow(repeat({...fenced, quorum: 'yes'} as const, (minutes * RETRY_MS) / SECOND));
    const starts = actions.filter((action) => action === 'start Pacemaker').length;
    assert.ok(starts > 1 && starts <= minutes + 1, String(starts));
  });

  it('keeps Pacemaker from running on without quorum, whatever happens to the ring, and has it run once the ring is whole', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('yes', 'no'), {maxLength: 400}), (quorums) => {
        const member = new ModelledMember();
        let hadQuorum = false;
        let without = 0;
        for (const quorum of quorums) {
          const wasRunning = member.isRunning;
          const action = member.look(quorum);
          assert.ok(action !== 'start Pacemaker' || quorum === 'yes', 'started without quorum');
          assert.ok(action !== 'leave the ring' || (quorum === 'no' && hadQuorum && wasRunning), 'left for no reason');
          hadQuorum = wasRunning && (quorum === 'yes' || hadQuorum);
          without = quorum === 'no' && hadQuorum && member.isRunning ? without + SECOND : 0;
          assert.ok(without <= SETTLING_MS, 'runs on without quorum');
        }
        for (let time = 0; time <= 2 * ABSENCE_MS; time += SECOND) member.look('yes');
        assert.ok(member.isRunning);
      }),
    );
  });
});

/** One whose daemons do at once what they are told. */
class ModelledMember {
  isRunning = true;
  #isInRing = true;
  #since = 0;
  #state = FIRST;
  #at = 0;

  /** Looks while the rest of the ring would give quorum to who is in it, or not. */
  look(quorum: 'yes' | 'no'): Action {
    const pacemaker = this.isRunning ? ({kind: 'running', since: this.#since} as const) : stopped;
    const look = {at: this.#at, quorum: this.#isInRing ? quorum : 'unknown', pacemaker} as const;
    const {state, action} = decide(this.#state, look);
    this.#state = state;
    this.#at += SECOND;
    if (action === 'leave the ring') this.isRunning = this.#isInRing = false;
    if (action === 'join the ring') this.#isInRing = true;
    if (action === 'start Pacemaker') {
      this.isRunning = true;
      this.#since = this.#at;
    }
    return action;
  }
}
