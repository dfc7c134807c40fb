import {compareNaturally} from '#juju';

/** What can be printed: JSON's values; `undefined` entries are left out. */
export type Printable =
  null | undefined | boolean | number | string | readonly Printable[] | {readonly [key: string]: Printable};

/** A value as go-yaml prints it: keys in natural order, lists not indented under their key. Ends with a line feed. */
export function renderYaml(value: Printable): string {
  return `${renderLines(value).join('\n')}\n`;
}

function renderLines(value: Printable): string[] {
  if (isList(value)) return value.length === 0 ? ['[]'] : value.flatMap(renderItem);
  if (isMap(value)) {
    const entries = getEntries(value);
    return entries.length === 0 ? ['{}'] : entries.flatMap(([key, entry]) => renderEntry(key, entry));
  }
  if (typeof value === 'string' && isBlock(value)) return renderBlock('', value, '  ');
  return [renderScalar(value)];
}

function getEntries(map: Readonly<Record<string, Printable>>): [string, Printable][] {
  return Object.entries(map)
    .filter(([, entry]) => entry !== undefined)
    .sort(([left], [right]) => compareNaturally(left, right));
}

function renderEntry(key: string, value: Printable): string[] {
  const name = `${renderScalar(key)}:`;
  if (typeof value === 'string' && isBlock(value)) return renderBlock(`${name} `, value, '  ');
  const lines = renderLines(value);
  if (isMap(value) && getEntries(value).length > 0) return [name, ...lines.map((line) => indent(line))];
  return isList(value) && value.length > 0 ? [name, ...lines] : [`${name} ${lines.join('\n')}`];
}

function renderItem(value: Printable): string[] {
  return renderLines(value).map((line, index) => (index === 0 ? `- ${line}` : indent(line)));
}

function indent(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

function isBlock(text: string): boolean {
  return text.includes('\n') && /^[\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]+$/u.test(text) && !/^\s/.test(text);
}

function renderBlock(lead: string, text: string, margin: string): string[] {
  const chomp = text.endsWith('\n\n') ? '+' : text.endsWith('\n') ? '' : '-';
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return [`${lead}|${chomp}`, ...lines.map((line) => (line === '' ? '' : `${margin}${line}`))];
}

function isList(value: Printable): value is readonly Printable[] {
  return Array.isArray(value);
}

function isMap(value: Printable): value is {readonly [key: string]: Printable} {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function renderScalar(value: Printable): string {
  switch (typeof value) {
    case 'string':
      return renderText(value);
    case 'boolean':
    case 'number':
      return String(value);
    default:
      return 'null';
  }
}

/** What YAML 1.1 would not read as text: numbers, booleans, null, dates, merge keys. */
const OTHER_TYPES =
  /^(?:|~|null|Null|NULL|y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|<<|[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[\da-fA-F_]+|\d[\d_]*)|[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?|\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?)$/;
const NOT_PLAIN = /^[\s,[\]{}#&*!|>'"%@`]|^[-?:](?:\s|$)|:(?:\s|$)|\s#|\s$|^(?:---|\.\.\.)/;
const NOT_PRINTABLE = /[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function renderText(text: string): string {
  if (NOT_PRINTABLE.test(text) || OTHER_TYPES.test(text)) return JSON.stringify(text);
  return NOT_PLAIN.test(text) ? `'${text.replaceAll("'", "''")}'` : text;
}

/** A value as Go's encoding/json prints it: compact, keys sorted, and `<`, `>`, `&` escaped. */
export function renderJson(value: Printable): string {
  return JSON.stringify(sortKeys(value)).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sortKeys(value: Printable): Printable {
  if (isList(value)) return value.map(sortKeys);
  if (!isMap(value)) return value ?? null;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sortKeys(entry)]));
}

/** Juju's `smart` format: bare text, lists one to a line, Python's booleans, YAML for the rest. */
export function renderSmart(value: Printable): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'string') return `${value}\n`;
  if (typeof value === 'boolean') return value ? 'True\n' : 'False\n';
  if (isList(value) && value.every((item) => typeof item === 'string'))
    return value.map((item) => `${item}\n`).join('');
  return renderYaml(value);
}
