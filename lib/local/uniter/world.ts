import type {Charm} from '#juju';

import type {Cloud} from '../cloud.ts';
import type {EndpointState, MachineState, ModelState, RelationState} from '../model/state.ts';
import type {RelationIndex} from './relation-index.ts';
import type {RunnableUnits} from './runnable-units.ts';

/** A model in motion: its data, what follows from them, and the cloud its units live on. */
export interface World {
  readonly model: ModelState;
  readonly cloud: Cloud;
  readonly relations: RelationIndex;
  readonly runnable: RunnableUnits;
  /** Machines that left the model and that the cloud has still to let go. */
  readonly leaving: MachineState[];
  /** What the charm of that URL declared. */
  readonly getCharm: (url: string) => Charm;
  readonly now: () => number;
  /**
   * Runs something on a machine while nothing else runs there. Where one thing runs at a time anyway it just runs; agents that run
   * hooks beside each other put their lock here, and say what is waited for when that takes long: `web/0's start hook`.
   */
  withMachine: <T>(machine: string, work: () => Promise<T>, onWait?: (what: string) => void) => Promise<T>;
  /** A new number for a hook's context id, never the same twice while the program runs. */
  readonly takeContextNumber: () => number;
}

/** An application's side of a relation. */
export function getLocalEndpoint(relation: RelationState, application: string): EndpointState {
  const endpoint = relation.endpoints.find((candidate) => candidate.application === application);
  if (endpoint === undefined) throw new RangeError(`${application} has no part in relation ${relation.key}`);
  return endpoint;
}

/** A relation's id as a unit's hook tools name it: `db:7`. */
export function getRelationName(relation: RelationState, application: string): string {
  return `${getLocalEndpoint(relation, application).name}:${String(relation.id)}`;
}

/** Whether an endpoint is the `juju-info` that every application provides: its units run no hooks for it. */
export function isImplicit(world: World, endpoint: EndpointState): boolean {
  if (endpoint.name !== 'juju-info' || endpoint.role !== 'provider') return false;
  const application = world.model.applications[endpoint.application];
  return application === undefined || world.getCharm(application.charm).metadata.endpoints['juju-info'] === undefined;
}
