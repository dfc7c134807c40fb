/**
 * What kept MAAS from doing as it was asked. `late`: it answers, but the power was not seen as it should be in the time there was.
 * `invalid`: what was given to reach it cannot be used.
 */
export type MaasErrorKind =
  'unreachable' | 'unauthorised' | 'refused' | 'not found' | 'ambiguous' | 'bad answer' | 'late' | 'invalid';

/** The message is one line for people and never holds the API key. */
export class MaasError extends Error {
  override readonly name = 'MaasError';
  readonly kind: MaasErrorKind;
  /** Whether the same request may succeed later without anybody's help. */
  readonly mayPass: boolean;

  constructor(kind: MaasErrorKind, message: string, {mayPass = false}: {readonly mayPass?: boolean} = {}) {
    super(message);
    this.kind = kind;
    this.mayPass = mayPass;
  }
}
