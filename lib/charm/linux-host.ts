import {randomBytes} from 'node:crypto';
import {mkdir, open, readdir, readFile, rename, rm, type FileHandle} from 'node:fs/promises';
import {availableParallelism, hostname, networkInterfaces} from 'node:os';
import {basename, dirname, join} from 'node:path';

import {decodeContent, encodeContent} from './file-content.ts';
import {AccountError} from './host.ts';
import type {Files, FileState, Host, HostFacts, InterfaceAddress, Processes} from './host.ts';

/** Where a machine lies and how its programs are started. */
export interface LinuxHostOptions {
  readonly processes: Processes;
  /** The folder that stands for `/`: the real root in production, a folder of a test's own in a test. */
  readonly root?: string;
}

/** The machine this process runs on. */
export function createLinuxHost({processes, root = '/'}: LinuxHostOptions): Host {
  const files = createFiles(root);
  return {
    files,
    processes,
    facts: () => readFacts(files),
    randomBytes: (_purpose, bytes) => randomBytes(bytes).toString('base64'),
  };
}

function createFiles(root: string): Files {
  const names = createAccountNames(root);
  const locate = (path: string): string => join(root, path);
  return {
    read: (path) => readState(locate(path), names),
    replace: (path, file) => replaceFile(locate(path), file, names),
    remove: (path) => removeFile(locate(path)),
    list: async (path) => ((await ifThere(readdir(locate(path)))) ?? []).sort(),
  };
}

/** Through one handle, so that content, owner and mode are those of one file though another replaces it meanwhile. */
async function readState(path: string, names: AccountNames): Promise<FileState | null> {
  const handle = await ifThere(open(path));
  if (handle === null) {
    return null;
  }
  try {
    const about = await handle.stat();
    const owner = await names.nameOf('passwd', about.uid);
    const group = await names.nameOf('group', about.gid);
    return {...encodeContent(await handle.readFile()), owner, group, mode: about.mode & 0o7777};
  } finally {
    await handle.close();
  }
}

/** Written beside the file, synced and renamed over it: a hook killed at any moment leaves the old file or the new. */
async function replaceFile(path: string, file: FileState, names: AccountNames): Promise<void> {
  const uid = await names.idOf('passwd', file.owner);
  const gid = await names.idOf('group', file.group);
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
  await ifThere(rm(getDraft(path), {force: true}));
  await ifThere(rm(path, {force: true}));
}

type AccountFile = 'passwd' | 'group';

interface AccountNames {
  nameOf(file: AccountFile, id: number): Promise<string>;
  idOf(file: AccountFile, name: string): Promise<number>;
}

/** Users and groups by /etc/passwd and /etc/group, read anew each time: packages add theirs while a hook runs. */
function createAccountNames(root: string): AccountNames {
  const rows = async (file: AccountFile): Promise<readonly (readonly string[])[]> => {
    const text = (await ifThere(readFile(join(root, 'etc', file), 'utf8'))) ?? '';
    return text.split('\n').map((line) => line.split(':'));
  };
  return {
    nameOf: async (file, id) => (await rows(file)).find((row) => row[2] === String(id))?.[0] ?? String(id),
    idOf: async (file, name) => {
      const found = (await rows(file)).find((row) => row[0] === name)?.[2];
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

async function ifThere<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return null;
    }
    throw error;
  }
}
