import assert from 'node:assert/strict';

import {buildImage} from './image.ts';
import {readJournal} from './journal.ts';

describe('the image of the guest', () => {
  it('begins with a boot sector, and has a journal without blocks', () => {
    const image = buildImage(1);
    assert.equal(image.length, 1024 * 1024);
    assert.deepEqual([...image.subarray(510, 512)], [0x55, 0xaa]);
    assert.deepEqual(readJournal(image), {capacity: 2016, blocks: [], generations: [], problems: []});
  });

  it('has a journal that holds an hour', () => {
    const {capacity} = readJournal(buildImage());
    assert.ok(capacity / (1_193_182 / 65_536 / 2) > 59 * 60);
  });
});
