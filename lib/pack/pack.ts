import {createHash} from 'node:crypto';
import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {basename, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';

import type {Processes} from '#charm';
import {getPlatforms, readCharm, splitCharmcraft, writeCharmArchive} from '#juju';
import type {ArchiveInput, CharmFiles, Platform} from '#juju';
import {bundleCharm} from './bundle.ts';
import type {Bundle} from './bundle.ts';
import {COPIED_FILES, COPIED_FOLDERS} from './copied.ts';
import {dispatchScript} from './dispatch-script.ts';
import {PackError} from './errors.ts';
import {listFolder, readFolder, readIfThere} from './files.ts';
import {packOverlays} from './overlays.ts';
import {checkCharmcraft} from './project.ts';
import {installRuntime} from './runtime.ts';
import type {Runtime} from './runtime.ts';

/** An archive that was written. */
export interface PackedCharm {
  readonly charm: string;
  /** Such as `ubuntu-22.04-amd64`. */
  readonly platform: string;
  /** Absolute. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Of the archive, in hex: the same sources give the same on any computer. */
  readonly sha256: string;
  /** The files that its programs were bundled from, by absolute path. */
  readonly sources: readonly string[];
}

export interface PackCharmOptions {
  /** The folder of the charm's sources: charmcraft.yaml, src/charm.ts and what else it has. */
  readonly folder: string;
  /** Where archives are written; made when it is not there. */
  readonly output: string;
  readonly runtime: Runtime;
  /** Told what is left out. */
  readonly notify?: (line: string) => void;
}

export interface PackProjectOptions {
  /** The folder that holds charms/, overlays/ and LICENSE; this checkout unless told. */
  readonly root?: string;
  /** Names of charms; all of them unless told. */
  readonly charms?: readonly string[];
  /** `dist` in the root unless told. */
  readonly output?: string;
  /** `.cache` in this checkout unless told. */
  readonly cache?: string;
  readonly processes: Processes;
  readonly notify?: (line: string) => void;
}

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** What runs on it: the architecture of the runtime that is packed. */
const architecture = 'amd64';

/**
 * Packs charms, and the overlays that name them, into the output folder. Returns the archives, and the overlays' paths. Throws a
 * PackError, or an error of `lib/juju`, whose message is one line; archives that were finished before stay.
 */
export async function packProject(
  options: PackProjectOptions,
): Promise<{readonly archives: readonly PackedCharm[]; readonly overlays: readonly string[]}> {
  const {root = checkout, notify, processes} = options;
  const {output = join(root, 'dist'), cache = join(checkout, '.cache')} = options;
  const known = await readCharmNames(root);
  const charms = options.charms ?? known;
  const unknown = charms.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new PackError(`charm "${unknown}" not found in charms/; there are: ${known.join(', ')}`);
  const runtime = await installRuntime({cache, processes, ...(notify === undefined ? {} : {notify})});
  const archives: PackedCharm[] = [];
  for (const name of charms) {
    const folder = join(root, 'charms', name);
    archives.push(...(await packCharm({folder, output, runtime, ...(notify === undefined ? {} : {notify})})));
  }
  const overlays = await packOverlays({root, output, charms: known});
  return {archives, overlays};
}

async function readCharmNames(root: string): Promise<string[]> {
  const files = await Promise.all(
    (await listFolder(join(root, 'charms'))).map(async (name) => {
      const entries = await listFolder(join(root, 'charms', name));
      return entries.length > 0 ? [name] : [];
    }),
  );
  return files.flat();
}

/** Packs one charm for each of its platforms that the runtime can run on. Throws a PackError or an error of `lib/juju`. */
export async function packCharm({folder, output, runtime, notify}: PackCharmOptions): Promise<PackedCharm[]> {
  const file = describe(join(folder, 'charmcraft.yaml'));
  const text = (await readIfThere(join(folder, 'charmcraft.yaml')))?.toString('utf8');
  if (text === undefined) throw new PackError(`${file} is missing`);
  const charm = checkCharmcraft(text, file);
  // Everything that Juju would refuse is refused here.
  await readCharm(folder);
  const platforms = getPlatforms(text, file);
  const packable = platforms.filter(({base}) => base.architectures.includes(architecture));
  if (packable.length === 0)
    throw new PackError(`${file}: no platform for ${architecture}, which the packed runtime is for`);
  const others = platforms.filter((platform) => !packable.includes(platform)).map(({name}) => name);
  if (others.length > 0) notify?.(`${charm}: no runtime yet for ${others.join(', ')}`);
  const bundle = await bundleCharm(folder);
  const members = await readMembers(folder, bundle, runtime);
  await mkdir(output, {recursive: true});
  return Promise.all(
    packable.map((platform) =>
      writeArchive(join(output, `${charm}_${platform.name}.charm`), {
        charm,
        platform,
        sources: bundle.sources,
        members: [...members, ...getSplitMembers(splitCharmcraft(text, platform, file))],
      }),
    ),
  );
}

/** Paths for people: as they would type them here, where that is shorter. */
function describe(path: string): string {
  const near = relative('.', path);
  return near.startsWith('..') ? path : near;
}

async function readMembers(folder: string, bundle: Bundle, runtime: Runtime): Promise<ArchiveInput[]> {
  const copied = await Promise.all(COPIED_FOLDERS.map((name) => readCopiedFolder(folder, name)));
  const single = await Promise.all(COPIED_FILES.map((name) => readCopiedFile(join(folder, name))));
  // A charm packed outside this checkout brings its own licence.
  const licence = (await readIfThere(join(folder, 'LICENSE'))) ?? (await readFile(join(checkout, 'LICENSE')));
  return [
    ...copied.flat(),
    ...single.flat(),
    getMember('LICENSE', licence),
    getMember(
      'NOTICES',
      Buffer.from(`${bundle.notices}\n${'-'.repeat(72)}\nNode.js ${runtime.version}: see bin/LICENSE\n`),
    ),
    getMember('dispatch', Buffer.from(dispatchScript), 0o755),
    getMember('src/charm.mjs', bundle.code),
    ...[...bundle.programs].map(([name, code]) => getMember(`programs/${name}.mjs`, code)),
    getMember('bin/LICENSE', Buffer.from(runtime.licence)),
    {path: 'bin/node', mode: 0o755, deflated: await runtime.deflated()},
  ];
}

async function readCopiedFolder(folder: string, name: string): Promise<ArchiveInput[]> {
  const files = await readFolder(join(folder, name));
  return files.map((file) => getMember(`${name}/${file.path}`, file.content, file.isExecutable ? 0o755 : 0o644));
}

async function readCopiedFile(path: string): Promise<ArchiveInput[]> {
  const content = await readIfThere(path);
  return content === null ? [] : [getMember(basename(path), content)];
}

function getMember(path: string, content: Uint8Array, mode = 0o644): ArchiveInput {
  return {path, mode, content};
}

function getSplitMembers({metadata, config, actions, manifest}: CharmFiles): ArchiveInput[] {
  const texts = {'metadata.yaml': metadata, 'config.yaml': config, 'actions.yaml': actions, 'manifest.yaml': manifest};
  return Object.entries(texts).flatMap(([path, text]) =>
    text === undefined ? [] : [getMember(path, Buffer.from(text))],
  );
}

interface Archive {
  readonly charm: string;
  readonly platform: Platform;
  readonly sources: readonly string[];
  readonly members: readonly ArchiveInput[];
}

/** Written beside its place and renamed: a run that is cut short leaves no half archive to deploy. */
async function writeArchive(path: string, {charm, platform, sources, members}: Archive): Promise<PackedCharm> {
  const bytes = writeCharmArchive(members);
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, bytes);
  await rename(draft, path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {charm, platform: platform.name, path, size: bytes.length, sha256, sources};
}
