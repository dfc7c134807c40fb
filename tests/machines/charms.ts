import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';

/** Writes the files of an unpacked charm, all of them executable, and gives its folder. */
export async function writeCharm(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    const target = join(folder, path);
    await mkdir(dirname(target), {recursive: true});
    await writeFile(target, text);
    await chmod(target, 0o755);
  }
  return folder;
}
