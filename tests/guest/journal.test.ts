import assert from 'node:assert/strict';

import fc from 'fast-check';

import {encodeBlock, findLosses, readJournal, type Block} from './journal.ts';
import {FIRST_SECTOR, SECTOR, SECTORS_AT_ONCE} from './layout.ts';

const CAPACITY = 2 * SECTORS_AT_ONCE;

/** Blocks of guests that ran one after the other, each writing so many; together from a few to more than twice the journal. */
const history = fc
  .array(fc.record({count: fc.integer({min: 1, max: 40}), identity: fc.nat(), tick: fc.nat(0x1800af)}), {
    minLength: 2,
    maxLength: 8,
  })
  .map((boots) =>
    boots
      .flatMap(({count, identity, tick}, index) =>
        Array.from({length: count}, (_, at) => ({
          generation: index + 1,
          identity: identity + index * 2 ** 31,
          tick: (tick + 2 * at) % 0x1800b0,
          clashes: 0,
        })),
      )
      .map((block, index) => ({...block, number: index + 1, identity: block.identity % 2 ** 32})),
  )
  .filter((blocks) => blocks.length >= 4);

function getPlace(number: number): number {
  return (FIRST_SECTOR + ((number - 1) % CAPACITY)) * SECTOR;
}

function write(disk: Uint8Array, blocks: readonly Block[]): Uint8Array {
  for (const block of blocks) disk.set(encodeBlock(block), getPlace(block.number));
  return disk;
}

function layOut(blocks: readonly Block[]): Uint8Array {
  return write(new Uint8Array((FIRST_SECTOR + CAPACITY) * SECTOR), blocks);
}

/** The blocks that a journal still holds. */
function getKept(blocks: readonly Block[]): readonly Block[] {
  return blocks.slice(-CAPACITY);
}

/** A history, and one of the blocks that its journal holds, neither the oldest nor the newest. */
const historyAndBlock = history.chain((blocks) => {
  const inner = getKept(blocks).slice(1, -1);
  return fc.record({blocks: fc.constant(blocks), block: fc.constantFrom(...inner)});
});

