/** A member of a charm archive. */
export interface ArchiveEntry {
  /** Relative, with `/` between parts and none at the end. */
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'directory';
  /** Permission bits, such as 0o755. */
  readonly mode: number;
  /** A file's bytes, a symlink's target as UTF-8, nothing for a directory. */
  readonly content: Uint8Array;
}

/** Content that is compressed already, so that large files are compressed once and reused. */
export interface Deflated {
  /** The raw Deflate stream. */
  readonly data: Uint8Array;
  /** Of the content before compression. */
  readonly crc32: number;
  /** Of the content before compression, in bytes. */
  readonly size: number;
}

/** A member to write: with its content, or a file with content compressed before. `kind` is file when absent. */
export type ArchiveInput =
  | {readonly path: string; readonly mode: number; readonly kind?: ArchiveEntry['kind']; readonly content: Uint8Array}
  | {readonly path: string; readonly mode: number; readonly kind?: 'file'; readonly deflated: Deflated};
