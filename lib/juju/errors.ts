/** Anything that is wrong with what this room was given. Messages are one clear text for people; callers branch on classes. */
export class JujuError extends Error {
  override readonly name: string = 'JujuError';
}

/** A YAML text that cannot be read. `line` and `column` count from 1. */
export class YamlError extends JujuError {
  override readonly name = 'YamlError';

  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(file: string, place: {readonly line: number; readonly column: number}, reason: string) {
    super(`${file}:${place.line}:${place.column}: ${reason}`);
    this.file = file;
    this.line = place.line;
    this.column = place.column;
    this.reason = reason;
  }
}

/** A name, URL, base, placement or constraint that is not well formed. */
export class NameError extends JujuError {
  override readonly name = 'NameError';
}

/** A charm that cannot be used; `path` says which, '' when it was given as text. */
export class CharmError extends JujuError {
  override readonly name = 'CharmError';

  readonly path: string;

  constructor(message: string, path = '', options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/** A `.charm` archive that cannot be read or written. */
export class ArchiveError extends JujuError {
  override readonly name = 'ArchiveError';
}

/** An option that does not exist or cannot take a value. */
export class ConfigError extends JujuError {
  override readonly name = 'ConfigError';

  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** A bundle that cannot be read, merged or verified; `errors` holds every one, sorted. */
export class BundleError extends JujuError {
  override readonly name = 'BundleError';

  readonly errors: readonly string[];

  constructor(message: string, errors: readonly string[] = [message]) {
    super(message);
    this.errors = errors;
  }
}

/** A bundle that is sound but does not fit the model. */
export class PlanError extends JujuError {
  override readonly name = 'PlanError';
}
