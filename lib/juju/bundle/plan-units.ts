/** Units: how many are missing, in which order applications are placed, and whether every new machine is used. */

import {PlanError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {getTopLevelMachine, isNumber} from '../names/names.ts';
import {compareNaturally, sortNaturally} from '../names/natural-sort.ts';
import {parsePlacement} from '../names/placement.ts';
import {getOwn} from '../record.ts';
import {placeUnits} from './plan-placement.ts';
import {addChange, getAllMachines, getIds, getNextId, takeNumber} from './planning.ts';
import type {Planning} from './planning.ts';
import type {BundleApplication} from './types.ts';

/** Plans the units that are missing; none is ever removed. Throws a PlanError when placements go round in a circle. */
export function planUnits(planning: Planning): void {
  for (const [name, spec] of planning.applications) addUnits(planning, name, spec);
  let pending = planning.applications.filter(([name]) => hasNewUnits(planning, name));
  while (pending.length > 0) {
    const waiting = new Set(pending.map(([name]) => name));
    const ready = pending.filter(([, spec]) => getTargets(spec).every((target) => !waiting.has(target)));
    if (ready.length === 0) throw new PlanError(`cycle in placement directives for: ${[...waiting].join(', ')}`);
    for (const [name, spec] of ready) placeUnits(planning, name, spec);
    pending = pending.filter((entry) => !ready.includes(entry));
  }
}

function hasNewUnits(planning: Planning, application: string): boolean {
  return planning.units.get(application)?.some((unit) => unit.change !== null) === true;
}

/** The applications beside whose units this one's go. */
function getTargets({to}: BundleApplication): string[] {
  return to
    .map(parsePlacement)
    .flatMap((placement) => (placement.kind === 'application' ? [placement.application] : []));
}

/** Adds the changes for missing units; where they go is filled in later. */
function addUnits(planning: Planning, application: string, spec: BundleApplication): void {
  const existing = [...(getOwn(planning.input.model.applications, application)?.units ?? [])]
    .sort((a, b) => compareNaturally(a.name, b.name))
    .map((unit) => ({unit: unit.name, machine: unit.machine, change: null}));
  planning.units.set(application, existing);
  let previous: string | null = null;
  for (let index = existing.length; index < spec.numUnits; index += 1) {
    const unit = `${application}/${takeNumber(planning, `application-${application}`)}`;
    const change = addChange(planning, {
      method: 'addUnit',
      id: getNextId(planning, 'addUnit'),
      requires: getIds(planning.deploys.get(application), previous),
      args: {application, unit, to: '', machine: '', base: getOwn(planning.input.charms, application)?.base ?? ''},
      description: [],
    });
    planning.units.get(application)?.push({unit, machine: '', change});
    previous = change;
  }
}

/** Throws a PlanError for a new machine of the bundle that nothing would be put on: its units exist elsewhere. */
export function checkMachines(planning: Planning): void {
  const required = new Set(
    planning.changes.filter((change) => change.method !== 'setAnnotations').flatMap(getPlacementIds),
  );
  for (const [id, {change}] of planning.machines) {
    if (change === null || required.has(change)) continue;
    throw new PlanError(
      `bundle and machine mapping are inconsistent: need an explicit entry mapping bundle machine ${quote(id)}` +
        getSuggestion(planning, id),
    );
  }
}

/** The machines that a change puts something on. That one machine follows another does not count. */
function getPlacementIds(change: Planning['changes'][number]): string[] {
  if (change.method === 'addUnit') return change.args.to.startsWith('$') ? [change.args.to.slice(1)] : [];
  if (change.method === 'addMachines' && change.args.parent.startsWith('$')) return [change.args.parent.slice(1)];
  return [];
}

function getSuggestion(planning: Planning, id: string): string {
  const hosted = planning.applications.filter(([, spec]) => spec.to.includes(id)).map(([name]) => name);
  const targets = new Set([...planning.machines].filter(([other]) => other !== id).map(([, {machine}]) => machine));
  const machines = sortNaturally(getAllMachines(planning.input.model))
    .filter((machine) => isNumber(machine) && !targets.has(machine))
    .filter((machine) => hosted.every((name) => isOn(planning, name, machine)));
  const [only, second] = machines;
  const host = hosted.length === 0 ? '' : ` - the target should host [${hosted.join(', ')}]`;
  if (only === undefined) return host;
  if (second === undefined) return `, perhaps to unreferenced model machine ${quote(only)}${host}`;
  return `, perhaps to one of model machines [${machines.map(quote).join(', ')}]${host}`;
}

function isOn(planning: Planning, application: string, machine: string): boolean {
  const units = planning.units.get(application) ?? [];
  return units.some((unit) => unit.change === null && getTopLevelMachine(unit.machine) === machine);
}
