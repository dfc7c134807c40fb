import fs from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {availableParallelism, hostname, networkInterfaces} from 'node:os';
import {basename, dirname, join} from 'node:path';

import {decodeContent, encodeContent} from './file-content.ts';
import {AccountError} from './host.ts';
import {readRandom} from './random.ts';
import {isShipped, shipFile} from './shipped-file.ts';
import type {FileOwner, Files, FileState, FolderState, Host, HostFacts, InterfaceAddress, Processes} from './host.ts';

/** Where a machine lies and how its programs are started. */
export interface LinuxHostOptions {
  readonly processes: Processes;
  /** The folder that stands for `/`: the real root in production, a folder of a test's own in a test. */
  readonly root?: string;
  /** Where the charm is unpacked; without it no file of it can be put anywhere. */
  readonly charmFolder?: string;
}

/** The machine this process runs on. */
export function createLinuxHost({processes, root = '/', charmFolder = ''}: LinuxHostOptions): Host {
  const files = createFiles(root, charmFolder);
  return {
    files,
    processes,
    facts: () => readFacts(files),
    randomBytes: (_purpose, bytes) => readRandom(bytes).toString('base64'),
  };
}

/**
 * Reading blocks: a hook reads a dozen small files, and each would take four turns through threads that have to be started
 * first. Writing does not, and loads what it needs at its first use.
 */
function createFiles(root: string, charmFolder: string): Files {
  const names = createAccountNames(root);
  const locate = (path: string): string => join(root, path);
  return {
    read: (path, expected) => attempt(() => readState(locate(path), names, expected)),
    replace: (path, file) => replaceFile(locate(path), file, names),
    ship: (path, source) => shipFile(join(charmFolder, source), locate(path), getDraft(locate(path))),
    isShipped: (path, source) => attempt(() => isShipped(join(charmFolder, source), locate(path))),
    remove: (path) => removeFile(locate(path)),
    readFolder: (path, expected) => attempt(() => readFolder(locate(path), names, expected)),
    setFolder: (path, folder) => setFolder(locate(path), folder, names),
    list: (path) => attempt(() => (ifThere(() => fs.readdirSync(locate(path))) ?? []).sort()),
  };
}

/** What is done at once as a promise, its error too. */
function attempt<T>(read: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(read());
  });
}

/** Through one descriptor, so that content, owner and mode are those of one file though another replaces it meanwhile. */
function readState(path: string, names: AccountNames, expected?: FileOwner): FileState | null {
  const file = ifThere(() => fs.openSync(path, 'r'));
  if (file === null) {
    return null;
  }
  try {
    return {...encodeContent(fs.readFileSync(file)), ...describeOwner(fs.fstatSync(file), names, expected)};
  } finally {
    fs.closeSync(file);
  }
}

function describeOwner(
  {uid, gid, mode}: Pick<fs.Stats, 'uid' | 'gid' | 'mode'>,
  names: AccountNames,
  expected?: FileOwner,
): FolderState {
  const owner = names.nameOf('passwd', uid, expected?.owner);
  const group = names.nameOf('group', gid, expected?.group);
  return {owner, group, mode: mode & 0o7777};
}

function readFolder(path: string, names: AccountNames, expected?: FileOwner): FolderState | null {
  const stats = ifThere(() => fs.lstatSync(path));
  return stats?.isDirectory() === true ? describeOwner(stats, names, expected) : null;
}

/** Not through a link: whoever owns the folder above it could lead root anywhere. */
async function setFolder(path: string, folder: FolderState, names: AccountNames): Promise<void> {
  const uid = names.idOf('passwd', folder.owner);
  const gid = names.idOf('group', folder.group);
  const {O_DIRECTORY, O_NOFOLLOW, O_RDONLY} = fs.constants;
  await fs.promises.mkdir(path, {recursive: true});
  const handle = await fs.promises.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    await handle.chown(uid, gid);
    await handle.chmod(folder.mode);
  } finally {
    await handle.close();
  }
}

/** Written beside the file, synced and renamed over it: a hook killed at any moment leaves the old file or the new. */
async function replaceFile(path: string, file: FileState, names: AccountNames): Promise<void> {
  const {mkdir, open, rename, rm} = fs.promises;
  const uid = names.idOf('passwd', file.owner);
  const gid = names.idOf('group', file.group);
  await mkdir(dirname(path), {recursive: true});
  const draft = getDraft(path);
  await rm(draft, {force: true});
  // Made unreadable for others first: the content may be a secret.
  const handle = await open(draft, 'wx', 0o600);
  try {
    await writeDraft(handle, file, {uid, gid});
  } finally {
    await handle.close();
  }
  await rename(draft, path);
}

async function writeDraft(
  handle: FileHandle,
  file: FileState,
  {uid, gid}: Record<'uid' | 'gid', number>,
): Promise<void> {
  await handle.writeFile(decodeContent(file));
  // The mode comes last: the kernel takes bits from it when the owner changes.
  await handle.chown(uid, gid);
  await handle.chmod(file.mode);
  await handle.sync();
}

/** A hidden name: programs that read every file of a folder pass it over. */
function getDraft(path: string): string {
  return join(dirname(path), `.${basename(path)}.juju-new`);
}

/** With what a hook that was killed may have left of it. */
async function removeFile(path: string): Promise<void> {
  for (const each of [getDraft(path), path]) {
    await fs.promises.rm(each, {force: true}).catch(ignoreMissing);
  }
}

type AccountFile = 'passwd' | 'group';

interface AccountNames {
  /** Where several names have one id, `preferred` if it is among them, else the first. */
  nameOf(file: AccountFile, id: number, preferred?: string): string;
  idOf(file: AccountFile, name: string): number;
}

/** Users and groups by /etc/passwd and /etc/group, read anew each time: packages add theirs while a hook runs. */
function createAccountNames(root: string): AccountNames {
  const readRows = (file: AccountFile): readonly (readonly string[])[] => {
    const text = ifThere(() => fs.readFileSync(join(root, 'etc', file), 'utf8')) ?? '';
    return text.split('\n').map((line) => line.split(':'));
  };
  return {
    nameOf: (file, id, preferred) => {
      const found = readRows(file).filter((row) => row[2] === String(id));
      return (found.find(([name]) => name === preferred) ?? found[0])?.[0] ?? String(id);
    },
    idOf: (file, name) => {
      const found = readRows(file).find((row) => row[0] === name)?.[2];
      if (found === undefined) {
        throw new AccountError(file === 'passwd' ? 'user' : 'group', name);
      }
      return Number(found);
    },
  };
}

async function readFacts(files: Files): Promise<HostFacts> {
  const release = (await files.read('/etc/os-release'))?.content ?? '';
  const value = (key: string): string => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  return {
    hostname: hostname(),
    cpus: availableParallelism(),
    addresses: readAddresses(),
    os: {id: value('ID'), version: value('VERSION_ID')},
  };
}

function readAddresses(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([interfaceName, addresses]) =>
    (addresses ?? [])
      .filter((address) => !address.internal && address.cidr !== null)
      .map(({address, cidr}) => ({interfaceName, address, cidr: cidr ?? address})),
  );
}

function ifThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    ignoreMissing(error);
    return null;
  }
}

function ignoreMissing(error: unknown): void {
  const isMissing = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
  if (!isMissing) {
    throw error;
  }
}
