import type {Charm, StorageDirective} from '#juju';

/**
 * One model as plain data that JSON can hold. Everything Juju's controller would know is here; everything that can be
 * derived from it (indexes, queues) is not. Functions beside this file change it in small, named steps.
 */

/** `alive` until somebody removes it, `dying` while its hooks run for the last time; what is dead is gone from the model. */
export type Life = 'alive' | 'dying';

/** A relation's settings of one unit or one application. Never changed in place: a write puts a new object there. */
export type Databag = Readonly<Record<string, string>>;

/** A value of a charm's option; an option without a value is absent. */
export type ConfigValue = string | number | boolean;

/** A status with the time it was set, in milliseconds since 1970. */
export interface StatusState {
  status: string;
  message: string;
  data: Record<string, string>;
  since: number;
}

export type Role = 'provider' | 'requirer' | 'peer';
export type Scope = 'global' | 'container';

/** One side of a relation. */
export interface EndpointState {
  application: string;
  name: string;
  interface: string;
  role: Role;
  scope: Scope;
}

/** What a relation knows of one unit. `version` counts the changes of its databag. */
export interface RelationUnitState {
  data: Databag;
  version: number;
  /** Out of scope, the data stay readable while the relation lives. */
  inScope: boolean;
  /** The unit is on its way out: the other side sees it as gone already. */
  departing: boolean;
}

export interface RelationState {
  id: number;
  /** As Juju prints it: `requirer:a provider:b`, or `app:peer`. */
  key: string;
  endpoints: EndpointState[];
  scope: Scope;
  life: Life;
  since: number;
  units: Record<string, RelationUnitState>;
  applications: Record<string, {data: Databag; version: number}>;
}

/** What the uniter of one unit remembers of one relation: what its charm was told so far. */
export interface UnitRelationState {
  created: boolean;
  /** Remote units the charm knows, with the version of their databag at the last hook for them. */
  members: Record<string, number>;
  /** Version of the remote application's databag at the last hook for it. */
  applicationVersion: number;
  /** The remote unit whose joined hook ran and whose changed hook must come next. */
  changedPending: string | null;
}

/** A hook as the uniter queues it. */
export interface HookInfo {
  kind: string;
  /** The name Juju prints: `install`, `db-relation-changed`. */
  name: string;
  relationId?: number;
  remoteUnit?: string;
  remoteApplication?: string;
  departingUnit?: string;
  storageId?: string;
  secretUri?: string;
}

export interface PortRange {
  endpoint: string;
  protocol: 'tcp' | 'udp' | 'icmp';
  from: number;
  to: number;
}

export interface UnitState {
  name: string;
  application: string;
  machine: string;
  /** The principal of a subordinate, or null. */
  principal: string | null;
  subordinates: string[];
  life: Life;
  charm: string;
  installed: boolean;
  started: boolean;
  /** Its machine booted again and the start hook for that has not run yet. */
  rebooted?: boolean;
  stopped: boolean;
  /** Removed with `--force`: a failing hook does not hold it. */
  forced: boolean;
  /** Removed with `--force`, and its agent was ended: it runs nothing more and only leaves the model. */
  ended?: boolean;
  /** Version of the application's config that the last config-changed saw; -1 before the first. */
  configVersion: number;
  /** Elected, and the hook for it has not run yet. */
  electedPending: boolean;
  /** Version of the leader settings that this unit was told of; -1 before the first. */
  leaderSettingsVersion: number;
  upgradePending: boolean;
  relations: Record<string, UnitRelationState>;
  /** The hook that failed and waits for `resolved`, or null. */
  failed: HookInfo | null;
  /** What is shown instead of the workload status while the unit waits in error. */
  error: StatusState | null;
  workload: StatusState;
  agent: StatusState;
  workloadVersion: string;
  /** Whether the charm itself set the workload status. */
  statusSet: boolean;
  ports: PortRange[];
  /** What state-set keeps. */
  state: Readonly<Record<string, string>>;
  /** Ids of tasks that wait for this unit. */
  tasks: string[];
  /** Ids of the storage that it has or is going to have. */
  storage: string[];
}

export interface ApplicationState {
  name: string;
  /** Key in `charms`. */
  charm: string;
  life: Life;
  base: string;
  channel: string;
  exposed: boolean;
  subordinate: boolean;
  constraints: string;
  /** By store of its charm, what each new unit gets. Absent in models that an earlier release made. */
  storage?: Readonly<Record<string, StorageDirective>>;
  /** What users set; defaults come from the charm. */
  settings: Readonly<Record<string, ConfigValue>>;
  configVersion: number;
  trust: boolean;
  /** Endpoint (or the empty name for all others) to space. */
  bindings: Record<string, string>;
  units: string[];
  relations: number[];
  leader: string | null;
  leaderSettings: Databag;
  leaderSettingsVersion: number;
  /** The status that the leader set for the application, or null. */
  status: StatusState | null;
  version: string;
  annotations: Record<string, string>;
}

