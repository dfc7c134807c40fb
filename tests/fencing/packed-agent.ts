import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {emptyCib, renderCibXml} from '#cluster';
import {openCharmArchive} from '#juju';
import {packCharm} from '#pack';

const hacluster = fileURLToPath(new URL('../../charms/hacluster/', import.meta.url));

/** Packs hacluster with a runtime of a few bytes and gives the path of the fencing program that was in the archive. */
export async function unpackAgent(folder: string): Promise<string> {
  const [archive] = await packCharm({
    folder: hacluster,
    output: folder,
    runtime: {
      version: '24.0.0',
      path: '/nowhere',
      licence: '',
      deflated: () => Promise.resolve({data: Uint8Array.from([3, 0]), crc32: 0, size: 0}),
    },
  });
  const module = openCharmArchive(await readFile(archive?.path ?? '')).read('programs/maas.mjs');
  const path = join(folder, 'programs', 'maas.mjs');
  await mkdir(join(folder, 'programs'));
  await writeFile(path, module ?? '');
  return path;
}

/** A `cibadmin` in a folder for PATH: of a cluster that nobody was lost from, and that takes every change. */
export async function writeCibadmin(folder: string): Promise<void> {
  const cib = renderCibXml(emptyCib).replaceAll('\n', ' ');
  const script = `#!/bin/sh\ncase "$1" in --query) echo '${cib}' ;; esac\n`;
  await writeFile(join(folder, 'cibadmin'), script, {mode: 0o755});
}
