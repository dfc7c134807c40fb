import {readFile} from 'node:fs/promises';

/** The version of the messages between the command and a controller's process. */
export const PROTOCOL = 1;

/** The version of this program: what its package says. */
export async function readVersion(): Promise<string> {
  const value: unknown = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
  const isPackage = typeof value === 'object' && value !== null && 'version' in value;
  return isPackage ? String(value.version) : '';
}
