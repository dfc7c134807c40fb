/** Charms and models made up for tests of this room. */

import {parseConfig} from '../charm/config.ts';
import {parseMetadata} from '../charm/metadata.ts';
import type {Charm} from '../charm/types.ts';
import type {Bundle} from '../bundle/types.ts';
import type {ModelSnapshot, ResolvedCharm, SnapshotApplication} from '../bundle/plan-types.ts';
import {getBaseOfSeries, parseBase, renderBase} from '../names/base.ts';
import {isCharmPath, parseCharmUrl} from '../names/charm-url.ts';
import {toRecord} from '../record.ts';

/** A charm of that name from the rest of its metadata.yaml and the `options` of its config.yaml. */
export function makeCharm(name: string, metadata = '', options = ''): Charm {
  return {
    metadata: parseMetadata(`name: "${name}"\nsummary: "${name}"\ndescription: "${name}"\n${metadata}`),
    config: options === '' ? {} : parseConfig(`options:\n${options}`),
    actions: {},
    manifest: {bases: []},
    revision: 0,
    version: '',
    path: `/charms/${name}`,
    kind: 'directory',
  };
}

function getBase(
  bundle: Bundle,
  application: {readonly base: string; readonly series: string},
  series: string,
): string {
  const [base, release] = [application.base || bundle.defaultBase, series || application.series || bundle.series];
  if (base !== '') return renderBase(parseBase(base));
  const known = getBaseOfSeries(release);
  return known === null ? '' : renderBase(known);
}

/** Charms for every application of a bundle, all found on Charmhub at the revision that their URL names. */
export function resolveCharms(
  bundle: Bundle,
  known: Readonly<Record<string, Charm>> = {},
): Record<string, ResolvedCharm> {
  return toRecord(
    Object.entries(bundle.applications).flatMap(([name, application]) => {
      if (application === null || isCharmPath(application.charm)) return [];
      const url = parseCharmUrl(application.charm);
      const options = Object.entries(application.options).map(([option, {type}]) => `  ${option}: {type: ${type}}`);
      const charm = known[url.name] ?? makeCharm(url.name, '', options.join('\n').replaceAll('bool}', 'boolean}'));
      const base = getBase(bundle, application, url.series);
      const resolved = {
        name: url.name,
        url: application.charm,
        revision: application.revision ?? url.revision,
        base,
        charm,
      };
      return [[name, {...resolved, source: 'charm-hub' as const}] as const];
    }),
  );
}

/** An application of a model with units such as `django/0@0`. */
export function makeApplication(
  charm: string,
  units: readonly string[] = [],
  rest: Partial<SnapshotApplication> = {},
): SnapshotApplication {
  return {
    charm,
    revision: parseCharmUrl(charm).revision,
    base: '',
    options: {},
    constraints: '',
    exposed: false,
    annotations: {},
    subordinate: false,
    units: units.map((text) => {
      const [name = '', machine = ''] = text.split('@');
      return {name, machine};
    }),
    ...rest,
  };
}

/** A model with these parts and otherwise nothing. */
export function makeModel(parts: Partial<ModelSnapshot> = {}): ModelSnapshot {
  return {applications: {}, machines: [], relations: [], sequences: {}, ...parts};
}
