import {FIELDS, FIRST_SECTOR, getCapacity, MAGIC, SECTOR} from './layout.ts';

/** A block as the guest has written it; layout.ts says what its fields are. */
export interface Block {
  readonly number: number;
  readonly generation: number;
  readonly identity: number;
  readonly tick: number;
  readonly clashes: number;
}

/** What one boot of the guest has written, as far as it is still there. */
export interface Generation {
  readonly generation: number;
  readonly first: number;
  readonly last: number;
  /** For how many seconds nothing was written before it, less than a day, by the guest's own clock; null for the first there is. */
  readonly silence: number | null;
}

export interface Journal {
  /** How many blocks it holds. A block is overwritten when so many have followed it. */
  readonly capacity: number;
  /** Oldest first. Those that are not where they belong are left out. */
  readonly blocks: readonly Block[];
  readonly generations: readonly Generation[];
  /** What can not be when one guest at a time has written, and nothing that was written got lost. Empty when all is well. */
  readonly problems: readonly string[];
}

/** The BIOS's clock: 1,193,182 Hz divided by 65,536; so many ticks are a day. */
const TICKS_A_SECOND = 1_193_182 / 65_536;
const TICKS_A_DAY = 0x1800b0;

/**
 * Reads the journal of a guest's whole disk, and judges it: every number from the oldest to the newest is there once, each
 * generation follows the one before it, is written by one guest, and no guest found its next block written already. A block
 * that is torn is only found where the next would have been written: a guest that was killed leaves one, and its next boot writes over it.
 */
export function readJournal(disk: Uint8Array): Journal {
  const capacity = getCapacity(disk.length);
  const slots = readSlots(disk, capacity);
  const isAtHome = ({number}: Block, slot: number): boolean => (number - 1) % capacity === slot;
  const whole = slots.flatMap((found, slot) => (typeof found === 'object' && isAtHome(found, slot) ? [found] : []));
  const last = whole.reduce((most, {number}) => Math.max(most, number), 0);
  const blocks = whole.filter(({number}) => number > last - capacity).sort((a, b) => a.number - b.number);
  const problems = [
    ...slots.flatMap((found, slot) =>
      typeof found === 'object' && !isAtHome(found, slot)
        ? [`block ${String(found.number)} is in slot ${String(slot)}`]
        : [],
    ),
    ...describeGaps(blocks, slots),
    ...describeRemains(last, slots),
    ...summarise(describeOrder(blocks)),
    ...describeClashes(blocks),
  ];
  return {capacity, blocks, generations: getGenerations(blocks), problems};
}

/**
 * What of an earlier reading of the same disk is no more, or is not as it was: blocks that were lost and written again by a later
 * generation look well in the later reading alone. Empty when nothing is lost.
 */
export function findLosses(before: Journal, after: Journal): readonly string[] {
  const now = new Map(after.blocks.map((block) => [block.number, block]));
  const last = after.blocks.at(-1)?.number ?? 0;
  const kept = before.blocks.filter(({number}) => number > last + 1 - after.capacity);
  const lost = kept.filter(({number}) => !now.has(number));
  const rewritten = kept.filter((block) => !isSame(block, now.get(block.number) ?? block));
  return [
    ...describeRanges(lost.map(({number}) => number)).map((blocks) => `${blocks} lost`),
    ...describeRanges(rewritten.map(({number}) => number)).map((blocks) => `${blocks} written again`),
  ];
}

/** A block as it stands on the disk: what the guest itself would write. */
export function encodeBlock(block: Block): Uint8Array {
  const view = new DataView(new ArrayBuffer(SECTOR));
  for (let at = 0; at < SECTOR; at += 4) view.setUint32(at, block.number, true);
  view.setUint32(FIELDS.magic, MAGIC, true);
  view.setUint32(FIELDS.generation, block.generation, true);
  view.setUint32(FIELDS.identity, block.identity, true);
  view.setUint32(FIELDS.tick, block.tick, true);
  view.setUint32(FIELDS.clashes, block.clashes, true);
  view.setUint32(FIELDS.checksum, sumUp(view), true);
  return new Uint8Array(view.buffer);
}

/** What a slot holds. */
type Slot = Block | 'empty' | 'torn';

function readSlots(disk: Uint8Array, capacity: number): readonly Slot[] {
  return Array.from({length: capacity}, (_, slot) =>
    decodeSlot(new DataView(disk.buffer, disk.byteOffset + (FIRST_SECTOR + slot) * SECTOR, SECTOR)),
  );
}

