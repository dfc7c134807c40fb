import type {Charm} from '../charm/types.ts';
import type {Bundle} from './types.ts';

/** What else is known when a bundle is verified. */
export interface VerifyOptions {
  /** The charms of applications, by application. With them options, endpoints, subordinates and bindings are verified too;
   * an application without an entry refers to a charm that does not exist. */
  readonly charms?: Readonly<Record<string, {readonly charm: Charm}>>;
  /** Whether a charm path exists; without it all do. */
  readonly pathExists?: (path: string) => boolean;
  /** The first document alone, where constraints may not name an image. */
  readonly isBase?: boolean;
}

/** A verification under way. */
export interface Verification {
  readonly bundle: Bundle;
  readonly options: VerifyOptions;
  readonly add: (error: string) => void;
  /** Adds the error that reading something throws, behind a prefix. */
  readonly check: (prefix: string, read: () => unknown) => void;
}
