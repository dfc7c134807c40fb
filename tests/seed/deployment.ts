import {fileURLToPath} from 'node:url';

import {parseCibXml, printCrm, type Cib} from '#cluster';
import {createModel, type LocalModel, type ModelSnapshot} from '#local';

/** The folders of the checkout that the tests deploy from. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
export const charmLibrary: readonly string[] = [`${root}charms`, `${root}tests/charms`];
export const baseBundle = `${root}bundles/openstack-base.yaml`;
export const overlay = `${root}overlays/masakari.yaml`;
export const seedOverlay = `${root}overlays/masakari-2019.yaml`;

/** The key in the overlays: what must be found nowhere but in options and root-only files. */
export const maasCredentials = '3UC4:zSfGfk:Kaka2VUAD37zGF';

export interface SeedOptions {
  readonly seed?: number;
  readonly overlays?: readonly string[];
  readonly notify?: (line: string) => void;
  /** Told every program and hook tool that a charm starts. */
  readonly trace?: (call: readonly string[]) => void;
}

/** The seed's deployment in memory, settled. */
export async function deploySeed({seed = 1, overlays = [overlay], ...tell}: SeedOptions = {}): Promise<LocalModel> {
  // A clock that stands still: times are no part of what is compared.
  const clock = (): number => Date.UTC(2026, 0, 1);
  const model = await createModel({seed, charmLibrary, clock, ...tell});
  await model.deploy(baseBundle, {overlays});
  await settle(model);
  return model;
}

/** Settles, and fails the test with what a unit logged when a hook failed. */
export async function settle(model: LocalModel): Promise<void> {
  const {failed} = await model.settle();
  if (failed.length > 0) {
    const errors = model.state.log.filter(({level}) => level === 'ERROR').map(({message}) => message);
    throw new Error(`hooks failed on ${failed.join(', ')}: ${errors.slice(-3).join('; ')}`);
  }
}

/** The cluster's configuration as a member has it on its disk. */
export function readCib(model: LocalModel, machine = '1/lxd/1'): Cib {
  const {machines} = model.snapshot();
  const text = machines[machine]?.cib ?? Object.values(machines).find(({cib}) => cib !== null)?.cib ?? null;
  if (text === null) {
    throw new Error('no machine has a CIB');
  }
  return parseCibXml(text);
}

/** What a command prints on a unit's machine; it must succeed. */
export async function exec(model: LocalModel, unit: string, ...command: readonly string[]): Promise<string> {
  const {exitCode, stdout, stderr} = await model.exec(unit, command);
  if (exitCode !== 0) {
    throw new Error(`${command.join(' ')} exited with ${exitCode}: ${stderr}`);
  }
  return stdout;
}

/** Workload statuses that are not active, by unit. */
export function getTroubles(model: LocalModel): Readonly<Record<string, string>> {
  const units = Object.entries(model.snapshot().units);
  return Object.fromEntries(
    units
      .filter(([, {workload}]) => workload !== 'active')
      .map(([name, {workload, message}]) => [name, `${workload}: ${message}`]),
  );
}

/**
 * What two runs are compared by, but for who leads and what follows from the order in which Juju numbers subordinates:
 * these go by their principals' names, and Corosync's node ids, which are made of those numbers, with them. A charm's own
 * ledger (digests of what it started services with) is left out; the CIB is compared as what it says.
 */
export function getComparable(model: LocalModel): unknown {
  const {applications, units, relations, machines} = model.snapshot();
  const names = getPrincipalNames(model);
  const comparable = {applications, units, relations, machines: mapValues(machines, compareMachine)};
  const text = JSON.stringify(comparable).replaceAll(
    /\b([a-z][a-z0-9-]*)([/-])(\d+)\b/g,
    (all, application: string, separator: string, number: string) => {
      const name = names.get(`${application}/${number}`);
      return name === undefined ? all : name.replace('/', separator);
    },
  );
  return sortKeys(JSON.parse(text));
}

/** By subordinate unit: its application at its principal. */
function getPrincipalNames(model: LocalModel): ReadonlyMap<string, string> {
  return new Map(
    Object.values(model.state.units).flatMap(({name, application, principal}): [string, string][] =>
      principal === null ? [] : [[name, `${application} at ${principal.replace('/', ' ')}`]],
    ),
  );
}

function compareMachine(machine: ModelSnapshot['machines'][string]): unknown {
  const files = Object.entries(machine.files)
    .filter(([path]) => !path.endsWith('/ledger.json') && path !== '/var/lib/pacemaker/cib/cib.xml')
    .map(([path, file]): [string, unknown] => [path, {...file, content: describeContent(file.content)}]);
  const cib = machine.cib === null ? null : describeCib(parseCibXml(machine.cib));
  return {...machine, packages: [...machine.packages].sort(), files: Object.fromEntries(files), cib};
}

/** A file without Corosync's node ids, and as a set of lines: those ids order its nodes. */
function describeContent(content: string): unknown {
  return content.includes('nodeid:')
    ? content
        .replaceAll(/nodeid: \d+/g, 'nodeid: its own')
        .split('\n')
        .sort()
    : content;
}

/** A CIB as crm prints it, as a set of lines without node ids: the order of pairs in a set has no meaning. */
export function describeCib(cib: Cib): readonly string[] {
  return printCrm(cib)
    .replaceAll(/^node \d+: /gm, 'node ')
    .split('\n')
    .map((line) => line.replace(/ \\$/, ''))
    .sort();
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortKeys);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
