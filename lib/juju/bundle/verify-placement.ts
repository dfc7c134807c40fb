import {parsePlacement} from '../names/placement.ts';
import type {Placement} from '../names/placement.ts';
import {quote} from '../names/go-format.ts';
import {getOwn} from '../record.ts';
import type {BundleApplication} from './types.ts';
import type {Verification} from './verify-types.ts';

/** Verifies where units go, and that every machine is used. */
export function verifyPlacement(verification: Verification): void {
  const {bundle, add} = verification;
  const used = new Set<string>();
  for (const [name, application] of Object.entries(bundle.applications)) {
    if (application === null) continue;
    if (bundle.type === 'kubernetes') verifyKubernetes(verification, name, application);
    else verifyUnits(verification, name, application, used);
  }
  for (const id of Object.keys(bundle.machines).filter((machine) => !used.has(machine))) {
    add(`machine ${quote(id)} is not referred to by a placement directive`);
  }
}

function verifyKubernetes({add}: Verification, name: string, {to}: BundleApplication): void {
  if (to.length > 1) add(`too many placement directives for application ${quote(name)}`);
  for (const pair of to.flatMap((text) => text.split(','))) {
    if (!/^[^=]+=.+$/u.test(pair)) add(`expected "key=value", got ${quote(pair)} for application ${quote(name)}`);
  }
}

// Four plain arguments read better than an object that is made for one call.
function verifyUnits(
  verification: Verification,
  name: string,
  {to, numUnits}: BundleApplication,
  used: Set<string>,
): void {
  if (numUnits >= 0 && to.length > numUnits) {
    verification.add(`too many units specified in unit placement for application ${quote(name)}`);
  }
  for (const text of to) {
    verification.check('', () => {
      const placement = parsePlacement(text);
      if (placement.kind === 'machine') used.add(placement.machine);
      const reason = checkTarget(verification, placement, text);
      if (reason !== null) verification.add(reason);
    });
  }
}

function checkTarget({bundle}: Verification, placement: Placement, text: string): string | null {
  if (placement.kind === 'new') return null;
  if (placement.kind === 'machine') {
    const known = Object.hasOwn(bundle.machines, placement.machine);
    return known ? null : `placement ${quote(text)} refers to a machine not defined in this bundle`;
  }
  const target = getOwn(bundle.applications, placement.application);
  if (target === undefined || target === null) {
    return `placement ${quote(text)} refers to an application not defined in this bundle`;
  }
  if (placement.unit === null || placement.unit < target.numUnits) return null;
  return (
    `placement ${quote(text)} specifies a unit greater than the ${target.numUnits} unit(s) started by the target ` +
    'application'
  );
}
