/** What a charm is, as plain data. Names and meanings are Juju's own (metadata.yaml, config.yaml, actions.yaml, manifest.yaml). */

/** A value that JSON can carry. */
export type Json = null | boolean | number | string | Json[] | {[key: string]: Json};

/** One JSON object. */
export type JsonObject = {[key: string]: Json};

/** Which section of the metadata declares an endpoint: `provides`, `requires` or `peers`. */
export type Role = 'provider' | 'requirer' | 'peer';

/** Whether a relation spans the model or only units that share a machine. */
export type Scope = 'global' | 'container';

/** One relation endpoint of a charm. */
export interface Endpoint {
  readonly name: string;
  readonly role: Role;
  readonly interface: string;
  readonly scope: Scope;
  /** The most relations that this endpoint takes; absent when unlimited. */
  readonly limit?: number;
  readonly optional: boolean;
}

/** One store of `storage:`; `countMax` of -1 means unlimited, `minimumSize` is in MiB. */
export interface StorageSpec {
  readonly name: string;
  readonly type: 'block' | 'filesystem';
  readonly description: string;
  readonly shared: boolean;
  readonly readOnly: boolean;
  readonly countMin: number;
  readonly countMax: number;
  readonly minimumSize: number;
  readonly location: string;
  readonly properties: readonly string[];
}

/** One resource of `resources:`; `filename` is empty for an image. */
export interface ResourceSpec {
  readonly name: string;
  readonly type: 'file' | 'oci-image';
  readonly filename: string;
  readonly description: string;
}

/** One expression of `assumes:`; a list of them means that all must hold. */
export type Assumption =
  | {readonly kind: 'feature'; readonly name: string; readonly operator?: '>=' | '<'; readonly version?: string}
  | {readonly kind: 'any-of' | 'all-of'; readonly of: readonly Assumption[]};

/** metadata.yaml, read and checked. */
export interface CharmMetadata {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly subordinate: boolean;
  /** Declared endpoints by name; `getEndpoints` adds the implicit `juju-info`. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  readonly extraBindings: readonly string[];
  readonly storage: Readonly<Record<string, StorageSpec>>;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly assumes: readonly Assumption[];
  /** The `series` of a format v1 charm, its default first; empty in format v2. */
  readonly series: readonly string[];
  readonly terms: readonly string[];
  readonly tags: readonly string[];
  readonly minJujuVersion?: string;
  readonly charmUser?: 'root' | 'sudoer' | 'non-root';
}

/** The types an option of config.yaml can have. */
export type ConfigType = 'string' | 'int' | 'float' | 'boolean' | 'secret';

/** A set option: ints stay within ±(2^53 - 1), which is checked when they are read. */
export type ConfigValue = string | number | boolean;

/** One option of config.yaml; without `default` the option is unset until somebody sets it. */
export interface ConfigOption {
  readonly name: string;
  readonly type: ConfigType;
  readonly default?: ConfigValue;
  readonly description: string;
}

/** One action of actions.yaml; `schema` is its generated JSON Schema (draft 4) of type object. */
export interface ActionSpec {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonObject;
  readonly parallel: boolean;
  readonly executionGroup: string;
}

/** An operating system release, such as `{name: 'ubuntu', channel: '22.04/stable', architectures: ['amd64']}`; its
 * printed form is `ubuntu@22.04/stable`. */
export interface Base {
  readonly name: string;
  readonly channel: string;
  readonly architectures: readonly string[];
}

/** manifest.yaml: the bases a charm runs on, in the order written. */
export interface Manifest {
  readonly bases: readonly Base[];
}

/** One device of an LXD profile. */
export interface LxdProfile {
  readonly description: string;
  readonly config: Readonly<Record<string, string>>;
  readonly devices: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A charm, read and checked. */
export interface Charm {
  readonly metadata: CharmMetadata;
  /** The options by name, sorted. */
  readonly config: Readonly<Record<string, ConfigOption>>;
  /** The actions by name, sorted. */
  readonly actions: Readonly<Record<string, ActionSpec>>;
  readonly manifest: Manifest;
  readonly lxdProfile?: LxdProfile;
  /** The number in the `revision` file, 0 without one. */
  readonly revision: number;
  /** The first line of the `version` file, '' without one. */
  readonly version: string;
  /** The absolute path that the charm was read from. */
  readonly path: string;
  /** A folder with metadata.yaml, a `.charm` archive, or our sources (a folder with charmcraft.yaml). */
  readonly kind: 'directory' | 'archive' | 'source';
}
