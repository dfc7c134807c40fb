import assert from 'node:assert/strict';

import {isAlive, parseStat, readStart, readStat} from './process-identity.ts';

describe('telling one process from another', () => {
  it('reads state, parent and start also where the name has brackets and spaces', () => {
    const fields = Array.from({length: 50}, (_, index) => String(index + 3));
    const text = `42 (a) b (c) S 7 ${fields.slice(2).join(' ')}\n`;
    assert.deepEqual(parseStat(text), {pid: 42, state: 'S', parent: 7, start: '22'});
  });

  it('reads nothing from nothing', () => {
    for (const text of ['', '42', '42 (a)', '42 (a) S']) assert.equal(parseStat(text), null);
  });

  it('takes this process for alive, and not one of its id that started at another time', async () => {
    const start = await readStart(process.pid);
    assert.equal(await isAlive({pid: process.pid, start}), true);
    assert.equal(await isAlive({pid: process.pid, start: '1'}), false);
    assert.equal(await isAlive({pid: 2 ** 22 + 1, start: ''}), false);
  });

  it('knows the parent', async () => {
    assert.equal((await readStat(process.pid))?.parent, process.ppid);
  });
});
