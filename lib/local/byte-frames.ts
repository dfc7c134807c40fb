/** Four bytes of length, the highest first, in front of a body: how programs on this computer send each other messages. */
const LENGTH_BYTES = 4;

/** A body with its length in front. */
export function encodeFrame(body: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** Puts frames together from the pieces in which they come. */
export class FrameSplitter {
  readonly #bytesAtMost: number;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(bytesAtMost: number) {
    this.#bytesAtMost = bytesAtMost;
  }

  /** The bodies that are whole with this piece. A RangeError when one is announced as longer than is allowed: it is no frame. */
  push(piece: Buffer): Buffer[] {
    this.#pieces.push(piece);
    this.#length += piece.length;
    const bodies: Buffer[] = [];
    for (let body = this.#take(); body !== null; body = this.#take()) bodies.push(body);
    return bodies;
  }

  #take(): Buffer | null {
    if (this.#length < LENGTH_BYTES) return null;
    const end = LENGTH_BYTES + this.#readLength();
    // A large frame comes in thousands of pieces: they are joined once, when all are there.
    if (this.#length < end) return null;
    const all = this.#join();
    this.#pieces = [all.subarray(end)];
    this.#length -= end;
    return all.subarray(LENGTH_BYTES, end);
  }

  #readLength(): number {
    const [first = Buffer.alloc(0)] = this.#pieces;
    const length = (first.length < LENGTH_BYTES ? this.#join() : first).readUInt32BE();
    if (length > this.#bytesAtMost) throw new RangeError(`a frame of ${String(length)} bytes is too large`);
    return length;
  }

  #join(): Buffer {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }
}
