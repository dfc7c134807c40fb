/** What is longer is told in pieces: a program that never ends its line is not to fill the memory. */
const LINE_LIMIT = 1024 ** 2;

/** Puts lines together from the pieces of text in which they come. A line ends with a line feed, a carriage return or both. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #limit: number;
  #pieces: string[] = [];
  #length = 0;
  #isAfterReturn = false;

  /** `limit` in UTF-16 units. */
  constructor(onLine: (line: string) => void, limit = LINE_LIMIT) {
    this.#onLine = onLine;
    this.#limit = limit;
  }

  push(text: string): void {
    // The second half of one end of a line.
    const rest = this.#isAfterReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') this.#isAfterReturn = text.endsWith('\r');
    const lines = rest.split(/\r\n|\n|\r/);
    lines.forEach((line, index) => {
      this.#add(line);
      if (index < lines.length - 1) this.#tell();
    });
  }

  /** There is no more: the last line may have no end. */
  end(): void {
    if (this.#length > 0) this.#tell();
  }

  #add(line: string): void {
    let rest = line;
    while (this.#length + rest.length > this.#limit) {
      const room = this.#limit - this.#length;
      this.#keep(rest.slice(0, room));
      rest = rest.slice(room);
      this.#tell();
    }
    this.#keep(rest);
  }

  #keep(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
  }

  #tell(): void {
    const line = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    this.#onLine(line);
  }
}
