import assert from 'node:assert/strict';

import fc from 'fast-check';

import {ensurePower, findMachine, MaasError} from './index.ts';
import type {MaasClient, MaasMachine, MaasPower, Work} from './index.ts';

const MACHINE: MaasMachine = {systemId: 'abc', hostname: 'tidy-goose', fqdn: 'tidy-goose.maas'};
const BUSY = new MaasError('bad answer', 'MAAS is busy', {mayPass: true});
const WRONG_KEY = new MaasError('unauthorised', 'wrong key');

interface Script {
  /** What the power controller says, one after the other; the last one again and again. */
  readonly states?: readonly (MaasPower | MaasError)[];
  /** What comes of an order, likewise. */
  readonly orders?: readonly ('done' | MaasError)[];
  readonly machines?: readonly MaasMachine[];
  /** Lists that fail before one does not. */
  readonly failures?: readonly MaasError[];
  readonly takesMs?: number;
}

interface Played {
  readonly work: Work;
  readonly calls: string[];
  readonly now: () => number;
}

/** A MAAS that plays a script, and a clock that goes on by what is slept and asked. */
function play({states = ['unknown'], orders = ['done'], machines = [], failures = [], takesMs = 100}: Script): Played {
  const calls: string[] = [];
  const counts = {state: 0, order: 0, list: 0};
  let now = 0;
  const next = <T>(name: string, answers: readonly (T | MaasError)[], count: number): Promise<T> => {
    calls.push(name);
    now += takesMs;
    const answer = answers[Math.min(count, answers.length - 1)]!;
    return answer instanceof MaasError ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const order = async (name: string): Promise<void> => {
    await next(name, orders, counts.order++);
  };
  const client: MaasClient = {
    whoAmI: () => Promise.resolve('admin'),
    listMachines: ({hostname} = {hostname: ''}) => next(`list ${hostname}`, [...failures, machines], counts.list++),
    getPowerState: () => next('look', states, counts.state++),
    powerOn: () => order('on'),
    powerOff: () => order('off'),
  };
  const clock = {
    now: () => now,
    sleep: (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };
  return {work: {client, clock, deadline: 50_000}, calls, now: () => now};
}

describe('switching a machine off', () => {
  it('gives no order when it is off already', async () => {
    const {work, calls} = play({states: ['off']});
    assert.equal(await ensurePower(work, MACHINE, 'off'), 'was so already');
    assert.deepEqual(calls, ['look']);
  });

  it('is done when the power was seen off, not when the order was taken', async () => {
    const {work, calls} = play({states: ['on', 'on', 'on', 'off']});
    assert.equal(await ensurePower(work, MACHINE, 'off'), 'was switched');
    assert.deepEqual(calls, ['look', 'off', 'look', 'look', 'look']);
  });

  it('never takes anything but off for off, whatever order things come in', async () => {
    const state = fc.constantFrom<MaasPower | MaasError>('on', 'unknown', 'error', BUSY);
    const order = fc.constantFrom<'done' | MaasError>('done', BUSY);
    await fc.assert(
      fc.asyncProperty(fc.array(state, {minLength: 1}), fc.array(order, {minLength: 1}), async (states, orders) => {
        const {work, calls, now} = play({states, orders});
        await assert.rejects(
          ensurePower(work, MACHINE, 'off'),
          (error) => error instanceof MaasError && error.kind === 'late',
        );
        assert.ok(calls.includes('off') && !calls.includes('on'));
        assert.ok(now() <= 50_000);
      }),
    );
  });

  it('is seen however often the controller did not know before', async () => {
    const state = fc.constantFrom<MaasPower | MaasError>('on', 'unknown', 'error', BUSY);
    await fc.assert(
      fc.asyncProperty(fc.array(state, {maxLength: 30}), async (before) => {
        const {work} = play({states: [...before, 'off']});
        await ensurePower(work, MACHINE, 'off');
      }),
    );
  });

  it('gives the order again when it was not taken, and after a while when nothing came of it', async () => {
    const refused = play({states: ['on', 'on', 'on', 'off'], orders: [BUSY, 'done']});
    await ensurePower(refused.work, MACHINE, 'off');
    assert.deepEqual(refused.calls, ['look', 'off', 'look', 'off', 'look', 'look']);
    const lost = play({states: ['on']});
    await assert.rejects(ensurePower(lost.work, MACHINE, 'off'), /abc was not seen off in time: .*"on"/);
    const orders = lost.calls.filter((call) => call === 'off').length;
    assert.ok(orders > 1 && orders < 6, `${orders} orders`);
  });

  it('is given up at once when nothing will change by itself', async () => {
    for (const script of [{states: [WRONG_KEY]}, {states: ['on' as const], orders: [WRONG_KEY]}]) {
      const {work, now} = play(script);
      await assert.rejects(ensurePower(work, MACHINE, 'off'), WRONG_KEY);
      assert.ok(now() < 1000);
    }
  });

  it('says at the end what was last in the way', async () => {
    await assert.rejects(
      ensurePower(play({states: [BUSY]}).work, MACHINE, 'off'),
      /not seen off in time: MAAS is busy/,
    );
    await assert.rejects(ensurePower(play({states: ['error']}).work, MACHINE, 'off'), /power controller says "error"/);
  });
});

describe('switching a machine on', () => {
  it('is done when the power was seen on', async () => {
    const {work, calls} = play({states: ['unknown', 'off', 'on']});
    assert.equal(await ensurePower(work, MACHINE, 'on'), 'was switched');
    assert.deepEqual(calls, ['look', 'on', 'look', 'look']);
  });
});

describe('the machine of a node', () => {
  const find = (name: string, ...machines: MaasMachine[]): Promise<MaasMachine> =>
    findMachine(play({machines}).work, name);
  const elsewhere = {systemId: 'def', hostname: 'tidy-goose', fqdn: 'tidy-goose.other'};

  it('is the one with its name, with or without a domain, in letters of either case', async () => {
    const other = {systemId: 'xyz', hostname: 'tidy-goose2', fqdn: 'tidy-goose2.maas'};
    for (const name of ['tidy-goose', 'tidy-goose.maas', 'Tidy-Goose.MAAS']) {
      assert.deepEqual(await find(name, other, MACHINE), MACHINE);
    }
    assert.deepEqual(await find('tidy-goose.other', MACHINE, elsewhere), elsewhere);
  });

  it('is none where only others match, or several', async () => {
    await assert.rejects(find('tidy-goose'), /^MaasError: MAAS has no machine tidy-goose$/);
    await assert.rejects(find('tidy-goose.maas', elsewhere), /no machine tidy-goose\.maas, only tidy-goose\.other$/);
    await assert.rejects(
      find('tidy-goose', MACHINE, elsewhere),
      /several machines tidy-goose, none is touched: .*\(abc\).*\(def\)/,
    );
    await assert.rejects(find('tidy-goose.maas', MACHINE, {...MACHINE, systemId: 'def'}), /several machines/);
  });

  it('is asked for again while MAAS is busy, and not when the key is wrong', async () => {
    const busy = play({failures: [BUSY, BUSY], machines: [MACHINE]});
    assert.deepEqual(await findMachine(busy.work, 'tidy-goose'), MACHINE);
    assert.equal(busy.calls.length, 3);
    const wrong = play({failures: [WRONG_KEY], machines: [MACHINE]});
    await assert.rejects(findMachine(wrong.work, 'tidy-goose'), WRONG_KEY);
    assert.equal(wrong.calls.length, 1);
    const never = play({failures: Array.from({length: 100}, () => BUSY)});
    await assert.rejects(findMachine(never.work, 'tidy-goose'), BUSY);
    assert.ok(never.now() <= 50_000);
  });
});
