import type {Charm} from '#juju';

import type {
  ApplicationState,
  CharmState,
  ConfigValue,
  Databag,
  HookInfo,
  MachineState,
  PortRange,
  RelationState,
  TaskState,
  UnitState,
} from '../model/state.ts';
import {getElections} from './leadership.ts';
import type {World} from './world.ts';

/** What a hook wrote and the model gets when it has succeeded. An empty text deletes a relation's key. */
export interface PendingWrites {
  readonly relations: Map<number, {unit: Record<string, string>; application: Record<string, string>}>;
  /** null deletes the key. */
  readonly state: Map<string, string | null>;
  readonly openPorts: PortRange[];
  readonly closePorts: PortRange[];
  readonly storage: {store: string; count: number}[];
  /** Steps on secrets, in the order they were asked for; some only a leader may take. */
  readonly secrets: {readonly needsLeader: boolean; readonly take: () => void}[];
}

/** One run of a charm as its hook tools see it. */
export interface HookContext {
  readonly world: World;
  readonly unit: UnitState;
  readonly application: ApplicationState;
  readonly machine: MachineState;
  /** The charm that runs: the unit's own, which may be older than the application's. */
  readonly charm: CharmState;
  readonly metadata: Charm['metadata'];
  /** null in an action. */
  readonly hook: HookInfo | null;
  readonly task: TaskState | null;
  /** The relation of a relation hook. */
  readonly relation: RelationState | null;
  readonly writes: PendingWrites;
  /** What users had set when the hook began, and its version: others may set more while it runs. */
  readonly settings: Readonly<Record<string, ConfigValue>>;
  readonly configVersion: number;
  readonly leaderSettingsVersion: number;
  /** How often the unit had been elected when the hook began. */
  readonly elections: number;
  /** Version, when the hook began, of the remote databag that a relation hook is about. */
  readonly remoteVersion: number;
  /** Databags as this hook first saw them, by relation and owner. */
  readonly seen: Map<string, Databag>;
  /** What an action said so far. */
  readonly action: {results: Record<string, unknown>; failure: string | null};
  /** A file of the unit's machine, for flags that name one; null where there is none. */
  readonly readFile: (path: string) => Promise<string | null>;
}

/** What a context is about: a hook, or a task of an action (both null for a command that sees the unit's tools). */
export interface ContextSubject {
  readonly hook?: HookInfo;
  readonly task?: TaskState;
}

/** The context of one hook, one task or one command of a unit. */
export function createHookContext(world: World, unit: UnitState, subject: ContextSubject): HookContext {
  const {hook, task} = subject;
  const application = world.model.applications[unit.application];
  const machine = world.model.machines[unit.machine];
  if (application === undefined || machine === undefined) throw new RangeError(`${unit.name} is not in the model`);
  const charm = world.model.charms[unit.charm];
  if (charm === undefined) throw new RangeError(`charm ${unit.charm} of ${unit.name} is not in the model`);
  const relation = hook?.relationId === undefined ? null : (world.model.relations[String(hook.relationId)] ?? null);
  return {
    world,
    unit,
    application,
    machine,
    charm,
    metadata: charm.declared.metadata,
    hook: hook ?? null,
    task: task ?? null,
    relation,
    writes: {relations: new Map(), state: new Map(), openPorts: [], closePorts: [], storage: [], secrets: []},
    settings: application.settings,
    configVersion: application.configVersion,
    leaderSettingsVersion: application.leaderSettingsVersion,
    elections: getElections(unit),
    remoteVersion: getRemoteVersion(relation, hook),
    seen: new Map(),
    action: {results: {}, failure: null},
    readFile: (path) => world.cloud.readFile(machine, path),
  };
}

function getRemoteVersion(relation: RelationState | null, hook: HookInfo | undefined): number {
  const {remoteUnit, remoteApplication = ''} = hook ?? {};
  if (remoteUnit !== undefined) return relation?.units[remoteUnit]?.version ?? 0;
  return relation?.applications[remoteApplication]?.version ?? 0;
}
