/** Where the new units of one application go. */

import {PlanError} from '../errors.ts';
import {parseConstraints, renderConstraints} from '../names/constraints.ts';
import {quote} from '../names/go-format.ts';
import {getTopLevelMachine, parseMachineId} from '../names/names.ts';
import {parsePlacement, renderPlacement} from '../names/placement.ts';
import type {Placement} from '../names/placement.ts';
import {getOwn} from '../record.ts';
import {addChange, getIds, getNextId, renderMachine, takeContainer, takeMachine} from './planning.ts';
import type {PlannedUnit, Planning} from './planning.ts';
import type {BundleApplication} from './types.ts';

/** The application whose units are being placed. */
interface Placing {
  readonly planning: Planning;
  readonly application: string;
  readonly base: string;
  /** For the machines and containers made for it. */
  readonly constraints: string;
  /** Units of other applications that one of this is beside already, by directive. */
  readonly claimed: Map<string, Set<string>>;
}

/** What a unit's place comes to. */
interface Spot {
  /** As in `AddUnitArgs`. */
  readonly to: string;
  readonly machine: string;
  /** The change that must come first. */
  readonly requires: string | null;
  /** Printed as `to satisfy [...]`; '' when there is nothing to say. */
  readonly satisfies: string;
}

/** Decides where the new units of an application go and makes the machines and containers that they need. */
export function placeUnits(planning: Planning, application: string, spec: BundleApplication): void {
  const placing: Placing = {
    planning,
    application,
    base: getOwn(planning.input.charms, application)?.base ?? '',
    constraints: getMachineConstraints(spec),
    claimed: new Map(),
  };
  const units = planning.units.get(application) ?? [];
  const directives = getOpenDirectives(placing, spec, units);
  const last = directives.at(-1);
  let next = 0;
  for (const [index, unit] of units.entries()) {
    if (unit.change === null) continue;
    const directive = directives[next] ?? (last !== undefined && isRepeated(last) ? last : null);
    next += 1;
    const spot = directive === null ? getOwnMachine(planning) : getSpot(placing, directive);
    units[index] = {...unit, machine: spot.machine};
    setSpot(planning, unit.change, spot);
  }
}

/** Only these are used again for the units beyond the list. */
function isRepeated(placement: Placement): boolean {
  return placement.kind === 'new' || (placement.kind === 'application' && placement.unit === null);
}

/** The directives that no unit of the model meets. Those that name only an application or `new` are met by none. */
function getOpenDirectives(placing: Placing, {to}: BundleApplication, units: readonly PlannedUnit[]): Placement[] {
  const free = units.filter((unit) => unit.change === null);
  return to.map(parsePlacement).filter((placement) => {
    const machine = getNamedMachine(placing.planning, placement);
    const met = machine === null ? -1 : free.findIndex((unit) => isAt(unit, machine, placement.containerType));
    if (met >= 0) free.splice(met, 1);
    return met < 0;
  });
}

/** The existing machine that a directive names by number or by unit; null when it names none. */
function getNamedMachine(planning: Planning, placement: Placement): string | null {
  if (placement.kind === 'machine') {
    const planned = planning.machines.get(placement.machine);
    return planned?.change === null ? planned.machine : null;
  }
  if (placement.kind !== 'application' || placement.unit === null) return null;
  const target = planning.units.get(placement.application)?.[placement.unit];
  return target?.change === null ? target.machine : null;
}

/** Whether a unit is on a machine itself, or in a container of that type on the machine at its bottom. */
function isAt(unit: PlannedUnit, machine: string, containerType: string): boolean {
  if (containerType === '') return unit.machine === machine;
  const id = parseMachineId(unit.machine);
  return id?.containerType === containerType && getTopLevelMachine(unit.machine) === getTopLevelMachine(machine);
}

function getOwnMachine(planning: Planning): Spot {
  return {to: '', machine: takeMachine(planning), requires: null, satisfies: ''};
}

function getSpot(placing: Placing, placement: Placement): Spot {
  switch (placement.kind) {
    case 'new':
      return getNewMachine(placing, placement.containerType);
    case 'machine':
      return getSpotOnMachine(placing, placement.machine, placement.containerType);
    case 'application': {
      const target = takeTarget(placing, placement);
      if (target === null) return getOwnMachine(placing.planning);
      return {...getSpotBeside(placing, target, placement.containerType), satisfies: renderPlacement(placement)};
    }
  }
}

interface NewMachine {
  readonly machine: string;
  readonly containerType: string;
  /** As in `AddMachinesArgs`. */
  readonly parent: string;
}

