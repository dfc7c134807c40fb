import type {CommandResult} from '#charm';

import {renderJson, renderSmart, renderYaml, type Printable} from '../views/yaml.ts';

/** A hook tool refuses. The message stands behind `ERROR ` on standard error; exit 2 is for a wrong command line. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A wrong command line: exit 2. */
export function createUsageError(message: string): ToolError {
  return new ToolError(message, 2);
}

/** How a flag is given: with a value, as a switch, or with a value any number of times. */
export type FlagKind = 'value' | 'switch';

/** The flags of a tool by name without dashes; `as` gives the one name under which aliases are found. */
export type FlagTable = Readonly<Record<string, {readonly kind: FlagKind; readonly as?: string}>>;

export interface CommandLine {
  readonly flags: Readonly<Record<string, string>>;
  readonly positionals: readonly string[];
}

const OUTPUT_FLAGS: FlagTable = {
  format: {kind: 'value'},
  o: {kind: 'value', as: 'output'},
  output: {kind: 'value'},
};
const FORMATS: readonly string[] = ['smart', 'json', 'yaml'];

/** Flags of a tool that prints a value. */
export function withFormat(flags: FlagTable = {}): FlagTable {
  return {...OUTPUT_FLAGS, ...flags};
}

/** Splits arguments as gnuflag does: flags may follow positionals, `--` ends them, the last of repeated ones wins. */
export function parseCommandLine(args: readonly string[], table: FlagTable): CommandLine {
  const flags: Record<string, string> = {};
  const positionals: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      positionals.push(...rest);
      break;
    }
    if (!arg.startsWith('-') || arg === '-') positionals.push(arg);
    else parseFlag(arg, rest, table, flags);
  }
  return {flags, positionals};
}

function parseFlag(arg: string, rest: string[], table: FlagTable, flags: Record<string, string>): void {
  const [, dashed = '', inline] = /^([^=]*)(?:=([^]*))?$/.exec(arg) ?? [];
  const name = dashed.replace(/^--?/, '');
  const flag = Object.hasOwn(table, name) ? table[name] : undefined;
  if (flag === undefined) throw createUsageError(`option provided but not defined: ${dashed}`);
  const isSwitch = flag.kind === 'switch';
  flags[flag.as ?? name] = isSwitch
    ? parseSwitch(dashed, inline ?? 'true')
    : parseValue(dashed, inline ?? rest.shift());
}

function parseValue(flag: string, value: string | undefined): string {
  if (value === undefined) throw createUsageError(`option needs an argument: ${flag}`);
  if (flag === '--format') checkFormat(value);
  return value;
}

function parseSwitch(flag: string, value: string): string {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) return 'true';
  if (/^(?:0|f|F|FALSE|false|False)$/.test(value)) return 'false';
  throw createUsageError(
    `invalid value "${value}" for option ${flag}: strconv.ParseBool: parsing "${value}": invalid syntax`,
  );
}

function checkFormat(format: string): void {
  if (FORMATS.includes(format)) return;
  throw createUsageError(`invalid value "${format}" for option --format: unknown format "${format}"`);
}

/** Refuses positionals beyond those a tool takes. */
export function checkArguments({positionals}: CommandLine, count: number): void {
  const extra = positionals.slice(count);
  if (extra.length > 0) {
    throw createUsageError(`unrecognized args: [${extra.map((text) => JSON.stringify(text)).join(' ')}]`);
  }
}

/** Whether a switch was given and is on. */
export function isOn({flags}: CommandLine, name: string): boolean {
  return flags[name] === 'true';
}

/** A value in the format that was asked for. */
export function renderValue({flags}: CommandLine, value: Printable, byDefault = 'smart'): string {
  switch (flags['format'] ?? byDefault) {
    case 'json':
      return `${renderJson(value)}\n`;
    case 'yaml':
      return value === null || value === undefined ? '' : renderYaml(value);
    default:
      return renderSmart(value);
  }
}

/** `key=value` arguments as a map. */
export function parsePairs(pairs: readonly string[]): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const pair of pairs) {
    const place = pair.indexOf('=');
    if (place < 1) throw createUsageError(`expected "key=value", got ${JSON.stringify(pair)}`);
    const key = pair.slice(0, place);
    if (Object.hasOwn(settings, key)) throw createUsageError(`key ${JSON.stringify(key)} specified more than once`);
    settings[key] = pair.slice(place + 1);
  }
  return settings;
}

/** The result of a tool that printed this and succeeded. */
export function succeed(stdout = ''): CommandResult {
  return {exitCode: 0, stdout, stderr: ''};
}
