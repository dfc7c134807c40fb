/** What making a plan remembers from step to step. */

import {getTopLevelMachine, parseMachineId, parseUnitName} from '../names/names.ts';
import {getOwn} from '../record.ts';
import type {Change, ModelSnapshot, PlanInput} from './plan-types.ts';
import type {BundleApplication} from './types.ts';

/** A machine of the bundle: the model machine that it is or will be. */
export interface PlannedMachine {
  readonly machine: string;
  /** The change that makes it; null when it exists. */
  readonly change: string | null;
}

/** A unit that exists or is planned. */
export interface PlannedUnit {
  readonly unit: string;
  readonly machine: string;
  /** The change that makes it; null when it exists. */
  readonly change: string | null;
}

/** A plan being made. */
export interface Planning {
  readonly input: PlanInput;
  /** Applications of the bundle in natural order. */
  readonly applications: readonly (readonly [string, BundleApplication])[];
  /** In order of creation: the number in an id is the place here. */
  readonly changes: Change[];
  readonly sequences: Map<string, number>;
  /** The change that deploys an application; none for those that exist. */
  readonly deploys: Map<string, string>;
  /** By bundle machine. */
  readonly machines: Map<string, PlannedMachine>;
  /** By application, those that exist first. */
  readonly units: Map<string, PlannedUnit[]>;
}

/** The id that the next change gets. */
export function getNextId(planning: Planning, method: Change['method']): string {
  return `${method}-${planning.changes.length}`;
}

/** Adds a change and gives its id. */
export function addChange(planning: Planning, change: Change): string {
  planning.changes.push(change);
  return change.id;
}

/** The ids that are there, so that a requirement is named only when some change fulfils it. */
export function getIds(...ids: readonly (string | null | undefined)[]): string[] {
  return ids.filter((id) => id !== null && id !== undefined);
}

/** Takes the next number of a sequence: the model's, else one more than what exists. Numbers are never used twice. */
export function takeNumber(planning: Planning, key: string): number {
  const next = Math.max(planning.sequences.get(key) ?? 0, getFirstNumber(planning.input.model, key));
  planning.sequences.set(key, next + 1);
  return next;
}

function getFirstNumber(model: ModelSnapshot, key: string): number {
  return Math.max(-1, ...getNumbers(model, key)) + 1;
}

/** The numbers of a sequence that are in use. */
function getNumbers(model: ModelSnapshot, key: string): number[] {
  if (key.startsWith('application-')) {
    const application = getOwn(model.applications, key.slice('application-'.length));
    return (application?.units ?? []).map((unit) => parseUnitName(unit.name)?.number ?? -1);
  }
  const ids = getAllMachines(model).map(parseMachineId);
  const [, parent = '', containerType = ''] = /^machine(?:-(.+)\/([a-z]+))?$/u.exec(key) ?? [];
  return ids.flatMap((id) =>
    id !== null && id.parent === parent && id.containerType === containerType ? [id.number] : [],
  );
}

/** Every machine and container that the model mentions, with the machines that containers are on. */
export function getAllMachines(model: ModelSnapshot): string[] {
  const used = Object.values(model.applications).flatMap((application) =>
    application.units.map((unit) => unit.machine),
  );
  const ids = [...model.machines, ...used].filter((id) => id !== '');
  return [...new Set([...ids, ...ids.map(getTopLevelMachine)])];
}

/** Takes the id of a new machine. */
export function takeMachine(planning: Planning): string {
  return String(takeNumber(planning, 'machine'));
}

/** Takes the id of a new container on a machine. */
export function takeContainer(planning: Planning, machine: string, type: string): string {
  return `${machine}/${type}/${takeNumber(planning, `machine-${machine}/${type}`)}`;
}

/** `new machine 0` or `existing machine 0`. */
export function renderMachine(planning: Planning, machine: string): string {
  const exists = getAllMachines(planning.input.model).includes(machine);
  return `${exists ? 'existing' : 'new'} machine ${machine}`;
}
