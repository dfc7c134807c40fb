import {safe, stringify} from 'ini';

/** Sections of an oslo.config file. An option that is undefined is left out; a list is written as a multi-valued one. */
export type OsloConfig = Readonly<Record<string, Readonly<Record<string, OsloValue | undefined>>>>;
/** The value of one option; a list is an option given several times. */
export type OsloValue = string | number | boolean | readonly string[];

/** A value cannot stand in an oslo.config file; the message names section and option, never the value. */
export class OsloConfigError extends Error {
  override readonly name = 'OsloConfigError';
}

/**
 * Renders a configuration file that oslo.config reads back as the same values. `ini` writes what it and oslo.config
 * agree on. Where they differ (`;`, `#`, `=`, quotes: ini escapes or quotes them, oslo.config takes a value to the end of
 * its line and strips one pair of quotes), the line is written here. oslo.config substitutes `$name`, so a dollar sign is
 * doubled. What cannot be written so that it is read back is an OsloConfigError.
 */
export function renderOsloConfig(config: OsloConfig): string {
  return Object.entries(config)
    .map(([section, options]) => `[${getSection(section)}]\n${renderOptions(section, options)}`)
    .join('\n');
}

function getSection(section: string): string {
  if (section === '' || /[[\]]/.test(section) || hasUnreadable(section)) {
    throw new OsloConfigError(`section "${section}" is not a name that oslo.config reads`);
  }
  return section;
}

function renderOptions(section: string, options: OsloConfig[string]): string {
  return Object.entries(options)
    .flatMap(([key, value]) => (value === undefined ? [] : toList(value).map((item) => ({key, item}))))
    .map(({key, item}) => renderLine(section, key, item))
    .join('');
}

function toList(value: OsloValue): readonly string[] {
  return typeof value === 'object' ? value : [String(value)];
}

function renderLine(section: string, key: string, raw: string): string {
  if (key === '' || key !== key.trim() || /^[[#;]|[=:]/.test(key) || hasUnreadable(key)) {
    throw new OsloConfigError(`"${key}" in section ${section} is not a name of an option that oslo.config reads`);
  }
  if (hasUnreadable(raw)) {
    throw new OsloConfigError(`option ${section}/${key} has a line break or another control character in its value`);
  }
  const value = escapeDollars(raw);
  if (safe(key) === key && safe(value) === value && !needsQuotes(value)) {
    return stringify({[key]: value}, {whitespace: true, bracketedArray: false});
  }
  return `${key} = ${needsQuotes(value) ? `"${value}"` : value}\n`;
}

/** oslo.config reads `\$` as `$$` before it reads `$$` as `$`, so after a backslash only that form gives both back. */
function escapeDollars(value: string): string {
  return value.replace(/\\\$|\$/g, (found) => (found === '$' ? '$$' : '\\\\$'));
}

/** Blanks at the ends are stripped, and so is a pair of quotes, even when one sign is both of them. */
function needsQuotes(value: string): boolean {
  return value !== value.trim() || (/^["']/.test(value) && value.endsWith(value.charAt(0)));
}

/** Characters that end a line, that Python strips or that are not text. */
function hasUnreadable(text: string): boolean {
  return /[\p{Cc}\p{Cs}]/u.test(text);
}
