import {getBaseOfSeries, parseBase, renderBase} from '../names/base.ts';
import {sortNaturally} from '../names/natural-sort.ts';
import {getOwn} from '../record.ts';
import {getChangedAnnotations} from './plan-applications.ts';
import {addChange, getIds, getNextId, renderMachine, takeMachine} from './planning.ts';
import type {PlannedMachine, Planning} from './planning.ts';
import type {Bundle, BundleMachine} from './types.ts';

/** Plans the machines of the bundle that the model has no machine for, and annotations of all. */
export function planMachines(planning: Planning, map: ReadonlyMap<string, string>): void {
  const {bundle} = planning.input;
  let previous: string | null = null;
  for (const id of sortNaturally(Object.keys(bundle.machines))) {
    const spec = getOwn(bundle.machines, id) ?? null;
    const existing = map.get(id);
    const planned: PlannedMachine =
      existing === undefined ? addMachine(planning, {id, spec, previous}) : {machine: existing, change: null};
    previous = planned.change ?? previous;
    planning.machines.set(id, planned);
    if (spec !== null) planAnnotations(planning, planned, spec);
  }
}

interface NewMachine {
  readonly id: string;
  readonly spec: BundleMachine | null;
  /** The change that makes the machine before. */
  readonly previous: string | null;
}

function addMachine(planning: Planning, {id, spec, previous}: NewMachine): PlannedMachine {
  const machine = takeMachine(planning);
  const change = addChange(planning, {
    method: 'addMachines',
    id: getNextId(planning, 'addMachines'),
    requires: getIds(previous),
    args: {
      machine,
      containerType: '',
      parent: '',
      base: getMachineBase(planning.input.bundle, spec),
      constraints: spec?.constraints ?? '',
      bundleMachine: id,
    },
    description: [`add new machine ${machine}${machine === id ? '' : ` (bundle machine ${id})`}`],
  });
  return {machine, change};
}

/** The printed base of a machine: its own, else the bundle's; '' when neither says. */
function getMachineBase(bundle: Bundle, spec: BundleMachine | null): string {
  const own = getBase(spec?.base ?? '', spec?.series ?? '');
  return own === '' ? getBase(bundle.defaultBase, bundle.series) : own;
}

function getBase(base: string, series: string): string {
  if (base !== '') return renderBase(parseBase(base));
  const known = series === '' ? null : getBaseOfSeries(series);
  return known === null ? '' : renderBase(known);
}

function planAnnotations(planning: Planning, {machine, change}: PlannedMachine, spec: BundleMachine): void {
  const known = change === null ? getOwn(planning.input.model.machineAnnotations ?? {}, machine) : undefined;
  const annotations = getChangedAnnotations(spec.annotations, known ?? {});
  if (Object.keys(annotations).length === 0) return;
  addChange(planning, {
    method: 'setAnnotations',
    id: getNextId(planning, 'setAnnotations'),
    requires: getIds(change),
    args: {entity: 'machine', id: change === null ? machine : `$${change}`, annotations},
    description: [`set annotations for ${renderMachine(planning, machine)}`],
  });
}
