import {createHash} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {COPIED_FILES, COPIED_FOLDERS} from './copied.ts';
import {listFolder} from './files.ts';

/** The state of everything that packing one charm reads. */
export interface Sources {
  /** In hex: the same one gives the same archives. */
  readonly digest: string;
  /** When one of the files was last written, in milliseconds since 1970, by the clock of their file system. */
  readonly newest: number;
}

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** What every charm is packed by and with: programs, packages, the runtime's lock file, the licence. */
const SHARED = ['LICENSE', 'lib/juju', 'lib/pack', 'package-lock.json', 'package.json', 'tsconfig.json'];

/**
 * Reads them in milliseconds. `bundled`: the `sources` of the archive that it was last packed to. Its programs cannot come to consist of
 * other files unless one of these changes.
 */
export async function readSources(folder: string, bundled: readonly string[]): Promise<Sources> {
  const own = ['charmcraft.yaml', 'LICENSE', 'src/programs', ...COPIED_FILES, ...COPIED_FOLDERS];
  const roots = [...own.map((name) => join(folder, name)), ...SHARED.map((name) => join(checkout, name)), ...bundled];
  const files = (await Promise.all([...new Set(roots)].sort().map(readAll))).flat();
  const hash = createHash('sha256');
  for (const {path, mode, content} of files) hash.update(JSON.stringify([path, mode, content]));
  return {digest: hash.digest('hex'), newest: Math.max(...files.map(({written}) => written))};
}

interface SourceFile {
  readonly path: string;
  readonly mode: number;
  /** SHA-256 in hex. */
  readonly content: string;
  readonly written: number;
}

/** A file, or all files below a folder; none where there is neither. */
async function readAll(path: string): Promise<SourceFile[]> {
  const found = await stat(path).catch(() => null);
  if (found === null) return [];
  if (found.isDirectory()) {
    const names = await listFolder(path);
    return (await Promise.all(names.map((name) => readAll(join(path, name))))).flat();
  }
  const content = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return [{path, mode: found.mode & 0o777, content, written: found.mtimeMs}];
}
