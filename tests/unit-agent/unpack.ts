import {mkdir, readFile, symlink} from 'node:fs/promises';
import {join} from 'node:path';

import {readCharmArchive} from '#juju';
import {put} from './folder.ts';

/** Unpacks an archive as Juju does: with the modes it names. */
export async function unpack(archive: string, folder: string): Promise<void> {
  for (const {path, kind, mode, content} of readCharmArchive(await readFile(archive))) {
    const target = join(folder, path);
    if (kind === 'directory') await mkdir(target, {recursive: true, mode});
    else if (kind === 'symlink') await symlink(new TextDecoder().decode(content), target);
    else await put(target, content, mode);
  }
}
