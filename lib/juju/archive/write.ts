import {deflateSync, strToU8} from 'fflate';
import {ArchiveError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {getCrc32} from './crc32.ts';
import {checkPath, checkSymlink, checkTree} from './paths.ts';
import type {ArchiveEntry, ArchiveInput, Deflated} from './types.ts';

/** 1 January 1980, the earliest that zip can say: archives of equal content are equal whenever they are made. */
const dosDate = 0x0021;
const utf8Names = 0x0800;
const maxMembers = 0xffff;
const maxBytes = 0xffffffff;
const types: Readonly<Record<ArchiveEntry['kind'], number>> = {file: 0o100000, symlink: 0o120000, directory: 0o040000};

/** A member ready to be laid out. */
interface Member {
  readonly name: Uint8Array;
  readonly kind: ArchiveEntry['kind'];
  readonly mode: number;
  readonly method: 0 | 8;
  readonly packed: Deflated;
}

/** Compresses content as archives hold it. The same content gives the same bytes on every machine and version of Node. */
export function deflateContent(content: Uint8Array): Deflated {
  return {data: deflateSync(content, {level: 9}), crc32: getCrc32(content), size: content.length};
}

/** Writes a `.charm` archive that depends on nothing but the members: sorted by path, a fixed date, unix modes, files
 * compressed, folders and symlinks stored. Throws an ArchiveError for a path or symlink that leads out of the charm, a path
 * given twice, or more than zip can hold. */
export function writeCharmArchive(entries: readonly ArchiveInput[]): Uint8Array {
  if (entries.length >= maxMembers) throw new ArchiveError(`archive cannot hold ${entries.length} members`);
  checkTree(entries.map(({path, kind = 'file'}) => ({path, kind})));
  const members = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1)).map(getMember);
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const member of members) {
    const header = renderLocalHeader(member);
    directory.push(renderDirectoryEntry(member, offset));
    parts.push(header, member.packed.data);
    offset += header.length + member.packed.data.length;
    if (offset > maxBytes) throw new ArchiveError('archive would be larger than 4 GiB');
  }
  return concat([...parts, ...directory, renderEnd(members.length, offset, getLength(directory))]);
}

function getMember(entry: ArchiveInput): Member {
  const {path, kind = 'file', mode} = entry;
  const reason = checkPath(path) ?? checkTarget(entry);
  if (reason !== null) throw new ArchiveError(reason);
  const name = strToU8(kind === 'directory' ? `${path}/` : path);
  if (name.length > 0xffff) throw new ArchiveError(`path ${quote(path.slice(0, 40))} is too long`);
  const bits = types[kind] | (mode & 0o7777);
  return {name, kind, mode: bits, ...getPacked(entry)};
}

function checkTarget(entry: ArchiveInput): string | null {
  if (entry.kind !== 'symlink') return null;
  return checkSymlink(entry.path, new TextDecoder().decode(entry.content));
}

function getPacked(entry: ArchiveInput): Pick<Member, 'method' | 'packed'> {
  if ('deflated' in entry) return {method: 8, packed: entry.deflated};
  if (entry.kind === undefined || entry.kind === 'file') return {method: 8, packed: deflateContent(entry.content)};
  const content = entry.kind === 'directory' ? new Uint8Array() : entry.content;
  return {method: 0, packed: {data: content, crc32: getCrc32(content), size: content.length}};
}

/** The 26 bytes that a local header and a directory entry share, from `version needed` to the length of extra fields. */
function setCommon(view: DataView, at: number, {name, method, packed}: Member): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, utf8Names, true);
  view.setUint16(at + 4, method, true);
  view.setUint16(at + 8, dosDate, true);
  view.setUint32(at + 10, packed.crc32, true);
  view.setUint32(at + 14, packed.data.length, true);
  view.setUint32(at + 18, packed.size, true);
  view.setUint16(at + 22, name.length, true);
}

function renderLocalHeader(member: Member): Uint8Array {
  const bytes = new Uint8Array(30 + member.name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  setCommon(view, 4, member);
  bytes.set(member.name, 30);
  return bytes;
}

function renderDirectoryEntry(member: Member, offset: number): Uint8Array {
  const bytes = new Uint8Array(46 + member.name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, (3 << 8) | 20, true);
  setCommon(view, 6, member);
  const dosDirectory = member.kind === 'directory' ? 0x10 : 0;
  view.setUint32(38, ((member.mode << 16) | dosDirectory) >>> 0, true);
  view.setUint32(42, offset, true);
  bytes.set(member.name, 46);
  return bytes;
}

function renderEnd(members: number, offset: number, size: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(22));
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, members, true);
  view.setUint16(10, members, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return new Uint8Array(view.buffer);
}

function getLength(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(getLength(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
