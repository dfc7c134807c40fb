import {safe, stringify} from 'ini';

/** Sections of an oslo.config file. An option that is undefined is left out; a list is written as a multi-valued one. */
export type OsloConfig = Readonly<Record<string, Readonly<Record<string, OsloValue | undefined>>>>;
export type OsloValue = string | number | boolean | readonly string[];

/** A value cannot stand in an oslo.config file; the message names section and option, never the value. */
export class OsloConfigError extends Error {
  override readonly name = 'OsloConfigError';
}

/**
 * Renders a configuration file that oslo.config reads back as the same values. `ini` writes what it and oslo.config
 * agree on. Where they differ (`;`, `#`, `=`, quotes: ini escapes or quotes them, oslo.config takes a value to the end of
 * its line and strips one pair of quotes), the line is written here. `$` is doubled, since oslo.config substitutes it.
 */
export function renderOsloConfig(config: OsloConfig): string {
  return Object.entries(config)
    .map(([section, options]) => `[${section}]\n${renderOptions(section, options)}`)
    .join('\n');
}

function renderOptions(section: string, options: OsloConfig[string]): string {
  return Object.entries(options)
    .flatMap(([key, value]) => (value === undefined ? [] : toList(value).map((item) => ({key, item}))))
    .map(({key, item}) => renderLine(`${section}/${key}`, key, item))
    .join('');
}

function toList(value: OsloValue): readonly string[] {
  return typeof value === 'object' ? value : [typeof value === 'boolean' ? (value ? 'true' : 'false') : String(value)];
}

function renderLine(where: string, key: string, raw: string): string {
  if (hasControlCharacter(raw)) {
    throw new OsloConfigError(`option ${where} has a line break or another control character in its value`);
  }
  const value = raw.replaceAll('$', '$$$$');
  if (safe(value) === value) {
    return stringify({[key]: value}, {whitespace: true, bracketedArray: false});
  }
  const isQuotable = value !== value.trim() || /^(["']).*\1$/.test(value);
  return `${key} = ${isQuotable ? `"${value}"` : value}\n`;
}

function hasControlCharacter(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text);
}