export interface InterfaceState {
  name: string;
  space: string;
  address: string;
  cidr: string;
  mac: string;
}

export interface MachineState {
  id: string;
  /** The machine's own name: MAAS' for machines, Juju's for containers. */
  hostname: string;
  life: Life;
  base: string;
  constraints: string;
  /** The machine a container lives on, or null. */
  parent: string | null;
  containers: string[];
  /** Principal units. */
  units: string[];
  interfaces: InterfaceState[];
  created: number;
  annotations: Record<string, string>;
  /**
   * How the machine is, as who provides it says: `pending` while it is made (the message says how far), `started`, `down` when nothing
   * on it answers, `provisioning error` when it could not be made. Absent where machines are there at once.
   */
  agent?: StatusState;
  /** Which of its boots was the last that its units were told of, as the cloud tells them apart. Absent where machines never boot. */
  boot?: string;
}

export interface SpaceState {
  name: string;
  /** The space's first subnet; when it is full the next ones follow it. */
  cidr: string;
  /** How many addresses were given out so far. */
  used: number;
}

/** A charm that was added to the model: where its program is, and what it declared. */
export interface CharmState {
  url: string;
  name: string;
  revision: number;
  /** The charm's folder on this computer. */
  folder: string;
  /** The module that exports `charm`. */
  program: string;
  /** The time of the last change of what it was read from: what changed since then is another charm. */
  stamp: number;
  declared: Charm;
}

export interface TaskState {
  id: string;
  operation: string;
  unit: string;
  /** An action's name, or `juju-exec`. */
  action: string;
  parameters: Record<string, unknown>;
  status: 'pending' | 'running' | 'completed' | 'failed';
  message: string;
  results: Record<string, unknown>;
  log: {time: number; message: string}[];
  enqueued: number;
  started: number;
  completed: number;
}

export interface SecretRevision {
  revision: number;
  content: Readonly<Record<string, string>>;
}

export interface SecretState {
  id: string;
  /** `unit` or `application` and its name. */
  owner: {kind: 'unit' | 'application'; name: string};
  label: string;
  description: string;
  rotation: string;
  expiry: string;
  revisions: SecretRevision[];
  grants: {relationId: number; target: string}[];
  /** Unit to the revision it follows and its own label. */
  consumers: Record<string, {revision: number; label: string}>;
}

export interface StorageState {
  /** The store of the charm and a number: `data/0`. */
  id: string;
  store: string;
  /** The unit that has it for itself, or the application whose units all have it. */
  owner: string;
  kind: 'filesystem' | 'block';
  pool: string;
  /** In MiB, as asked for; nobody measures it. */
  size: number;
  readOnly: boolean;
  /** Where units find it: a folder, or a device. */
  location: string;
  created: number;
  /** By unit, whether its charm was told. */
  attachments: Record<string, {attached: boolean}>;
}

export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

export interface LogLine {
  time: number;
  /** `unit-mysql-0`, `machine-0` or `controller-0`. */
  entity: string;
  level: LogLevel;
  module: string;
  message: string;
}

/** How often something was really changed; a settled model that settles again must not add to it. */
export interface WriteCounts {
  relationData: number;
  state: number;
  files: number;
  services: number;
  packages: number;
  status: number;
  /** Changes of a CIB. */
  cluster: number;
}

export interface ModelState {
  name: string;
  /** The cloud its units live on; `memory` unless told. */
  cloud?: string;
  /** The model is being removed, and whoever finds it goes on with that. */
  life?: 'dying';
  uuid: string;
  controller: string;
  owner: string;
  created: number;
  /** Seed of the order; `order` is where its generator stands. */
  seed: number;
  order: {state: number};
  /** What keys, passwords and uuids are derived from. */
  secret: string;
  defaultSpace: string;
  spaces: Record<string, SpaceState>;
  charms: Record<string, CharmState>;
  machines: Record<string, MachineState>;
  applications: Record<string, ApplicationState>;
  units: Record<string, UnitState>;
  relations: Record<string, RelationState>;
  tasks: Record<string, TaskState>;
  secrets: Record<string, SecretState>;
  storage: Record<string, StorageState>;
  sequences: Record<string, number>;
  log: LogLine[];
  writes: WriteCounts;
  /** False from the first change of a call until everything that follows from it was done. */
  isSettled: boolean;
}
