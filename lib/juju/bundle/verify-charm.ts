import {coerceYamlValue} from '../charm/config-values.ts';
import {getBindableNames} from '../charm/relations.ts';
import type {Charm} from '../charm/types.ts';
import {quote} from '../names/go-format.ts';
import {getOwn} from '../record.ts';
import type {BundleApplication} from './types.ts';
import type {Verification} from './verify-types.ts';

/** Verifies an application against its charm, when charms are known. */
export function verifyCharm(verification: Verification, name: string, application: BundleApplication): void {
  const {charms} = verification.options;
  if (charms === undefined) return;
  const found = getOwn(charms, name)?.charm;
  if (found === undefined) {
    verification.add(`application ${quote(name)} refers to non-existent charm ${quote(application.charm)}`);
    return;
  }
  verifySubordinate(verification, {name, application, charm: found});
  verifyOptions(verification, {name, application, charm: found});
  verifyBindings(verification, {name, application, charm: found});
}

interface Deployed {
  readonly name: string;
  readonly application: BundleApplication;
  readonly charm: Charm;
}

function verifySubordinate({add}: Verification, {name, application, charm}: Deployed): void {
  if (!charm.metadata.subordinate) return;
  if (application.to.length > 0) add(`application ${quote(name)} is subordinate but specifies unit placement`);
  if (application.numUnits !== 0) add(`application ${quote(name)} is subordinate but has non-zero num_units`);
}

function verifyOptions({add, check}: Verification, {name, application, charm}: Deployed): void {
  const prefix = `cannot validate application ${quote(name)}: `;
  for (const [option, node] of Object.entries(application.options)) {
    const spec = getOwn(charm.config, option);
    if (spec === undefined) {
      add(`${prefix}configuration option ${quote(option)} not found in charm ${quote(application.charm)}`);
      continue;
    }
    check(prefix, () => coerceYamlValue(spec, node));
  }
}

/** The name '' stands for all endpoints. */
function verifyBindings({add}: Verification, {name, application, charm}: Deployed): void {
  const known = new Set(['', ...getBindableNames(charm.metadata)]);
  for (const [endpoint, space] of Object.entries(application.bindings)) {
    if (known.has(endpoint)) continue;
    add(
      `application ${quote(name)} wants to bind endpoint ${quote(endpoint)} to space ${quote(space)}, but the endpoint is not ` +
        'defined by the charm',
    );
  }
}