describe('the journal of a guest', () => {
  it('holds every block that was not overwritten yet, without a problem', () => {
    fc.assert(
      fc.property(history, (blocks) => {
        const journal = readJournal(layOut(blocks));
        assert.deepEqual(journal.problems, []);
        assert.deepEqual(journal.blocks, getKept(blocks));
      }),
    );
  });

  it('is empty on a new disk', () => {
    assert.deepEqual(readJournal(layOut([])), {capacity: CAPACITY, blocks: [], generations: [], problems: []});
  });

  it('says what each boot has written, and for how long nothing was written before it', () => {
    const block = {identity: 7, clashes: 0};
    const {generations} = readJournal(
      layOut([
        {...block, number: 1, generation: 1, tick: 0x1800af},
        {...block, number: 2, generation: 2, tick: 181},
        {...block, number: 3, generation: 2, tick: 183},
      ]),
    );
    assert.deepEqual(
      generations.map((generation) => ({...generation, silence: generation.silence?.toFixed(1)})),
      [
        {generation: 1, first: 1, last: 1, silence: undefined},
        {generation: 2, first: 2, last: 3, silence: '10.0'},
      ],
    );
  });

  it('may end in a block that was torn when its guest was killed', () => {
    fc.assert(
      fc.property(history, fc.integer({min: 1, max: SECTOR / 4 - 1}), (blocks, words) => {
        const disk = layOut(blocks);
        const number = blocks.length + 1;
        const torn = encodeBlock({number, generation: 9, identity: 9, tick: 9, clashes: 0}).subarray(0, words * 4);
        disk.set(torn, getPlace(number));
        assert.deepEqual(readJournal(disk).problems, []);
        assert.equal(readJournal(disk).blocks.at(-1)?.number, blocks.length);
      }),
    );
  });

  it('has a problem when a block is gone', () => {
    fc.assert(
      fc.property(historyAndBlock, ({blocks, block}) => {
        const disk = layOut(blocks).fill(0, getPlace(block.number), getPlace(block.number) + SECTOR);
        assert.ok(readJournal(disk).problems.includes(`block ${String(block.number)} is missing`));
      }),
    );
  });

  it('has a problem when a block was not written over the one that is a round older', () => {
    fc.assert(
      fc.property(historyAndBlock, ({blocks, block}) => {
        fc.pre(block.number > CAPACITY);
        const disk = write(layOut(blocks), [{...block, number: block.number - CAPACITY}]);
        assert.ok(readJournal(disk).problems.includes(`block ${String(block.number)} is missing`));
      }),
    );
  });

  it('has a problem when a block is torn, or a bit of it has turned', () => {
    fc.assert(
      fc.property(historyAndBlock, fc.nat(SECTOR * 8 - 1), ({blocks, block}, bit) => {
        const disk = layOut(blocks);
        const at = getPlace(block.number) + (bit >> 3);
        disk[at] = (disk[at] ?? 0) ^ (1 << (bit & 7));
        assert.ok(readJournal(disk).problems.includes(`block ${String(block.number)} is torn`));
      }),
    );
  });

  it('has a problem when a block is there twice', () => {
    fc.assert(
      fc.property(historyAndBlock, fc.nat(CAPACITY - 1), ({blocks, block}, slot) => {
        fc.pre(slot !== (block.number - 1) % CAPACITY);
        const disk = layOut(blocks);
        disk.set(encodeBlock(block), (FIRST_SECTOR + slot) * SECTOR);
        assert.ok(readJournal(disk).problems.includes(`block ${String(block.number)} is in slot ${String(slot)}`));
      }),
    );
  });

  it('has a problem when a guest has written between the blocks of another', () => {
    fc.assert(
      fc.property(historyAndBlock, fc.integer({min: -3, max: 3}), ({blocks, block}, distance) => {
        fc.pre(distance !== 0);
        const foreign = {...block, identity: block.identity ^ 1, generation: block.generation + distance};
        const neighbours = blocks.filter(({number}) => Math.abs(number - block.number) === 1);
        // One step up or down at a border of generations is no damage: the border is one block further.
        fc.pre(!neighbours.some(({generation}) => generation === foreign.generation));
        assert.notDeepEqual(readJournal(write(layOut(blocks), [foreign])).problems, []);
      }),
    );
  });

  it('has a problem when two guests of the same generation have written', () => {
    fc.assert(
      fc.property(historyAndBlock, ({blocks, block}) => {
        const kin = getKept(blocks).filter(({generation}) => generation === block.generation);
        fc.pre(kin.length > 1);
        const {problems} = readJournal(write(layOut(blocks), [{...block, identity: block.identity ^ 1}]));
        assert.ok(problems.some((problem) => problem.includes('by another guest')));
      }),
    );
  });

  it('has a problem when a guest says that it met another', () => {
    fc.assert(
      fc.property(historyAndBlock, ({blocks, block}) => {
        const {problems} = readJournal(write(layOut(blocks), [{...block, clashes: 1}]));
        assert.equal(problems.length, 1);
        assert.ok(problems[0]?.includes(`block ${String(block.number)} `));
      }),
    );
  });
});

describe('what an earlier journal proves', () => {
  it('is that nothing was lost when the guest has only gone on', () => {
    fc.assert(
      fc.property(history, fc.nat(), (blocks, some) => {
        const before = readJournal(layOut(blocks.slice(0, some % (blocks.length + 1))));
        assert.deepEqual(findLosses(before, readJournal(layOut(blocks))), []);
      }),
    );
  });

  it('is which blocks are lost', () => {
    fc.assert(
      fc.property(history, (blocks) => {
        const losses = findLosses(readJournal(layOut(blocks)), readJournal(layOut(blocks.slice(0, -2))));
        const [from, to] = [blocks.length - 1, blocks.length].map(String);
        assert.deepEqual(losses, [`blocks ${from}-${to} are lost`]);
      }),
    );
  });

  it('is which blocks were lost and written again', () => {
    fc.assert(
      fc.property(history, (blocks) => {
        const again = blocks.at(-1)!;
        const after = [...blocks.slice(0, -1), {...again, generation: again.generation + 1}];
        const losses = findLosses(readJournal(layOut(blocks)), readJournal(layOut(after)));
        assert.deepEqual(losses, [`block ${String(again.number)} is written again`]);
      }),
    );
  });

  it('is that a disk was made anew', () => {
    const block = {generation: 1, identity: 1, tick: 0, clashes: 0};
    const before = readJournal(layOut([1, 2, 3].map((number) => ({...block, number}))));
    assert.deepEqual(findLosses(before, readJournal(layOut([]))), ['blocks 1-3 are lost']);
  });
});
