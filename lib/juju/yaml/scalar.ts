/** How go-yaml v2 resolves plain scalars: YAML 1.1's words, Go's integers (base prefixes, octals, underscores), floats. */

type Resolved =
  | {readonly type: 'null'; readonly value: null}
  | {readonly type: 'bool'; readonly value: boolean}
  | {readonly type: 'int'; readonly value: bigint}
  | {readonly type: 'float'; readonly value: number}
  | {readonly type: 'string'; readonly value: string};

const empty: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const yes: ReadonlySet<string> = new Set('y Y yes Yes YES true True TRUE on On ON'.split(' '));
const no: ReadonlySet<string> = new Set('n N no No NO false False FALSE off Off OFF'.split(' '));
const special: Readonly<Record<string, number>> = {
  '.nan': NaN,
  '.NaN': NaN,
  '.NAN': NaN,
  '.inf': Infinity,
  '.Inf': Infinity,
  '.INF': Infinity,
  '+.inf': Infinity,
  '+.Inf': Infinity,
  '+.INF': Infinity,
  '-.inf': -Infinity,
  '-.Inf': -Infinity,
  '-.INF': -Infinity,
};

const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/u;
const int64 = [-(2n ** 63n), 2n ** 64n - 1n] as const;

/** A Go integer of any base (`12`, `0x1f`, `0o17`, `017`, `0b11`, with `_` between digits); null when it is none. */
export function parseGoInteger(text: string): bigint | null {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/su.exec(text) ?? [];
  const plain = digits.replaceAll('_', '');
  const value = parseMagnitude(plain);
  if (value === null) return null;
  return sign === '-' ? -value : value;
}

function parseMagnitude(text: string): bigint | null {
  if (/^(?:0|[1-9][0-9]*)$/u.test(text)) return BigInt(text);
  if (/^0[oO]?[0-7]+$/u.test(text)) return BigInt(`0o${text.replace(/^0[oO]?/u, '')}`);
  if (/^0(?:[xX][0-9a-fA-F]+|[bB][01]+)$/u.test(text)) return BigInt(text.toLowerCase());
  return null;
}

/** The type and value of a plain (unquoted, untagged) scalar. */
export function resolvePlain(text: string): Resolved {
  if (empty.has(text)) return {type: 'null', value: null};
  if (yes.has(text) || no.has(text)) return {type: 'bool', value: yes.has(text)};
  if (Object.hasOwn(special, text)) return {type: 'float', value: special[text] ?? NaN};
  return resolveNumber(text) ?? {type: 'string', value: text};
}

function resolveNumber(text: string): Resolved | null {
  if (!/^[-+.0-9]/u.test(text)) return null;
  const integer = parseGoInteger(text);
  if (integer !== null && integer >= int64[0] && integer <= int64[1]) return {type: 'int', value: integer};
  const plain = text.replaceAll('_', '');
  return float.test(plain) ? {type: 'float', value: Number(plain)} : null;
}

/** The type and value of a scalar with an explicit tag, its text or a reason why not; other tags resolve as if absent. */
export function resolveTagged(tag: string, text: string): Resolved | string {
  if (tag === '!!str' || tag === '!') return {type: 'string', value: text};
  const resolved = resolvePlain(text);
  const wanted = {'!!null': 'null', '!!bool': 'bool', '!!int': 'int', '!!float': 'float'}[tag];
  if (wanted === undefined) return tag.startsWith('!!') ? resolved : {type: 'string', value: text};
  if (resolved.type === wanted) return resolved;
  if (wanted === 'float' && resolved.type === 'int') return {type: 'float', value: Number(resolved.value)};
  return `cannot decode !!${resolved.type === 'string' ? 'str' : resolved.type} \`${text}\` as a ${tag}`;
}
