import {assemble} from './assembler.ts';
import {ORIGIN, PROGRAM} from './program.ts';

const MEBIBYTE = 1024 * 1024;

/**
 * A raw disk image that boots under a PC's BIOS and writes numbered blocks to itself (`readJournal` reads them), 9.1 a
 * second. Its journal goes round: 16 MiB hold the last hour of it, 1 MiB the last 3.7 minutes. `mebibytes` is a whole number.
 *
 * A block that it has written is in QEMU's hands: on an IDE disk with the cache `writeback`, in the page cache of QEMU's host, which a
 * killed QEMU does not take away; on a virtio disk QEMU has also synchronised its file, since SeaBIOS does not ask for a cache.
 */
export function buildImage(mebibytes = 16): Uint8Array {
  const {bytes} = assemble(PROGRAM, ORIGIN);
  const image = new Uint8Array(mebibytes * MEBIBYTE);
  image.set(bytes);
  return image;
}
