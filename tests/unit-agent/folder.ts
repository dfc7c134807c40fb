import {chmod, mkdir, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';

/** Writes a file with its folders, and its mode whatever the umask. */
export async function put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), {recursive: true});
  // Anew: a running program cannot be written over.
  await rm(path, {force: true});
  await writeFile(path, content);
  await chmod(path, mode);
}

export function putJson(folder: string, path: string, value: unknown): Promise<void> {
  return put(join(folder, path), `${JSON.stringify(value)}\n`);
}
