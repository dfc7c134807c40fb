/**
 * How much of each stream a task keeps, in bytes of UTF-8. Juju has a task's results in one document of MongoDB, which takes 16 MB
 * (MongoDB's "BSON document size"); here they are in the model's file, which is written anew after every change.
 */
export const PRINTED_LIMIT = 1024 ** 2;

/** What a charm printed: its beginning, up to a limit. No more than that is held. */
export class PrintedText {
  readonly #limit: number;
  readonly #lines: string[] = [];
  #bytes = 0;
  #isCut = false;

  constructor(limit = PRINTED_LIMIT) {
    this.#limit = limit;
  }

  /** Takes a line, without its end. */
  add(line: string): void {
    if (this.#isCut) return;
    const left = this.#limit - this.#bytes - 1;
    // Characters have no less than one byte: what is longer need not be measured.
    const bytes = line.length > left ? Infinity : Buffer.byteLength(line);
    if (bytes > left) {
      this.#isCut = true;
      this.#lines.push(cut(line, left));
    } else {
      this.#bytes += bytes + 1;
      this.#lines.push(line);
    }
  }

  /** All lines, or those that were kept and one that says so and where to look for the rest; empty when there was none. */
  read(where: string): string {
    const lines = this.#isCut
      ? [...this.#lines, `[cut here: longer than ${String(this.#limit)} bytes; ${where}]`]
      : this.#lines;
    return lines.map((line) => `${line}\n`).join('');
  }
}

/** So many bytes of a line at most, and no piece of a character. */
function cut(line: string, bytes: number): string {
  if (bytes <= 0) return '';
  const buffer = Buffer.from(line.slice(0, bytes)).subarray(0, bytes);
  // A decoder that expects more keeps the beginning of a character to itself.
  return new TextDecoder().decode(buffer, {stream: true});
}
