/** Which machines of a model stand for machines of a bundle. */

import {NameError, PlanError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {getTopLevelMachine, isNumber, parseMachineId} from '../names/names.ts';
import {compareNaturally, sortNaturally} from '../names/natural-sort.ts';
import {parsePlacement} from '../names/placement.ts';
import {getOwn, toRecord} from '../record.ts';
import type {MachineMap, PlanInput} from './plan-types.ts';
import {getAllMachines} from './planning.ts';

/** Reads `--map-machines`: a comma list of `existing` and `<bundle-id>=<machine-id>`. Throws a NameError with Juju's text. */
export function parseMachineMap(text: string): MachineMap {
  const parts = text === '' ? [] : text.split(',');
  const pairs = parts.filter((part) => part !== 'existing').map(parsePair);
  return {existing: parts.includes('existing'), machines: toRecord(pairs)};
}

function parsePair(text: string): readonly [string, string] {
  const fail = (reason: string): never => {
    throw new NameError(`error in --map-machines: ${reason}`);
  };
  const [bundle = '', machine = '', ...rest] = text.split('=');
  if (bundle === '' || machine === '' || rest.length > 0) {
    return fail(`expected "existing" or "<bundle-id>=<machine-id>", got ${quote(text)}`);
  }
  if (!isNumber(bundle)) return fail(`bundle-id ${quote(bundle)} is not a top level machine id`);
  if (!isNumber(machine)) return fail(`machine-id ${quote(machine)} is not a top level machine id`);
  return [bundle, machine];
}

/** A directive of an application that names a machine, while mapping machines. */
interface Wish {
  readonly application: string;
  readonly containerType: string;
  readonly bundleMachine: string;
  used: boolean;
}

/** A deployed unit, while mapping machines. */
interface Host {
  readonly application: string;
  readonly containerType: string;
  readonly machine: string;
  used: boolean;
}

/** The map from bundle machines to model machines: what the user said, then what deployed units suggest. Throws a PlanError for
 * a machine that the model lacks. */
export function getMachineMap(input: PlanInput): Map<string, string> {
  const map = getGivenMap(input);
  const [wishes, hosts] = [getWishes(input), getHosts(input)];
  mapSameNumbers(map, wishes, hosts);
  mapRemaining(input, {map, wishes, hosts});
  return map;
}

function getGivenMap({model, mapMachines}: PlanInput): Map<string, string> {
  const known = getAllMachines(model);
  const map = new Map<string, string>();
  if (mapMachines?.existing === true) known.filter(isNumber).forEach((id) => map.set(id, id));
  for (const [bundleMachine, machine] of Object.entries(mapMachines?.machines ?? {})) {
    if (!known.includes(machine)) {
      throw new PlanError(`error in --map-machines: machine ${quote(machine)} not found in the model`);
    }
    map.set(bundleMachine, machine);
  }
  return map;
}

function getWishes({bundle}: PlanInput): Wish[] {
  return Object.entries(bundle.applications)
    .sort(([a], [b]) => compareNaturally(a, b))
    .flatMap(([application, spec]) =>
      (spec?.to ?? []).map(parsePlacement).flatMap((placement) => {
        if (placement.kind !== 'machine') return [];
        const {containerType, machine} = placement;
        return [{application, containerType, bundleMachine: machine, used: false}];
      }),
    );
}

function getHosts({bundle, model}: PlanInput): Host[] {
  return sortNaturally(Object.keys(bundle.applications)).flatMap((application) =>
    [...(getOwn(model.applications, application)?.units ?? [])]
      .sort((a, b) => compareNaturally(a.name, b.name))
      .filter((unit) => unit.machine !== '')
      .map((unit) => ({
        application,
        containerType: parseMachineId(unit.machine)?.containerType ?? '',
        machine: getTopLevelMachine(unit.machine),
        used: false,
      })),
  );
}

/** Maps a machine to that of its own number where a unit that should be on it is. */
function mapSameNumbers(map: Map<string, string>, wishes: readonly Wish[], hosts: readonly Host[]): void {
  for (const wish of wishes) {
    const target = map.get(wish.bundleMachine) ?? wish.bundleMachine;
    const host = hosts.find(
      (unit) =>
        !unit.used &&
        unit.application === wish.application &&
        unit.machine === target &&
        unit.containerType === wish.containerType,
    );
    if (host === undefined) continue;
    wish.used = true;
    host.used = true;
    map.set(wish.bundleMachine, target);
  }
}

interface Mapping {
  readonly map: Map<string, string>;
  readonly wishes: readonly Wish[];
  readonly hosts: readonly Host[];
}

/** Maps what is left to machines that host a unit of an application which should be there. */
function mapRemaining({bundle}: PlanInput, {map, wishes, hosts}: Mapping): void {
  for (const id of sortNaturally(Object.keys(bundle.machines)).filter((machine) => !map.has(machine))) {
    const targets = new Set(map.values());
    for (const wish of wishes.filter((one) => !one.used && one.bundleMachine === id)) {
      const host = hosts.find(
        (unit) => !unit.used && unit.application === wish.application && !targets.has(unit.machine),
      );
      if (host === undefined) continue;
      wish.used = true;
      host.used = true;
      map.set(id, host.machine);
      break;
    }
  }
}
