import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {getKey, parseBase, parseYaml, renderShortBase} from '#juju';
import type {YamlMapping, YamlNode, YamlScalar} from '#juju';
import {PackError} from './errors.ts';
import {listFolder} from './files.ts';

export interface PackOverlaysOptions {
  /** The folder with overlays/ and charms/. */
  readonly root: string;
  readonly output: string;
  /** Names of the folders in charms/. */
  readonly charms: readonly string[];
}

/** The base an application gets that names none: the one every charm here supports longest on the seed's releases. */
const defaultBase = 'ubuntu@22.04';

/**
 * Writes every overlay that names charms by their source folder (`../charms/<name>`) once more for a real Juju, where only packed charms
 * can be deployed: with the archives beside it in their place, and else unchanged. Returns the paths written. Throws a
 * PackError, or a YamlError.
 */
export async function packOverlays({root, output, charms}: PackOverlaysOptions): Promise<string[]> {
  const names = (await listFolder(join(root, 'overlays'))).filter((name) => name.endsWith('.yaml'));
  const written = await Promise.all(
    names.map(async (name): Promise<string[]> => {
      const text = await readFile(join(root, 'overlays', name), 'utf8');
      const packed = renderPackedOverlay(text, `overlays/${name}`, charms);
      if (packed === null) return [];
      await mkdir(output, {recursive: true});
      await writeFile(join(output, name), packed);
      return [join(output, name)];
    }),
  );
  return written.flat();
}

/** The overlay with archives in place of source folders; null when it names none. Throws a PackError or a YamlError. */
export function renderPackedOverlay(text: string, file: string, charms: readonly string[]): string | null {
  const places = parseYaml(text, file).flatMap((document) => getPlaces(document, file, charms));
  if (places.length === 0) return null;
  const lines = text.split('\n');
  for (const {line, from, to} of places) {
    lines[line - 1] = (lines[line - 1] ?? '').replace(from, () => to);
  }
  return lines.join('\n');
}

interface Place {
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

function getPlaces(document: YamlNode, file: string, charms: readonly string[]): Place[] {
  const applications =
    document.kind === 'mapping' ? (getKey(document, 'applications') ?? getKey(document, 'services')) : undefined;
  if (document.kind !== 'mapping' || applications?.kind !== 'mapping') return [];
  return [...applications.entries.values()].flatMap(({value}): Place[] => {
    const charm = value.kind === 'mapping' ? getKey(value, 'charm') : undefined;
    if (value.kind !== 'mapping' || charm?.kind !== 'scalar') return [];
    const name = /^\.\.\/charms\/(?<name>[^/]+)\/?$/u.exec(charm.text)?.groups?.['name'];
    if (name === undefined) return [];
    checkKnown(charm, name, file, charms);
    return [
      {line: charm.line, from: charm.text, to: `./${name}_${getBase(value, document).replace('@', '-')}-amd64.charm`},
    ];
  });
}

function checkKnown(charm: YamlScalar, name: string, file: string, charms: readonly string[]): void {
  if (!charms.includes(name)) {
    throw new PackError(
      `${file}:${charm.line}:${charm.column}: charm "${charm.text}" not found; there are: ${charms.join(', ')}`,
    );
  }
}

/** Such as `ubuntu@22.04`. */
function getBase(application: YamlMapping, bundle: YamlMapping): string {
  const base = getKey(application, 'base') ?? getKey(bundle, 'default-base');
  return base?.kind === 'scalar' && base.text !== '' ? renderShortBase(parseBase(base.text)) : defaultBase;
}
