import {open, type FileHandle} from 'node:fs/promises';
import {basename, dirname} from 'node:path';

/** A Unix socket's address holds 108 bytes with the end mark (unix(7)). */
const BYTES_AT_MOST = 107;

/** A socket's path that is short enough to bind or to connect to, for as long as it is not closed. */
export interface SocketPath {
  readonly path: string;
  close(): Promise<void>;
}

/** A way to a socket that an address can hold, however deep its folder is: through the folder's descriptor when need be. */
export async function openSocketPath(path: string): Promise<SocketPath> {
  if (Buffer.byteLength(path) <= BYTES_AT_MOST) return {path, close: () => Promise.resolve()};
  const folder: FileHandle = await open(dirname(path), 'r');
  return {path: `/proc/self/fd/${String(folder.fd)}/${basename(path)}`, close: () => folder.close()};
}
