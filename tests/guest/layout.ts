/** Bytes of a sector, and of a block of the journal. */
export const SECTOR = 512;

/** Where the journal begins: before it is the guest's program. */
export const FIRST_SECTOR = 32;

/** The guest reads its disk in pieces of so many sectors at boot, and leaves the last piece alone when it is not whole. */
export const SECTORS_AT_ONCE = 32;

/** How a block begins: `BLOK`, as a little-endian number. */
export const MAGIC = 0x4b4f4c42;

/**
 * Where in a block its fields begin, each a little-endian number of 32 bits. The rest of the block is filled with its number.
 *
 * - `number`: the first block of a disk is 1. It stands in slot `(number - 1) % capacity` of the journal.
 * - `generation`: how many times the guest has booted and written; the first is 1.
 * - `identity`: of one boot, from the processor's time stamp: two guests that count the same generation differ in it.
 * - `tick`: the BIOS's clock, 18.2 ticks a second since midnight.
 * - `clashes`: how often the guest, or one before it, found its next block written already: another guest runs on the same disk.
 * - `checksum`: of all words before it, each added to the sum so far, which is first rotated left by one bit.
 */
export const FIELDS = {
  magic: 0,
  number: 4,
  generation: 8,
  identity: 12,
  tick: 16,
  clashes: 20,
  checksum: SECTOR - 4,
} as const;

/** How many blocks fit into the journal of a disk with so many bytes. */
export function getCapacity(size: number): number {
  const sectors = Math.floor(size / SECTOR) - FIRST_SECTOR;
  return Math.max(0, sectors - (sectors % SECTORS_AT_ONCE));
}
