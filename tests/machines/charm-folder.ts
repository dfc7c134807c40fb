import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';

/** Writes the files of a charm, each a program, into a folder of its name, and gives that folder. */
export async function putCharm(folder: string, name: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    const target = join(folder, name, path);
    await mkdir(dirname(target), {recursive: true});
    await writeFile(target, text);
    await chmod(target, 0o755);
  }
  return join(folder, name);
}
