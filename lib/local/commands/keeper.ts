import type {RunningModel} from '../local-model.ts';
import type {ModelState} from '../model/state.ts';
import type {Session} from './session.ts';

/** A model by name. */
export interface ModelName {
  readonly controller: string;
  readonly model: string;
}

/** A change of a model, and what is to happen then. */
export interface ModelChange<T> {
  readonly apply: (model: RunningModel) => Promise<T> | T;
  /** Nothing follows when `apply` changed nothing; a model that goes on by itself is not waited for in any case. */
  readonly isLook?: boolean;
  /** Where the model goes on by itself, waiting ends as soon as this is true. */
  readonly isDone?: (result: T) => boolean;
}

/** Has the models of a controller. Verbs change models through it and do not know where they live. */
export interface ModelKeeper {
  /** Makes sure that this process can remove the model; to be called before anything is asked or done. */
  claim(name: ModelName): Promise<void>;
  /** A model to look at. */
  read(session: Session, name: ModelName): Promise<ModelState>;
  /** A model to try something on that is not kept. */
  open(session: Session, name: ModelName): Promise<RunningModel>;
  /** Changes a model, all of the change or nothing of it, and waits until all that follows from it was done. */
  change<T>(session: Session, name: ModelName, change: ModelChange<T>): Promise<T>;
  /** Takes a new model in. */
  add(session: Session, state: ModelState): Promise<void>;
  /** Removes a model with all that it has; nothing to do when it is gone. */
  remove(session: Session, name: ModelName): Promise<void>;
}

/** A call can not be run here: the process of that controller runs it, whole. Nothing was asked or done before. */
export class RunsElsewhere extends Error {
  override readonly name = 'RunsElsewhere';
  readonly controller: string;

  constructor(controller: string) {
    super(`controller ${controller} has a process of its own`);
    this.controller = controller;
  }
}

/** The controller whose process is to run the call, when that is what an error says. */
export function getElsewhere(error: unknown): string | null {
  // By its name: verbs are loaded when they are called, and a test runner may have loaded this file in another way before.
  const isElsewhere = error instanceof Error && error.name === 'RunsElsewhere' && 'controller' in error;
  return isElsewhere && typeof error.controller === 'string' ? error.controller : null;
}

/** As shells report a program that SIGINT ended. */
export const INTERRUPTED = 130;

/** What is said, once, when units wait for `resolved` in the end. */
export function tellFailed(session: Session, failed: readonly string[]): void {
  if (failed.length === 0) return;
  session.tell(`Units in error: ${failed.join(', ')} (see juju-local debug-log, then juju-local resolved)`);
}

/** Says which machines could not be made, and why. */
export function tellMissing(session: Session, {machines}: ModelState): void {
  for (const {id, agent} of Object.values(machines)) {
    if (agent?.status !== 'provisioning error') continue;
    session.tell(`Machine ${id} could not be made: ${agent.message} (juju-local debug-log --include machine-${id})`);
  }
}
