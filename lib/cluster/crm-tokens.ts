import {ClusterSyntaxError} from './errors.ts';

/** A place in a text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One word of crm syntax, without its quotes. */
export interface CrmToken extends Place {
  readonly text: string;
}

/** One statement: its words, and for `xml` statements the raw text after the keyword. */
export interface CrmStatement extends Place {
  readonly tokens: readonly CrmToken[];
  readonly raw: string;
}

const source = 'crm syntax';

/** How the words of one text are found: whole lines, or one statement in which a new line is a blank. */
interface Options {
  readonly oneStatement: boolean;
}

class Scanner {
  readonly text: string;
  readonly oneStatement: boolean;
  offset = 0;
  line = 1;
  lineStart = 0;

  constructor(text: string, options: Options) {
    this.text = text;
    this.oneStatement = options.oneStatement;
  }

  get place(): Place {
    return {line: this.line, column: this.offset - this.lineStart + 1};
  }

  get current(): string {
    return this.text.charAt(this.offset);
  }

  get isAtEnd(): boolean {
    return this.offset >= this.text.length;
  }

  advance(): void {
    if (this.current === '\n') {
      this.line += 1;
      this.lineStart = this.offset + 1;
    }
    this.offset += 1;
  }

  /** Whether a backslash that ends its line is next: the statement goes on. */
  get isAtContinuation(): boolean {
    return this.current === '\\' && /^\\[ \t\r]*(\n|$)/.test(this.text.slice(this.offset, this.offset + 64));
  }

  skipContinuation(): void {
    while (!this.isAtEnd && this.current !== '\n') this.advance();
    this.advance();
  }

  skipLine(): void {
    while (!this.isAtEnd && this.current !== '\n') this.advance();
  }

  skipBlanks(): void {
    for (;;) {
      if (this.isAtContinuation) this.skipContinuation();
      else if (/[ \t\r]/.test(this.current) || (this.oneStatement && this.current === '\n')) this.advance();
      else return;
    }
  }

  get isAtWordEnd(): boolean {
    return this.isAtEnd || /\s/.test(this.current) || this.isAtContinuation;
  }
}

function readQuoted(scanner: Scanner): string {
  const quote = scanner.current;
  const start = scanner.place;
  let value = '';
  scanner.advance();
  while (scanner.current !== quote) {
    if (scanner.isAtEnd) throw new ClusterSyntaxError(source, `a ${quote} without its end`, start);
    if (quote === '"' && /^\\["\\]/.test(scanner.text.slice(scanner.offset, scanner.offset + 2))) scanner.advance();
    value += scanner.current;
    scanner.advance();
  }
  scanner.advance();
  return value;
}

function readWord(scanner: Scanner): CrmToken {
  const place = scanner.place;
  let text = '';
  while (!scanner.isAtWordEnd) {
    if (scanner.current === '"' || scanner.current === "'") {
      text += readQuoted(scanner);
      continue;
    }
    text += scanner.current;
    scanner.advance();
  }
  return {text, ...place};
}

function readWords(scanner: Scanner): readonly CrmToken[] {
  const tokens: CrmToken[] = [];
  for (;;) {
    scanner.skipBlanks();
    if (scanner.isAtEnd || scanner.current === '\n') return tokens;
    tokens.push(readWord(scanner));
  }
}

/** An `xml` statement is not made of words: its quotes belong to the XML. It ends where its last line has no backslash. */
function readRaw(scanner: Scanner): string {
  const start = scanner.offset;
  while (!scanner.isAtEnd && scanner.current !== '\n') {
    if (scanner.isAtContinuation) scanner.skipContinuation();
    else scanner.advance();
  }
  return scanner.text
    .slice(start, scanner.offset)
    .replace(/^\s*xml\s/, '')
    .replace(/\\[ \t\r]*\n/g, '\n');
}

function readStatement(scanner: Scanner): CrmStatement {
  const place = scanner.place;
  if (/^xml\s/.test(scanner.text.slice(scanner.offset, scanner.offset + 4))) {
    return {...place, tokens: [{text: 'xml', ...place}], raw: readRaw(scanner)};
  }
  return {...place, tokens: readWords(scanner), raw: ''};
}

/**
 * The statements of a text in crm syntax: a line each, going on where a line ends in a backslash. Words may hold parts in
 * quotes; in double quotes a backslash stands before a quote or a backslash. Lines that begin with `#` are comments.
 *
 * @throws ClusterSyntaxError at a quote without its end.
 */
export function getStatements(text: string): readonly CrmStatement[] {
  const scanner = new Scanner(text, {oneStatement: false});
  const statements: CrmStatement[] = [];
  for (;;) {
    scanner.skipBlanks();
    if (scanner.isAtEnd) return statements;
    if (scanner.current === '\n') scanner.advance();
    else if (scanner.current === '#') scanner.skipLine();
    else statements.push(readStatement(scanner));
  }
}

/** The words of a text that is part of one statement, whatever lines it has. */
export function getWords(text: string): readonly CrmToken[] {
  return readWords(new Scanner(text, {oneStatement: true}));
}

/** Reads words one after the other and says where something is wrong. */
export class CrmCursor {
  readonly #tokens: readonly CrmToken[];
  readonly #end: Place;
  #next = 0;

  constructor(tokens: readonly CrmToken[], end: Place) {
    this.#tokens = tokens;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  /** How many words are left. */
  get left(): number {
    return this.#tokens.length - this.#next;
  }

  /** The next word, or an empty text at the end. */
  get peek(): string {
    return this.#tokens[this.#next]?.text ?? '';
  }

  /** The next word in lower case, for keywords. */
  get keyword(): string {
    return this.peek.toLowerCase();
  }

  /** The last word of the statement. */
  get lastWord(): string {
    return this.#tokens.at(-1)?.text ?? '';
  }

  /** An error at the next word. */
  fail(problem: string): never {
    throw new ClusterSyntaxError(source, problem, this.#tokens[this.#next] ?? this.#end);
  }

  take(expected: string): string {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.text === '') this.fail(`expected ${expected}`);
    this.#next += 1;
    return token.text;
  }

  /** Takes the next word when it is that keyword. */
  takeKeyword(keyword: string): boolean {
    if (this.isAtEnd || this.keyword !== keyword) return false;
    this.#next += 1;
    return true;
  }

  /** Takes the next word when it matches, and answers with the match. */
  takeMatch(pattern: RegExp): RegExpExecArray | null {
    const match = this.isAtEnd ? null : pattern.exec(this.peek);
    if (match !== null) this.#next += 1;
    return match;
  }

  /** The statement without its last word: some attributes stand behind a list. */
  withoutLast(): CrmCursor {
    return new CrmCursor(this.#tokens.slice(this.#next, -1), this.#tokens.at(-1) ?? this.#end);
  }

  expectEnd(): void {
    if (!this.isAtEnd) this.fail('unexpected word');
  }
}
