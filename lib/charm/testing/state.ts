import type {Databag, Network} from '../hook-tools/index.ts';
import type {HostFacts} from '../host.ts';
import type {Status} from '../status.ts';
import type {StorageView} from '../storage.ts';
import type {MemoryHostState} from './memory-host.ts';

/** One relation in a state. Bags are given as the wire has them: strings. */
export interface RelationState {
  readonly endpoint: string;
  readonly id: number;
  /** The other side; the own application for a peer relation. */
  readonly remoteApplication: string;
  readonly units: Readonly<Record<string, Databag>>;
  readonly remoteApplicationData?: Databag;
  readonly unitData?: Databag;
  readonly applicationData?: Databag;
}

/** What Juju and the machine hold for one unit, before or after a hook. */
export interface UnitState {
  readonly unit: string;
  readonly leader: boolean;
  readonly principalUnit?: string;
  /** Options that differ from their defaults. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly relations: readonly RelationState[];
  /** By endpoint, units that the model has and that have not joined yet: what goal-state tells beyond the relations. */
  readonly expected: Readonly<Record<string, readonly string[]>>;
  readonly networks: Readonly<Record<string, Network>>;
  /** By store, what is attached. */
  readonly storage: StorageView;
  readonly facts: HostFacts;
  readonly host: MemoryHostState;
  readonly openedPorts: readonly string[];
  readonly status: Status | {readonly status: 'unknown'; readonly message: string};
  readonly workloadVersion: string;
}

/** What happens to the unit. */
export type TestEvent =
  | {readonly hook: string}
  | {
      readonly relation: number;
      readonly step: 'created' | 'joined' | 'changed' | 'departed' | 'broken';
      readonly unit?: string;
      readonly departing?: string;
    }
  | {readonly action: string; readonly params?: Readonly<Record<string, unknown>>};

/** What a charm's metadata says, as far as a state is checked against it. */
export interface CharmMeta {
  readonly name: string;
  readonly subordinate: boolean;
  readonly endpoints: Readonly<
    Record<string, {readonly role: 'provider' | 'requirer' | 'peer'; readonly scope: 'global' | 'container'}>
  >;
  readonly config: Readonly<Record<string, {readonly type: string; readonly default?: unknown}>>;
  readonly actions: readonly string[];
  readonly bindings: readonly string[];
  /** Its stores. */
  readonly storage: readonly string[];
}
