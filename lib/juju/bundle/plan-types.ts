/** What a bundle plan takes and gives. */

import type {Charm, ConfigValue} from '../charm/types.ts';
import type {Bundle, BundleOffer, ExposedEndpoint} from './types.ts';

/** The charm that the caller chose for an application of a bundle. */
export interface ResolvedCharm {
  /** The charm's own name. */
  readonly name: string;
  readonly source: 'local' | 'charm-hub';
  /** Two applications with equal `url`, base and channel share one charm, e.g. `local:masakari-0` or `ch:mysql`. */
  readonly url: string;
  /** How the plan names a local charm: as the bundle gives it (a path), else its name. */
  readonly shownAs?: string;
  readonly revision: number;
  /** The printed base, such as `ubuntu@22.04/stable`; empty when nothing says which. */
  readonly base: string;
  readonly channel?: string;
  readonly charm: Charm;
}

/** A unit of a model; `machine` is empty for a unit of a subordinate or one not placed yet. */
export interface SnapshotUnit {
  /** Such as `mysql/0`. */
  readonly name: string;
  /** Such as `0` or `0/lxd/1`. */
  readonly machine: string;
}

/** An application of a model. */
export interface SnapshotApplication {
  /** The charm's URL, compared with `ResolvedCharm.url`. */
  readonly charm: string;
  readonly revision: number;
  readonly channel?: string;
  /** The printed base, such as `ubuntu@22.04/stable`. */
  readonly base: string;
  /** Every option that was set. */
  readonly options: Readonly<Record<string, ConfigValue>>;
  readonly constraints: string;
  readonly exposed: boolean;
  readonly exposedEndpoints?: Readonly<Record<string, ExposedEndpoint>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly subordinate: boolean;
  readonly units: readonly SnapshotUnit[];
}

/** A model as far as a plan needs it. */
export interface ModelSnapshot {
  readonly applications: Readonly<Record<string, SnapshotApplication>>;
  /** Ids of all machines and containers. */
  readonly machines: readonly string[];
  readonly machineAnnotations?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Pairs such as `['mysql:db', 'wordpress:db']`, in either order. */
  readonly relations: readonly (readonly [string, string])[];
  /** The next number of `application-<name>`, `machine` and `machine-<id>/<container type>`; absent ones follow from
   * what exists. */
  readonly sequences: Readonly<Record<string, number>>;
}

/** `--map-machines`: `existing` maps every machine of the model to the bundle machine of the same number. */
export interface MachineMap {
  readonly existing: boolean;
  /** Bundle machine id to model machine id; wins over `existing`. */
  readonly machines: Readonly<Record<string, string>>;
}

/** What `planBundle` needs. `charms` has an entry for every application of the bundle. */
export interface PlanInput {
  readonly bundle: Bundle;
  readonly model: ModelSnapshot;
  readonly charms: Readonly<Record<string, ResolvedCharm>>;
  readonly mapMachines?: MachineMap;
  /** Allows an upgrade across channels. */
  readonly force?: boolean;
  /** Printed after `upload charm` as ` with architecture=...` unless constraints say another; absent prints nothing. */
  readonly defaultArchitecture?: string;
}

interface ChangeOf<Method extends string, Args> {
  readonly method: Method;
  /** `<method>-<position at creation>`, such as `addUnit-7`. */
  readonly id: string;
  /** Ids of changes that must be made before this one. */
  readonly requires: readonly string[];
  readonly args: Args;
  /** The plan's lines for this change, without the leading `- `. */
  readonly description: readonly string[];
}

/** What `addCharm` and `upgradeCharm` say about a charm. */
export interface CharmArgs {
  /** An application of the bundle that uses the charm: look it up in `PlanInput.charms`. */
  readonly application: string;
  readonly charm: string;
  readonly base?: string;
  readonly channel?: string;
  readonly revision?: number;
  readonly architecture?: string;
}

/** How an application is deployed; units follow as changes of their own (but for Kubernetes bundles). */
export interface DeployArgs {
  readonly application: string;
  readonly charm: string;
  readonly base?: string;
  readonly channel?: string;
  /** Kubernetes bundles only. */
  readonly numUnits?: number;
  /** Typed by the charm's config. */
  readonly options: Readonly<Record<string, ConfigValue>>;
  readonly constraints: string;
  readonly storage: Readonly<Record<string, string>>;
  readonly devices: Readonly<Record<string, string>>;
  /** Endpoint (or '' for all) to space. */
  readonly bindings: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, number | string>>;
  readonly trust: boolean;
}

/** One new machine or container. */
export interface AddMachinesArgs {
  /** The id that it will get if nothing else touches the model meanwhile. */
  readonly machine: string;
  /** Empty for a machine. */
  readonly containerType: string;
  /** For a container: the id of the model machine, `$addMachines-<n>` for a machine made by that change, or
   * `$addUnit-<n>` for the top-level machine of that unit. Empty for a machine, and for a container on a new machine of
   * its own. */
  readonly parent: string;
  readonly base: string;
  readonly constraints: string;
  /** The bundle machine that this is, if it is one. */
  readonly bundleMachine?: string;
}

/** One new unit. */
export interface AddUnitArgs {
  readonly application: string;
  /** The name that it will get, such as `mysql/0`. */
  readonly unit: string;
  /** Where: '' for a machine of its own, a model machine's id, `<container type>:<id>` for a new container there,
   * `$addMachines-<n>` for what that change makes, or `$addUnit-<n>` for the machine of that unit. */
  readonly to: string;
  /** The id of the machine it will land on; see `AddMachinesArgs.machine`. */
  readonly machine: string;
  /** For a machine of its own. */
  readonly base: string;
}

/** One step of a plan. Applying them in order, each after what it requires, gives what the bundle asks for. */
export type Change =
  | ChangeOf<'addCharm', CharmArgs>
  | ChangeOf<'upgradeCharm', CharmArgs>
  | ChangeOf<'deploy', DeployArgs>
  | ChangeOf<'addMachines', AddMachinesArgs>
  | ChangeOf<'addRelation', {readonly endpoints: readonly [string, string]}>
  | ChangeOf<'addUnit', AddUnitArgs>
  | ChangeOf<'expose', {readonly application: string; readonly endpoints: Readonly<Record<string, ExposedEndpoint>>}>
  | ChangeOf<'scale', {readonly application: string; readonly scale: number}>
  | ChangeOf<
      'setAnnotations',
      {
        readonly entity: 'application' | 'machine';
        /** An application, a model machine's id, or `$addMachines-<n>`. */
        readonly id: string;
        readonly annotations: Readonly<Record<string, string>>;
      }
    >
  | ChangeOf<'setOptions', {readonly application: string; readonly options: Readonly<Record<string, ConfigValue>>}>
  | ChangeOf<'setConstraints', {readonly application: string; readonly constraints: string}>
  | ChangeOf<'createOffer', {readonly application: string; readonly offer: string} & Pick<BundleOffer, 'endpoints'>>
  | ChangeOf<'grantOfferAccess', {readonly offer: string; readonly user: string; readonly access: string}>
  | ChangeOf<'consumeOffer', {readonly name: string; readonly url: string}>;

/** The names of all kinds of change. */
export type ChangeMethod = Change['method'];
