import {inflateRawSync} from 'node:zlib';
import {ArchiveError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {getCrc32} from './crc32.ts';
import {checkPath, checkSymlink, checkTree} from './paths.ts';
import type {ArchiveEntry} from './types.ts';

/** No charm comes near this; an archive that says it unpacks to more is refused unread. */
const maxTotal = 2 ** 31;

/** What the archive's directory says about a member. */
interface Member extends Omit<ArchiveEntry, 'content'> {
  readonly method: number;
  readonly crc32: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
}

/** An archive whose directory was read and found sound. Members are unpacked when asked for. */
export interface CharmArchive {
  readonly members: readonly Omit<ArchiveEntry, 'content'>[];
  /** The content of a member, checked against its size and CRC; undefined when there is none of that path. Throws an
   * ArchiveError when it is damaged. */
  readonly read: (path: string) => Uint8Array | undefined;
}

function damaged(reason: string): ArchiveError {
  return new ArchiveError(`archive is damaged: ${reason}`);
}

/** Opens a `.charm` archive. Throws an ArchiveError when it is damaged, is no zip, unpacks to more than 2 GiB, or holds paths
 * or symlinks that lead out of it. */
export function openCharmArchive(bytes: Uint8Array): CharmArchive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members = readSafely(() => readDirectory(bytes, view));
  checkTree(members);
  const total = members.reduce((sum, member) => sum + member.size, 0);
  if (total > maxTotal) throw new ArchiveError(`archive would unpack to ${total} bytes, more than any charm`);
  const byPath = new Map(members.map((member) => [member.path, member] as const));
  const read = (path: string): Uint8Array | undefined => {
    const member = byPath.get(path);
    return member === undefined ? undefined : readSafely(() => readContent(bytes, view, member));
  };
  for (const {path} of members.filter((member) => member.kind === 'symlink')) {
    const reason = checkSymlink(path, new TextDecoder().decode(read(path)));
    if (reason !== null) throw new ArchiveError(reason);
  }
  return {members: members.map(({path, kind, mode}) => ({path, kind, mode})), read};
}

/** All members of a `.charm` archive with their content, in the order of the archive; see `openCharmArchive`. */
export function readCharmArchive(bytes: Uint8Array): ArchiveEntry[] {
  const archive = openCharmArchive(bytes);
  return archive.members.map((member) => ({...member, content: archive.read(member.path) ?? new Uint8Array()}));
}

/** Offsets that point nowhere show as RangeErrors: they are damage like any other. */
function readSafely<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw damaged('it is cut short or its offsets are wrong');
    throw error;
  }
}

function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at -= 1) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  throw damaged('it has no directory (is it a zip file?)');
}

function readDirectory(bytes: Uint8Array, view: DataView): Member[] {
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) throw new ArchiveError('archive is in zip64 form, which is not supported');
  const members: Member[] = [];
  for (let index = 0; index < count; index += 1) {
    if (view.getUint32(at, true) !== 0x02014b50) throw damaged(`entry ${index} of its directory is not one`);
    members.push(readMember(bytes, view, at));
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return members;
}

function readMember(bytes: Uint8Array, view: DataView, at: number): Member {
  const name = readName(bytes, at + 46, view.getUint16(at + 28, true));
  const madeByUnix = view.getUint8(at + 5) === 3;
  const bits = madeByUnix ? view.getUint32(at + 38, true) >>> 16 : 0;
  const kind = getKind(name, bits);
  const path = name.replace(/\/$/u, '');
  const reason = checkPath(path) ?? checkSpecial(path, bits);
  if (reason !== null) throw new ArchiveError(reason);
  if ((view.getUint16(at + 8, true) & 1) !== 0) throw new ArchiveError(`archive member ${quote(path)} is encrypted`);
  return {
    path,
    kind,
    mode: bits === 0 ? getDefaultMode(kind) : bits & 0o7777,
    method: view.getUint16(at + 10, true),
    crc32: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
}

function readName(bytes: Uint8Array, at: number, length: number): string {
  const name = bytes.subarray(at, at + length);
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(name);
  } catch {
    throw damaged('the name of a member is not UTF-8');
  }
}

function getKind(name: string, bits: number): ArchiveEntry['kind'] {
  if (name.endsWith('/')) return 'directory';
  return (bits & 0o170000) === 0o120000 ? 'symlink' : 'file';
}

function getDefaultMode(kind: ArchiveEntry['kind']): number {
  return {file: 0o644, symlink: 0o777, directory: 0o755}[kind];
}

const special: Readonly<Record<number, string>> = {
  0o010000: 'named pipe',
  0o020000: 'device',
  0o060000: 'device',
  0o140000: 'socket',
};

function checkSpecial(path: string, bits: number): string | null {
  const name = special[bits & 0o170000];
  return name === undefined ? null : `file is a ${name}: ${quote(path)}`;
}

function readContent(bytes: Uint8Array, view: DataView, member: Member): Uint8Array {
  if (view.getUint32(member.offset, true) !== 0x04034b50)
    throw damaged(`${quote(member.path)} is not where it should be`);
  const start =
    member.offset + 30 + view.getUint16(member.offset + 26, true) + view.getUint16(member.offset + 28, true);
  if (start + member.packedSize > bytes.length) throw damaged(`${quote(member.path)} is cut short`);
  const content = unpack(bytes.subarray(start, start + member.packedSize), member);
  if (content.length !== member.size || getCrc32(content) !== member.crc32) {
    throw damaged(`the content of ${quote(member.path)} does not match its checksum`);
  }
  return content;
}

/** Inflates at most what the directory promised, so that a small archive cannot fill the memory. */
function unpack(packed: Uint8Array, member: Member): Uint8Array {
  if (member.method === 0) return packed.slice();
  if (member.method !== 8) throw new ArchiveError(`archive member ${quote(member.path)} has an unknown compression`);
  try {
    return new Uint8Array(inflateRawSync(packed, {maxOutputLength: Math.max(1, member.size)}));
  } catch {
    throw damaged(`the content of ${quote(member.path)} cannot be unpacked`);
  }
}
