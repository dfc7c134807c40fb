/** Something a user asked for that can not be done. Its message stands behind `ERROR ` on one line. */
export class LocalError extends Error {
  override readonly name: string = 'LocalError';
  /** The exit status of the command: 1 for what can not be done, 2 for a wrong command line. */
  readonly exitCode: number;

  constructor(message: string, options: {exitCode?: number; cause?: unknown} = {}) {
    super(message, {cause: options.cause});
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A name that the model does not know: `application "x" not found`. */
export class NotFoundError extends LocalError {
  override readonly name = 'NotFoundError';
  readonly kind: string;
  readonly id: string;

  constructor(kind: string, id: string) {
    super(`${kind} "${id}" not found`);
    this.kind = kind;
    this.id = id;
  }
}