function decodeSlot(view: DataView): Slot {
  const read = (field: keyof typeof FIELDS): number => view.getUint32(FIELDS[field], true);
  if (read('magic') === MAGIC && read('checksum') === sumUp(view)) {
    const [number, generation, identity] = [read('number'), read('generation'), read('identity')];
    return {number, generation, identity, tick: read('tick'), clashes: read('clashes')};
  }
  for (let at = 0; at < SECTOR; at += 4) if (view.getUint32(at, true) !== 0) return 'torn';
  return 'empty';
}

function sumUp(view: DataView): number {
  let sum = 0;
  for (let at = 0; at < FIELDS.checksum; at += 4) {
    sum = (((sum << 1) | (sum >>> 31)) + view.getUint32(at, true)) >>> 0;
  }
  return sum;
}

function describeGaps(blocks: readonly Block[], slots: readonly Slot[]): readonly string[] {
  const last = blocks.at(-1)?.number ?? 0;
  const there = new Set(blocks.map(({number}) => number));
  // The oldest is gone when a guest was killed while it wrote in that place.
  const isOldestTorn = slots[last % slots.length] === 'torn';
  const oldest = Math.max(1, last - slots.length + (isOldestTorn ? 2 : 1));
  const absent = Array.from({length: Math.max(0, last - oldest + 1)}, (_, index) => oldest + index).filter(
    (number) => !there.has(number),
  );
  const isTorn = (number: number): boolean => slots[(number - 1) % slots.length] === 'torn';
  return [
    ...describeRanges(absent.filter(isTorn)).map((range) => `${range} torn`),
    ...describeRanges(absent.filter((number) => !isTorn(number))).map((range) => `${range} missing`),
  ];
}

/** In a journal that is not full yet, nothing is behind the place of the next block. */
function describeRemains(last: number, slots: readonly Slot[]): readonly string[] {
  const behind = last >= slots.length ? [] : slots.slice(last + 1);
  const remains = behind.flatMap((found, index) => (found === 'torn' ? [last + 2 + index] : []));
  return describeRanges(remains).map((range) => `${range} torn, behind the newest`);
}

function describeOrder(blocks: readonly Block[]): readonly string[] {
  const identities = new Map<number, Block>();
  return blocks.flatMap((block, index) => {
    const {number, generation, identity} = block;
    const before = blocks[index - 1] ?? block;
    const other = identities.get(generation) ?? block;
    identities.set(generation, other);
    const said = `block ${String(number)} of generation ${String(generation)}`;
    if (generation < before.generation) return [`${said} after one of generation ${String(before.generation)}`];
    if (generation > before.generation + 1)
      return [`${said} next after one of generation ${String(before.generation)}`];
    return identity === other.identity ? [] : [`${said} by another guest than block ${String(other.number)}`];
  });
}

function describeClashes(blocks: readonly Block[]): readonly string[] {
  const newest = blocks.at(-1);
  const first = blocks.find(({clashes}) => clashes > 0);
  if (first === undefined || newest === undefined) return [];
  const times = Math.max(newest.clashes, first.clashes);
  const said = `block ${String(first.number)} of generation ${String(first.generation)}`;
  return [`a guest found its next blocks written already, ${String(times)} times, as ${said} is the first to say`];
}

/** The first of many problems of one kind, and how many there are. */
function summarise(problems: readonly string[]): readonly string[] {
  const [first, ...others] = problems;
  if (first === undefined) return [];
  return [others.length === 0 ? first : `${first}, and ${String(others.length)} more like it`];
}

function getGenerations(blocks: readonly Block[]): readonly Generation[] {
  const generations: Generation[] = [];
  for (const [index, {number, generation, tick}] of blocks.entries()) {
    const current = generations.at(-1);
    const before = blocks[index - 1];
    if (current?.generation === generation) {
      generations[generations.length - 1] = {...current, last: number};
    } else {
      const silence = before === undefined ? null : getSeconds(before.tick, tick);
      generations.push({generation, first: number, last: number, silence});
    }
  }
  return generations;
}

function getSeconds(from: number, to: number): number {
  return ((to - from + TICKS_A_DAY) % TICKS_A_DAY) / TICKS_A_SECOND;
}

/** Of numbers in ascending order: `block 3`, `blocks 5-9`, each with its verb. */
function describeRanges(numbers: readonly number[]): readonly string[] {
  const ranges: {first: number; last: number}[] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range?.last === number - 1) range.last = number;
    else ranges.push({first: number, last: number});
  }
  return ranges.map(({first, last}) =>
    first === last ? `block ${String(first)} is` : `blocks ${String(first)}-${String(last)} are`,
  );
}

function isSame(a: Block, b: Block): boolean {
  return a.generation === b.generation && a.identity === b.identity && a.tick === b.tick;
}
