import type {Charm, CommandResult, FileState} from '#charm';

import type {ConfigValue, Databag, ModelState, TaskState} from './model/state.ts';

/** How a model for a test or a command is made. */
export interface ModelOptions {
  readonly name?: string;
  /** Decides every order that Juju leaves open; 1 unless told. */
  readonly seed?: number;
  /** What the model's uuid, keys and passwords are derived from; the same one unless told, whatever the seed. */
  readonly secret?: string;
  /** Folders that hold charms: source folders (charmcraft.yaml), unpacked charms and `.charm` files. */
  readonly charmLibrary: readonly string[];
  /** Where `.charm` archives are unpacked; a temporary folder unless told. */
  readonly folder?: string;
  /** Programs of charms by charm name, instead of those in their folders. */
  readonly programs?: Readonly<Record<string, Charm>>;
  /** Milliseconds since 1970; the computer's own clock unless told. */
  readonly clock?: () => number;
  /** Lines for people, as Juju prints them on standard error. */
  readonly notify?: (line: string) => void;
  /** Told every program and hook tool that a charm starts, with its arguments. */
  readonly trace?: (call: readonly string[]) => void;
}

export interface DeployOptions {
  /** For a charm: the application's name, the charm's own unless told. */
  readonly application?: string;
  readonly units?: number;
  /** For a charm: placement directives as `juju deploy --to` takes them. */
  readonly to?: readonly string[];
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** For a charm: YAML files as `--config FILE` takes them; `config` wins. */
  readonly configFiles?: readonly string[];
  readonly bindings?: Readonly<Record<string, string>>;
  readonly channel?: string;
  readonly base?: string;
  readonly constraints?: string;
  readonly trust?: boolean;
  /** For a charm: by store, `rootfs,10G`. */
  readonly storage?: Readonly<Record<string, string>>;
  /** For a bundle. */
  readonly overlays?: readonly string[];
  /** For a bundle: as `--map-machines` takes it, `existing,3=4`. */
  readonly mapMachines?: string;
  /** Only says what would be done. */
  readonly dryRun?: boolean;
}

export interface SettleOptions {
  /** Also runs update-status on every unit until a whole round changes nothing, as time passing would; on unless told. */
  readonly updateStatus?: boolean;
  /** Told after every hook. */
  readonly progress?: (progress: Progress) => void;
  /** Told from time to time when the model may be written down; also after the last hook. */
  readonly checkpoint?: () => Promise<void>;
  /** Asked before every hook: true ends the settling there, for the next one to go on. */
  readonly isStopped?: () => boolean;
}

export interface Progress {
  readonly settledUnits: number;
  readonly units: number;
  /** Hooks run so far in this settling. */
  readonly hooks: number;
  readonly unit: string;
  readonly hook: string;
}

export interface SettleResult {
  readonly hooks: number;
  /** Units whose hook failed and that wait for `resolved`. */
  readonly failed: readonly string[];
  /** False when `isStopped` ended it early. */
  readonly settled: boolean;
}

/** What two runs are compared by: no times, no order, no who-leads. */
export interface ModelSnapshot {
  readonly applications: Readonly<
    Record<string, {status: string; message: string; config: Readonly<Record<string, ConfigValue>>}>
  >;
  readonly units: Readonly<
    Record<string, {workload: string; message: string; agent: string; ports: readonly string[]; version: string}>
  >;
  /** By relation key, then by unit (or application) name. */
  readonly relations: Readonly<
    Record<string, {units: Readonly<Record<string, Databag>>; applications: Readonly<Record<string, Databag>>}>
  >;
  /** By machine id. */
  readonly machines: Readonly<
    Record<
      string,
      {
        hostname: string;
        files: Readonly<Record<string, FileState>>;
        packages: readonly string[];
        services: Readonly<Record<string, string>>;
        /** The CIB on that machine's disk as Pacemaker keeps it, null where none is. */
        cib: string | null;
      }
    >
  >;
  readonly leaders: Readonly<Record<string, string | null>>;
  readonly writes: ModelState['writes'];
}

/** One model with its cloud: what the `juju-local` command and the end-to-end tests drive. */
export interface LocalModel {
  readonly state: ModelState;
  /** A charm (path, name or URL) or a bundle (path of a YAML file). Returns the plan's lines. Does not settle. */
  deploy(charmOrBundle: string, options?: DeployOptions): Promise<readonly string[]>;
  settle(options?: SettleOptions): Promise<SettleResult>;
  /** Sets options (text is coerced as on the command line; null resets). */
  config(application: string, settings: Readonly<Record<string, ConfigValue | null>>): void;
  /** Every option that has a value. */
  readConfig(application: string): Readonly<Record<string, ConfigValue>>;
  integrate(first: string, second: string): number;
  removeRelation(first: string, second: string): void;
  addUnit(application: string, options?: {units?: number; to?: readonly string[]}): Promise<readonly string[]>;
  removeUnit(unit: string): void;
  removeApplication(application: string): void;
  /** Runs an action and gives its task when it is done. `app/leader` is accepted. */
  run(unit: string, action: string, parameters?: Readonly<Record<string, unknown>>): Promise<TaskState>;
  /** Runs a command on a unit's machine. */
  exec(unit: string, command: readonly string[]): Promise<CommandResult>;
  /** Runs one more time any hook that is not a departure; `relation` is an id or the other side's application. */
  repeatHook(unit: string, hook: string, remote?: {relation?: number; unit?: string}): Promise<number>;
  /** Every hook that `repeatHook` can run on the unit now. */
  getRepeatableHooks(unit: string): readonly RepeatableHook[];
  resolved(unit: string, options?: {retry?: boolean}): void;
  /** Makes another unit the leader at once, as after a lost lease. */
  moveLeadership(application: string, unit: string): void;
  snapshot(): ModelSnapshot;
}

export interface RepeatableHook {
  readonly hook: string;
  readonly relation?: number;
  readonly unit?: string;
}