function addMachine({planning, base, constraints}: Placing, {machine, containerType, parent}: NewMachine): Spot {
  const top = getTopLevelMachine(machine);
  const required = parent.startsWith('$') ? parent.slice(1) : null;
  const id = addChange(planning, {
    method: 'addMachines',
    id: getNextId(planning, 'addMachines'),
    requires: getIds(required),
    args: {machine, containerType, parent, base, constraints},
    description: [
      containerType === ''
        ? `add new machine ${machine}`
        : `add ${containerType} container ${machine} on ${renderMachine(planning, top)}`,
    ],
  });
  return {to: `$${id}`, machine, requires: id, satisfies: ''};
}

function getNewMachine(placing: Placing, containerType: string): Spot {
  const top = takeMachine(placing.planning);
  const machine = containerType === '' ? top : takeContainer(placing.planning, top, containerType);
  return addMachine(placing, {machine, containerType, parent: ''});
}

function getSpotOnMachine(placing: Placing, bundleMachine: string, containerType: string): Spot {
  const planned = placing.planning.machines.get(bundleMachine);
  if (planned === undefined) throw new PlanError(`machine ${quote(bundleMachine)} is not defined in the bundle`);
  const {machine, change} = planned;
  if (containerType === '') {
    return {to: change === null ? machine : `$${change}`, machine, requires: change, satisfies: ''};
  }
  const container = takeContainer(placing.planning, machine, containerType);
  if (change !== null) return addMachine(placing, {machine: container, containerType, parent: `$${change}`});
  return {to: `${containerType}:${machine}`, machine: container, requires: null, satisfies: ''};
}

/** Beside a unit: on its very machine, or in a container on the machine at the bottom (containers are never nested). */
function getSpotBeside(placing: Placing, target: PlannedUnit, containerType: string): Spot {
  const {machine, change} = target;
  if (containerType === '') {
    return {to: change === null ? machine : `$${change}`, machine, requires: change, satisfies: ''};
  }
  const top = getTopLevelMachine(machine);
  const container = takeContainer(placing.planning, top, containerType);
  if (change !== null) return addMachine(placing, {machine: container, containerType, parent: `$${change}`});
  return {to: `${containerType}:${top}`, machine: container, requires: null, satisfies: ''};
}

type ByApplication = Extract<Placement, {kind: 'application'}>;

/** The unit that a directive names, or the first of the application that has none of ours beside it; null when none is left. */
function takeTarget(placing: Placing, placement: ByApplication): PlannedUnit | null {
  const units = placing.planning.units.get(placement.application) ?? [];
  const claimed = getClaimed(placing, placement, units);
  const target = placement.unit === null ? units.find((unit) => !claimed.has(unit.unit)) : units[placement.unit];
  if (target === undefined || target.machine === '') return null;
  claimed.add(target.unit);
  return target;
}

function getClaimed(placing: Placing, placement: ByApplication, units: readonly PlannedUnit[]): Set<string> {
  const key = `${placement.containerType}:${placement.application}`;
  const known = placing.claimed.get(key);
  if (known !== undefined) return known;
  const claimed = new Set<string>();
  const own = (placing.planning.units.get(placing.application) ?? []).filter((unit) => unit.change === null);
  for (const unit of own) {
    const beside = units.find(
      (target) =>
        target.machine !== '' && !claimed.has(target.unit) && isAt(unit, target.machine, placement.containerType),
    );
    if (beside !== undefined) claimed.add(beside.unit);
  }
  placing.claimed.set(key, claimed);
  return claimed;
}

function setSpot(planning: Planning, id: string, spot: Spot): void {
  const index = planning.changes.findIndex((change) => change.id === id);
  const change = planning.changes[index];
  if (change?.method !== 'addUnit') return;
  const where = spot.machine.includes('/') ? spot.machine : renderMachine(planning, spot.machine);
  const satisfies = spot.satisfies === '' ? '' : ` to satisfy [${spot.satisfies}]`;
  planning.changes[index] = {
    ...change,
    requires: [...change.requires, ...getIds(spot.requires)],
    args: {...change.args, to: spot.to, machine: spot.machine},
    description: [`add unit ${change.args.unit} to ${where}${satisfies}`],
  };
}

/** The constraints of machines made for an application: the spaces that it is bound to come first, the others sorted. Throws
 * a PlanError when a space is both needed and forbidden. */
export function getMachineConstraints({bindings, constraints}: BundleApplication): string {
  const parsed = parseConstraints(constraints);
  const listed = Array.isArray(parsed['spaces']) ? parsed['spaces'].map(String) : [];
  const bound = Object.values(bindings).filter((space) => space !== '');
  const spaces = [...new Set([...bound, ...listed])].sort();
  const forbidden = bound.find((space) => spaces.includes(`^${space}`));
  if (forbidden !== undefined)
    throw new PlanError(`Space ${quote(forbidden)} is required but it's forbidden by constraint`);
  const rest = Object.entries(parsed)
    .filter(([name]) => name !== 'spaces')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => renderConstraints({[name]: value}));
  return [...(spaces.length === 0 ? [] : [`spaces=${spaces.join(',')}`]), ...rest].join(' ');
}
