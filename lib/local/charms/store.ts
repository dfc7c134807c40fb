import {createHash} from 'node:crypto';
import {link, mkdir, mkdtemp, readdir, readFile, rm, stat} from 'node:fs/promises';
import {join, relative} from 'node:path';

import type {Processes} from '#charm';
import {readCharmArchive, writeCharmArchive, type ArchiveEntry, type ArchiveInput, type Charm} from '#juju';
import {installRuntime, packCharm} from '#pack';

import {LocalError} from '../errors.ts';
import {getUnpackedName, isThere, unpackOnce, writeMember, type CharmFiles, type CharmPlace} from './files.ts';
import {createPackings} from './packings.ts';

export interface CharmStoreOptions {
  /** Where the store is kept; made when it is not there. Several controllers may share it. */
  readonly folder: string;
  /** Where the runtime that charms are packed with is kept between runs. */
  readonly cache: string;
  readonly processes: Processes;
  /** Told before something takes seconds. */
  readonly notify: (line: string) => void;
}

/** From here on files that are equal are kept once: the runtime, which every packed charm brings. */
const SHARED_BYTES = 1_000_000;

/**
 * Charms as machines see them: whole, each in a folder named by its content, which nobody changes any more. Sources are packed
 * first: on a machine runs what would run on a real one.
 */
export class CharmStore implements CharmFiles {
  /** The folder that holds the charms' folders, for machines to see. */
  readonly folder: string;
  readonly #options: CharmStoreOptions;

  constructor(options: CharmStoreOptions) {
    this.#options = options;
    this.folder = join(options.folder, 'charms');
  }

  /** Makes the folder, which machines cannot do without. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, {recursive: true});
    await mkdir(this.#shared, {recursive: true});
  }

  /** A LocalError when the charm has nothing that could be run; errors of packing and of damaged archives as they come. */
  async open(path: string, charm: Charm, {isDry = false}: {readonly isDry?: boolean} = {}): Promise<CharmPlace> {
    await this.prepare();
    const folder =
      charm.kind === 'source'
        ? await this.#openSource(path, charm, isDry)
        : await this.#unpack(await this.#read(path, charm), charm);
    return {folder, program: ''};
  }

  /** Packs sources only when something changed since they were last packed. */
  async #openSource(path: string, charm: Charm, isDry: boolean): Promise<string> {
    const packings = createPackings(join(this.#options.folder, 'packings'), this.folder);
    const kept = await packings.find(path);
    if (kept !== null || isDry) return kept ?? '';
    const {bytes, sources, began} = await this.#pack(path);
    const folder = await this.#unpack(bytes, charm);
    await packings.keep({path, sources, began, folder});
    return folder;
  }

  async #unpack(bytes: Uint8Array, charm: Charm): Promise<string> {
    const folder = join(this.folder, getUnpackedName(charm.metadata.name, bytes));
    const write = (target: string, content: Uint8Array, mode: number): Promise<void> =>
      this.#write(target, content, mode);
    await unpackOnce(folder, () => checkMembers(charm.metadata.name, readCharmArchive(bytes)), write);
    return folder;
  }

  get #shared(): string {
    return join(this.#options.folder, 'shared');
  }

  #read(path: string, {kind}: Charm): Promise<Uint8Array> {
    return kind === 'archive' ? readFile(path) : readFolder(path);
  }

  /** One archive for all bases: they differ in their manifest only. */
  async #pack(folder: string): Promise<Packed> {
    const {cache, processes, notify, folder: own} = this.#options;
    const output = await mkdtemp(join(own, 'packing-'));
    try {
      // The clock of the file system, which also says when sources were written.
      const {mtimeMs: began} = await stat(output);
      const runtime = await installRuntime({cache, processes, notify});
      const [packed] = await packCharm({folder, output, runtime});
      if (packed === undefined) throw new LocalError(`${folder} gives no archive`);
      return {bytes: await readFile(packed.path), sources: packed.sources, began};
    } finally {
      await rm(output, {recursive: true, force: true});
    }
  }

  async #write(target: string, content: Uint8Array, mode: number): Promise<void> {
    if (content.length < SHARED_BYTES) {
      await writeMember(target, content, mode);
      return;
    }
    // A mode belongs to the file, not to its name.
    const hash = createHash('sha256').update(content).digest('hex');
    const kept = join(this.#shared, `${hash}-${mode.toString(8)}`);
    if (!(await isThere(kept))) {
      await this.#keep(kept, content, mode);
    }
    await link(kept, target);
  }

  /** Others may write the same at the same time, in this process too. Who comes first stays: one that is replaced cannot be linked to. */
  async #keep(kept: string, content: Uint8Array, mode: number): Promise<void> {
    const folder = await mkdtemp(`${kept}.`);
    try {
      const draft = join(folder, 'content');
      await writeMember(draft, content, mode);
      await link(draft, kept).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      });
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  }
}

interface Packed {
  readonly bytes: Uint8Array;
  readonly sources: readonly string[];
  readonly began: number;
}

/** Juju's expander makes hooks executable; `dispatch` and actions it leaves as they are. */
function checkMembers(name: string, members: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const isHook = ({path}: ArchiveEntry): boolean => /^hooks\/[^/]+$/.test(path);
  if (!members.some((member) => member.path === 'dispatch' || isHook(member))) {
    throw new LocalError(`charm "${name}" has neither dispatch nor hooks: there is nothing to run on a machine`);
  }
  return members.map((member) => (isHook(member) ? {...member, mode: member.mode | 0o100} : member));
}

/** An unpacked charm as an archive. Symbolic links become what they lead to, as when charmcraft packs. */
async function readFolder(folder: string): Promise<Uint8Array> {
  return writeCharmArchive(await readMembers(folder, folder));
}

async function readMembers(root: string, folder: string): Promise<ArchiveInput[]> {
  const members: ArchiveInput[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const found = await stat(path);
    if (found.isDirectory()) members.push(...(await readMembers(root, path)));
    if (!found.isFile()) continue;
    const mode = (found.mode & 0o100) === 0 ? 0o644 : 0o755;
    members.push({path: relative(root, path), mode, content: await readFile(path)});
  }
  return members;
}
