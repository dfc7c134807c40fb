import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';

/** A file's bytes; null where there is no such file. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

export interface FolderFile {
  /** Relative to the folder that was asked for, with `/` between parts. */
  readonly path: string;
  readonly content: Buffer;
  readonly isExecutable: boolean;
}

/** All files below a folder, sorted by path; links are followed, as charmcraft does. None where there is no such folder. */
export async function readFolder(folder: string): Promise<FolderFile[]> {
  const names = await listFolder(folder);
  const files = await Promise.all(
    names.map(async (name): Promise<FolderFile[]> => {
      const path = join(folder, name);
      const about = await stat(path);
      if (about.isDirectory()) {
        return (await readFolder(path)).map((file) => ({...file, path: `${name}/${file.path}`}));
      }
      return [{path: name, content: await readFile(path), isExecutable: (about.mode & 0o100) !== 0}];
    }),
  );
  return files.flat();
}

/** Names in a folder, sorted; none where there is no such folder. */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
