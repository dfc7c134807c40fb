import type {SettleOptions, SettleResult} from '../api.ts';
import type {Deployment} from '../deploy/charm.ts';
import type {ModelState} from '../model/state.ts';
import type {World} from '../uniter/world.ts';

/** A cloud whose models live on between calls, in the process of their controller. */
export interface LiveCloud {
  /** What `bootstrap --config` may set, with what holds when it does not. */
  readonly options: Readonly<Record<string, string>>;
  /** Those of them that name a folder, from where its user is; an empty one for none. */
  readonly folderOptions?: readonly string[];
  /** Throws a LocalError that names an option whose value no model could be made with. */
  readonly checkOptions?: (options: Readonly<Record<string, string>>) => void;
  /** What keeps this computer from being such a cloud, a line each that says what to do; none when it can be one. */
  checkHost(dataFolder: string): Promise<readonly string[]>;
  /** Sets a model in motion. Machines that run already are taken over as they are. */
  openModel(wanted: LiveModelSetting & LiveModelSource): Promise<LiveModel>;
  /**
   * Removes everything outside the data folder that belongs to a model nobody serves, whatever was killed while making it. The
   * model's folder goes afterwards. Nothing to do when it has been done before.
   */
  removeRest(wanted: LiveModelSetting): Promise<void>;
}

/** Where a model of a live cloud has its place on this computer. */
export interface LiveModelSetting {
  readonly controller: string;
  readonly model: string;
  /** Eight hexadecimal digits, other ones for each model of each data folder, and the same at every start. */
  readonly id: string;
  /** The model's own folder; it may not be there yet. It goes with the model. */
  readonly folder: string;
  /** The data folder, for what models and controllers share. */
  readonly dataFolder: string;
  /** What `bootstrap --config` set, and the defaults of the rest. */
  readonly config: Readonly<Record<string, string>>;
  /** Says how a work of seconds or minutes is going, one line for people. */
  readonly progress: Tell;
}

/** Takes a line for people about an entity of the model: `machine-0`, or `controller-0` unless told. */
export type Tell = (line: string, entity?: string) => void;

export interface LiveModelSource {
  readonly state: ModelState;
  /** What the cloud saved before, or null. */
  readonly saved: unknown;
  readonly now: () => number;
  /** To be told after every step that changed the model; it is written down soon after. */
  readonly onChange: () => void;
}

/** A model that runs hooks by itself. */
export interface LiveModel {
  readonly world: World;
  readonly agents: ModelAgents;
  /** Where charms for this cloud come from, with these folders to look them up by name. */
  createCharms(folders: readonly string[]): Pick<Deployment, 'library' | 'load'>;
  /** Takes no more work and ends the hooks that run; machines go on. */
  close(): Promise<void>;
  /** Ends hooks and machines, and removes all that belongs to them outside the model's folder. */
  destroy(): Promise<void>;
}

/** Runs the hooks of a model's units, those of different machines at the same time. */
export interface ModelAgents {
  /** There may be something new to do. */
  wake(): void;
  /** Makes the steps of a change while no unit begins a hook; what runs goes on. */
  hold<T>(steps: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs and nothing is left to do, or soon after `isStopped` became true. */
  whenSettled(options: Pick<SettleOptions, 'isStopped' | 'progress'>): Promise<SettleResult>;
}
