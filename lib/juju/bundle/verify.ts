/** Verifying a bundle: every error is collected, none stops the others. */

import {BundleError, JujuError} from '../errors.ts';
import {parseBase} from '../names/base.ts';
import {isSeriesName} from '../names/charm-url.ts';
import {parseConstraints} from '../names/constraints.ts';
import {quote} from '../names/go-format.ts';
import {isApplicationName, isNumber} from '../names/names.ts';
import type {BundleSource} from './read.ts';
import type {Bundle} from './types.ts';
import {verifyApplication} from './verify-application.ts';
import {verifyCharm} from './verify-charm.ts';
import {verifyPlacement} from './verify-placement.ts';
import {verifyRelations} from './verify-relations.ts';
import type {Verification, VerifyOptions} from './verify-types.ts';

/** Everything that is wrong with a bundle, sorted, in Juju's words. */
export function verifyBundle(bundle: Bundle, options: VerifyOptions = {}): string[] {
  const errors = new Set<string>();
  const verification: Verification = {
    bundle,
    options,
    add: (text) => errors.add(text),
    check: (prefix, read) => {
      try {
        read();
      } catch (error) {
        if (!(error instanceof JujuError)) throw error;
        errors.add(`${prefix}${error.message}`);
      }
    },
  };
  verifyTop(verification);
  verifyMachines(verification);
  verifySaas(verification);
  for (const [name, application] of Object.entries(bundle.applications)) {
    if (application === null) {
      errors.add(`bundle application for key ${quote(name)} is undefined`);
      continue;
    }
    verifyApplication(verification, name, application);
    verifyCharm(verification, name, application);
  }
  verifyPlacement(verification);
  verifyRelations(verification);
  return [...errors].sort();
}

/** Verifies a bundle as `juju deploy` does: its first document on its own, then the whole. Gives null, or an error with all
 * that is wrong. Charms are held only against the whole. */
export function checkBundle(source: BundleSource, options: VerifyOptions = {}): BundleError | null {
  const {pathExists} = options;
  const alone = pathExists === undefined ? {} : {pathExists};
  const base = [...source.baseErrors, ...verifyBundle(source.base, {...alone, isBase: true})].sort();
  const errors = base.length > 0 ? base : verifyBundle(source.bundle, options);
  if (errors.length === 0) return null;
  return new BundleError(`the provided bundle has the following errors:\n${errors.join('\n')}`, errors);
}

function verifyTop({bundle, add}: Verification): void {
  if (bundle.type !== '' && bundle.type !== 'kubernetes') add(`bundle has an invalid type ${quote(bundle.type)}`);
  if (bundle.series !== '' && !isSeriesName(bundle.series)) {
    add(`bundle declares an invalid series ${quote(bundle.series)}`);
  }
  if (bundle.defaultBase !== '' && !isBase(bundle.defaultBase)) {
    add(`bundle declares an invalid base ${quote(bundle.defaultBase)}`);
  }
  if (Object.keys(bundle.applications).length === 0) add('at least one application must be specified');
}

function isBase(text: string): boolean {
  try {
    return parseBase(text).name !== '';
  } catch (error) {
    if (error instanceof JujuError) return false;
    throw error;
  }
}

function verifyMachines({bundle, add, check}: Verification): void {
  const machines = Object.entries(bundle.machines);
  if (bundle.type === 'kubernetes' && machines.length > 0) add('bundle machines not valid for Kubernetes bundles');
  for (const [id, machine] of machines) {
    if (!isNumber(id)) add(`invalid machine id ${quote(id)} found in machines`);
    if (machine === null) continue;
    const {constraints, series, base} = machine;
    check(`invalid constraints ${quote(constraints)} in machine ${quote(id)}: `, () => parseConstraints(constraints));
    if (series !== '' && !isSeriesName(series)) add(`invalid series ${quote(series)} for machine ${quote(id)}`);
    if (base !== '' && !isBase(base)) add(`invalid base ${quote(base)} for machine ${quote(id)}`);
  }
}

const offerUrl = /^(?:[^:/.\s]+:)?(?:[a-zA-Z0-9][^/\s]*\/)?[a-z0-9][a-z0-9-]*\.[a-z][a-z0-9-]*(?::[^\s]+)?$/u;

function verifySaas({bundle, add}: Verification): void {
  for (const [name, {url}] of Object.entries(bundle.saas)) {
    if (Object.hasOwn(bundle.applications, name)) {
      add(`application ${quote(name)} already exists with SAAS ${quote(name)} name`);
      add(`SAAS ${quote(name)} already exists with application ${quote(name)} name`);
    }
    if (!isApplicationName(name)) add(`invalid SAAS name ${quote(name)} found`);
    if (url !== '' && !offerUrl.test(url)) add(`invalid offer URL ${quote(url)} for SAAS ${name}`);
  }
}
