/** A charm, an overlay or a runtime that cannot be packed. The message is one line for people, with the file it is about. */
export class PackError extends Error {
  override readonly name = 'PackError';
}
