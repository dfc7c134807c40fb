import {compareNaturally} from '../names/natural-sort.ts';
import {getMachineMap} from './machine-map.ts';
import {planApplications} from './plan-applications.ts';
import {planMachines} from './plan-machines.ts';
import {planOffers} from './plan-offers.ts';
import {sortChanges} from './plan-order.ts';
import type {Change, PlanInput} from './plan-types.ts';
import {planRelations} from './plan-relations.ts';
import {checkMachines, planUnits} from './plan-units.ts';
import type {Planning} from './planning.ts';

/** What must be done to a model so that it has what a verified bundle asks for, in the order in which Juju does it. Nothing is
 * ever removed, and a plan for a model that has it all is empty. Throws a PlanError when bundle, machine map and model do
 * not fit together. */
export function planBundle(input: PlanInput): Change[] {
  const {bundle, model} = input;
  const planning: Planning = {
    input,
    applications: Object.entries(bundle.applications)
      .flatMap(([name, application]) => (application === null ? [] : [[name, application] as const]))
      .sort(([a], [b]) => compareNaturally(a, b)),
    changes: [],
    sequences: new Map(Object.entries(model.sequences)),
    deploys: new Map(),
    machines: new Map(),
    units: new Map(),
  };
  const isKubernetes = bundle.type === 'kubernetes';
  planApplications(planning);
  if (!isKubernetes) planMachines(planning, getMachineMap(input));
  planOffers(planning);
  planRelations(planning);
  if (!isKubernetes) {
    planUnits(planning);
    checkMachines(planning);
  }
  return sortChanges(planning.changes);
}

/** The lines that `juju deploy` prints of a plan, each with its bullet. */
export function renderPlan(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => change.description.map((line) => `- ${line}`));
}
