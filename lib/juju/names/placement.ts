import {NameError} from '../errors.ts';
import {quote} from './go-format.ts';
import {isApplicationName, isMachineId, isNumber} from './names.ts';

/** Where a unit of a bundle goes: `[<container>:](<application>[/<n>] | <machine> | new)`. */
export type Placement = {
  /** '' when the unit goes onto the machine itself. */
  readonly containerType: string;
} & (
  | {readonly kind: 'new'}
  | {readonly kind: 'machine'; readonly machine: string}
  | {readonly kind: 'application'; readonly application: string; readonly unit: number | null}
);

/** Where `juju deploy --to` or `add-unit --to` puts a unit: onto a machine or container, into a new container, or by a
 * directive such as `zone=a` that only a cloud understands. */
export interface UnitPlacement {
  readonly containerType: string;
  /** A machine id, or '' for a new machine. */
  readonly machine: string;
  readonly directive: string;
}

/** Containers of type lxc became lxd; bundles still say lxc. */
function getContainerType(text: string): string {
  return text === 'lxc' ? 'lxd' : text;
}

function splitContainer(text: string): {containerType: string; target: string} | null {
  const colon = text.indexOf(':');
  if (colon < 0) return {containerType: '', target: text};
  const type = text.slice(0, colon);
  if (!/^[a-z]+$/u.test(type)) return null;
  return {containerType: getContainerType(type), target: text.slice(colon + 1)};
}

/** Reads a placement of a bundle; throws a NameError with Juju's text. */
export function parsePlacement(text: string): Placement {
  const split = splitContainer(text);
  const placement = split === null ? null : getTarget(split.containerType, split.target);
  if (placement === null) throw new NameError(`invalid placement syntax ${quote(text)}`);
  return placement;
}

function getTarget(containerType: string, target: string): Placement | null {
  if (target === 'new') return {containerType, kind: 'new'};
  if (isNumber(target)) return {containerType, kind: 'machine', machine: target};
  const [application = '', unit, ...rest] = target.split('/');
  if (application === 'new' || rest.length > 0 || !isApplicationName(application)) return null;
  if (unit === undefined) return {containerType, kind: 'application', application, unit: null};
  return isNumber(unit) ? {containerType, kind: 'application', application, unit: Number(unit)} : null;
}

/** The printed form of a placement of a bundle. */
export function renderPlacement(placement: Placement): string {
  const prefix = placement.containerType === '' ? '' : `${placement.containerType}:`;
  switch (placement.kind) {
    case 'new':
      return `${prefix}new`;
    case 'machine':
      return `${prefix}${placement.machine}`;
    case 'application':
      return `${prefix}${placement.application}${placement.unit === null ? '' : `/${placement.unit}`}`;
  }
}

/** Reads what `--to` says: `3`, `3/lxd/0`, `lxd:3`, `lxd`, `new` or `key=value`; throws a NameError. */
export function parseUnitPlacement(text: string): UnitPlacement {
  if (/^[a-z-]+=.+$/u.test(text)) return {containerType: '', machine: '', directive: text};
  const {containerType, target} = splitContainer(text) ?? {containerType: '', target: ''};
  if (isMachineId(target)) return {containerType, machine: target, directive: ''};
  if (target === 'new') return {containerType, machine: '', directive: ''};
  if (text === 'lxd' || text === 'lxc') return {containerType: 'lxd', machine: '', directive: ''};
  throw new NameError(`invalid --to parameter ${quote(text)}`);
}
