import assert from 'node:assert/strict';

import {LocalError} from '../../errors.ts';
import {LayerError} from './failures.ts';
import {createLayerMemory} from './layer-memory.ts';
import type {LayerRecord} from './layer-record.ts';

const createRecord = (id: string, seconds: number): LayerRecord => ({
  id,
  base: '',
  asked: [],
  installed: {},
  contents: {entries: 1, bytes: 1, rights: 0, status: ''},
  isEmpty: false,
  seconds,
});

describe('what is known of layers', () => {
  let looks: string[];
  let removed: Set<string>;
  let recall: (id: string, failure?: Error) => Promise<LayerRecord>;

  beforeEach(() => {
    looks = [];
    removed = new Set();
    const memory = createLayerMemory((id) => Promise.resolve(!removed.has(id)));
    recall = (id, failure) =>
      memory(id, () => {
        looks.push(id);
        removed.delete(id);
        return failure === undefined ? Promise.resolve(createRecord(id, looks.length)) : Promise.reject(failure);
      });
  });

  it('is found out once for each, also by those who ask at the same time', async () => {
    const [first, second] = await Promise.all([recall('a'), recall('a'), recall('b')]);
    assert.equal(first, second);
    assert.equal(await recall('a'), first);
    assert.deepEqual(looks, ['a', 'b']);
  });

  it('is found out again, once, when the layer is no longer there', async () => {
    await recall('a');
    removed.add('a');
    const [first, second] = await Promise.all([recall('a'), recall('a')]);
    assert.deepEqual([first.seconds, second.seconds], [2, 2]);
    assert.deepEqual(looks, ['a', 'a']);
  });

  it('is that packages cannot be had together, in the same words, without a second try', async () => {
    const refusal = new LayerError('these packages exclude each other');
    await assert.rejects(recall('a', refusal), refusal);
    await assert.rejects(recall('a'), refusal);
    assert.deepEqual(looks, ['a']);
  });

  it('is nothing when a build fails for a reason that may pass', async () => {
    const failure = new LocalError('the archives do not answer');
    await assert.rejects(recall('a', failure), failure);
    assert.equal((await recall('a')).seconds, 2);
  });
});
