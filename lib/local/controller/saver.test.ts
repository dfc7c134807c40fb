import assert from 'node:assert/strict';

import {Mutex} from './mutex.ts';
import {Saver} from './saver.ts';

describe('keeping a model', () => {
  function createDisk(): {readonly saver: Saver; readonly disk: number[]; value: number; running: number} {
    const state = {disk: [] as number[], value: 0, running: 0};
    const saver = new Saver(async () => {
      state.running += 1;
      assert.equal(state.running, 1, 'two at once');
      const {value} = state;
      await new Promise((resolve) => setImmediate(resolve));
      state.disk.push(value);
      state.running -= 1;
    });
    return Object.assign(state, {saver});
  }

  const fail = (error: unknown): never => assert.fail(String(error));

  it('writes many changes at once, and what came last is there when it is asked for', async () => {
    const state = createDisk();
    for (state.value = 1; state.value < 50; state.value += 1) state.saver.note(fail);
    await state.saver.flush();
    assert.equal(state.disk.at(-1), 50);
    assert.ok(state.disk.length <= 3, String(state.disk));
  });

  it('writes what changed while it was writing', async () => {
    const state = createDisk();
    state.saver.note(fail);
    const first = state.saver.flush();
    state.value = 7;
    state.saver.note(fail);
    await first;
    await state.saver.flush();
    assert.equal(state.disk.at(-1), 7);
  });

  it('writes nothing any more once it is closed', async () => {
    const state = createDisk();
    state.saver.note(fail);
    await state.saver.close();
    state.saver.note(fail);
    await state.saver.flush();
    assert.deepEqual(state.disk, []);
  });

  it('tells who noted a change when it cannot be written', async () => {
    const saver = new Saver(() => Promise.reject(new Error('disk full')));
    const error = await new Promise((resolve) => {
      saver.note(resolve);
    });
    assert.match(String(error), /disk full/);
    await assert.rejects(saver.flush(), /disk full/);
  });
});

describe('works that exclude each other', () => {
  it('run one after the other in their order, also after one that failed', async () => {
    const mutex = new Mutex();
    const order: string[] = [];
    const work = (name: string, isWell = true) =>
      mutex.run(async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} ends`);
        if (!isWell) throw new Error(name);
      });
    await Promise.allSettled([work('a'), work('b', false), work('c')]);
    assert.deepEqual(order, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    await assert.rejects(work('d', false), /d/);
  });
});
