/** Text is not the Python literal it should be. The message never quotes it. */
export class PythonLiteralError extends Error {
  override readonly name = 'PythonLiteralError';
}

const TOKEN =
  /\s*(?:(?<punctuation>[{}[\](),:])|(?<word>True|False|None)|(?<number>-?\d+(?:\.\d+)?)|[ub]?(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))/suy;

const ESCAPES: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r'};
const WORDS: Readonly<Record<string, boolean | null>> = {True: true, False: false, None: null};

type Token = {readonly punctuation: string} | {readonly value: string | number | boolean | null};

/**
 * Reads a Python literal of dicts, lists, tuples, strings, numbers, True, False and None: what charms before JSON wrote
 * on the `ha` relation. It is read by grammar, never evaluated. Throws a PythonLiteralError.
 */
export function parsePythonLiteral(text: string): unknown {
  const tokens = tokenize(text);
  const [value, end] = parseValue(tokens, 0);
  if (end !== tokens.length) {
    throw new PythonLiteralError('there is something after the literal');
  }
  return value;
}

function tokenize(text: string): readonly Token[] {
  const trimmed = text.trimEnd();
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < trimmed.length) {
    const groups = pattern.exec(trimmed)?.groups;
    if (groups === undefined) {
      throw new PythonLiteralError('it is no Python literal');
    }
    tokens.push(toToken(groups));
  }
  return tokens;
}

function toToken({punctuation, word, number, text}: Partial<Record<string, string>>): Token {
  if (punctuation !== undefined) {
    return {punctuation};
  }
  if (word !== undefined) {
    return {value: WORDS[word] ?? null};
  }
  if (number !== undefined) {
    return {value: Number(number)};
  }
  const inner = (text ?? '').slice(1, -1);
  return {value: inner.replaceAll(/\\(.)/gsu, (_all, character: string) => ESCAPES[character] ?? character)};
}

const CLOSING: Readonly<Record<string, string>> = {'{': '}', '[': ']', '(': ')'};

function parseValue(tokens: readonly Token[], at: number): [unknown, number] {
  const token = tokens[at];
  if (token === undefined) {
    throw new PythonLiteralError('it ends too early');
  }
  if ('value' in token) {
    return [token.value, at + 1];
  }
  const closing = CLOSING[token.punctuation];
  if (closing === undefined) {
    throw new PythonLiteralError(`"${token.punctuation}" stands where a value should`);
  }
  return closing === '}' ? parseDict(tokens, at + 1) : parseSequence(tokens, at + 1, closing);
}

function parseDict(tokens: readonly Token[], start: number): [Record<string, unknown>, number] {
  const entries: [string, unknown][] = [];
  let at = start;
  while (!isPunctuation(tokens[at], '}')) {
    const [key, colon] = parseValue(tokens, at);
    if (typeof key !== 'string' || !isPunctuation(tokens[colon], ':')) {
      throw new PythonLiteralError('a dict needs text keys, each with a value');
    }
    const [value, next] = parseValue(tokens, colon + 1);
    entries.push([key, value]);
    at = skipComma(tokens, next, '}');
  }
  return [Object.fromEntries(entries), at + 1];
}

function parseSequence(tokens: readonly Token[], start: number, closing: string): [unknown[], number] {
  const items: unknown[] = [];
  let at = start;
  while (!isPunctuation(tokens[at], closing)) {
    const [item, next] = parseValue(tokens, at);
    items.push(item);
    at = skipComma(tokens, next, closing);
  }
  return [items, at + 1];
}

function skipComma(tokens: readonly Token[], at: number, closing: string): number {
  if (isPunctuation(tokens[at], ',')) {
    return at + 1;
  }
  if (!isPunctuation(tokens[at], closing)) {
    throw new PythonLiteralError(`a comma or "${closing}" is missing`);
  }
  return at;
}

function isPunctuation(token: Token | undefined, wanted: string): boolean {
  return token !== undefined && 'punctuation' in token && token.punctuation === wanted;
}
