/** Which paths and links an archive may hold: all of them stay inside it. */

import {ArchiveError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import type {ArchiveEntry} from './types.ts';

/** Why a member's path cannot be used; null when it can. */
export function checkPath(path: string): string | null {
  const parts = path.split('/');
  if (path === '') return 'archive has a member without a name';
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0')) return `path ${quote(path)} is not relative`;
  if (parts.some((part) => part === '..')) return `path ${quote(path)} leads out of charm`;
  return parts.some((part) => part === '' || part === '.') ? `path ${quote(path)} is not clean` : null;
}

/** Why a symlink cannot be used; null when it can. */
export function checkSymlink(path: string, target: string): string | null {
  if (target === '' || target.includes('\0')) return `symlink ${quote(path)} has no target`;
  if (target.startsWith('/')) return `symlink ${quote(path)} is absolute: ${quote(target)}`;
  let depth = path.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return `symlink ${quote(path)} links out of charm: ${quote(target)}`;
  }
  return null;
}

/** Throws an ArchiveError for members that cannot stand side by side: two of one path, or one below what is no folder. */
export function checkTree(members: readonly Pick<ArchiveEntry, 'path' | 'kind'>[]): void {
  const kinds = new Map<string, ArchiveEntry['kind']>();
  for (const {path, kind} of members) {
    if (kinds.has(path)) throw new ArchiveError(`archive holds ${quote(path)} more than once`);
    kinds.set(path, kind);
  }
  for (const {path} of members) {
    const above = path.split('/').slice(0, -1);
    const blocked = above
      .map((_, index) => above.slice(0, index + 1).join('/'))
      .find((parent) => {
        const kind = kinds.get(parent);
        return kind !== undefined && kind !== 'directory';
      });
    if (blocked !== undefined) {
      throw new ArchiveError(
        `path ${quote(path)} lies below ${quote(blocked)}, which is a ${kinds.get(blocked) ?? 'file'}`,
      );
    }
  }
}
