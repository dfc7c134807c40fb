import {createUsageError, ToolError, type CommandLine} from './command-line.ts';
import {readSettingsFile} from './settings-file.ts';
import type {ToolInput} from './tool-input.ts';

const POLICIES: readonly string[] = ['never', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly'];
const KEY = /^[a-z](?:-?[a-z0-9]){2,}$/;

/** A secret's content from `key=value`, `key#base64=...`, `key#file=path` and `--file`. Messages never hold a value. */
export async function readContent(
  input: ToolInput,
  {flags, positionals}: CommandLine,
): Promise<Record<string, string>> {
  const {file} = flags;
  const content: Record<string, string> = file === undefined ? {} : await readSettingsFile(input, file);
  for (const pair of positionals) {
    const place = pair.indexOf('=');
    if (place < 1) throw createUsageError('key value is not of the form key=value');
    const [key = '', encoding = ''] = pair.slice(0, place).split('#');
    content[key] = await readValue(input, encoding, pair.slice(place + 1));
  }
  for (const [key, value] of Object.entries(content)) {
    if (!KEY.test(key)) throw createUsageError(`key ${JSON.stringify(key)} not valid`);
    if (value === '') throw createUsageError('empty secret value not valid');
  }
  return content;
}

async function readValue(input: ToolInput, encoding: string, value: string): Promise<string> {
  if (encoding === 'base64') return Buffer.from(value, 'base64').toString('utf8');
  if (encoding !== 'file') return value;
  const text = await input.readFile(value);
  if (text === null) throw new ToolError(`open ${value}: no such file or directory`);
  return text;
}

/** A rotation policy, `never` unless given. */
export function parseRotation(policy: string | undefined): string {
  const wanted = policy ?? 'never';
  if (!POLICIES.includes(wanted)) throw createUsageError(`rotate policy ${JSON.stringify(wanted)} not valid`);
  return wanted;
}

/** A time, or a duration from now (`1h30m`), as an ISO time; empty unless given. */
export function parseExpiry(text: string | undefined, now: number): string {
  if (text === undefined) return '';
  const duration = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (duration !== null && text !== '') {
    const [, hours = '0', minutes = '0', seconds = '0'] = duration;
    return new Date(now + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000).toISOString();
  }
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw createUsageError(`expire time or duration ${JSON.stringify(text)} not valid`);
  return new Date(time).toISOString();
}
