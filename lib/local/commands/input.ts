import type {CloudTable} from '../clouds.ts';
import type {StartController} from '../controller/start.ts';

/** What a call of the command has of the world. */
export interface CommandInput {
  /** The words behind the command's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** Folders of charms when JUJU_LOCAL_CHARMS names none. */
  readonly charmFolders: readonly string[];
  readonly write: (text: string) => void;
  readonly warn: (text: string) => void;
  /** The user's next line without its end, or null when there is none to come. */
  readonly readLine: () => Promise<string | null>;
  readonly isTerminal: boolean;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Runs a program on the user's own terminal and gives its exit status; where there is none, `ssh` is refused. */
  readonly runAttached?: ((command: readonly string[]) => Promise<number>) | undefined;
  /** The clouds there are; those of the product unless told. */
  readonly clouds?: CloudTable;
  /** Starts the process of a controller; that of the product unless told. */
  readonly startController?: StartController;
}
