import type {FileState} from '../host.ts';

/** Names directly in a folder, sorted. */
export function listFolder(files: Readonly<Record<string, FileState>>, path: string): string[] {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  const names = Object.keys(files).flatMap((file) =>
    file.startsWith(prefix) ? [file.slice(prefix.length).split('/')[0] ?? ''] : [],
  );
  return [...new Set(names)].sort();
}
