import type {ModelState, UnitState} from '../model/state.ts';

/** What of a model `status` shows: the names that are left when filters are given. */
export interface Selection {
  readonly applications: ReadonlySet<string>;
  readonly units: ReadonlySet<string>;
  readonly machines: ReadonlySet<string>;
}

/**
 * All of a model, or what matches one of the patterns (names of applications, units, machines, or a workload status).
 * As Juju has it, a principal and its subordinates are one: when one of them matches, all of them are shown.
 */
export function selectParts(model: ModelState, patterns: readonly string[]): Selection {
  if (patterns.length === 0) {
    return {
      applications: new Set(Object.keys(model.applications)),
      units: new Set(Object.keys(model.units)),
      machines: new Set(Object.keys(model.machines)),
    };
  }
  const matchers = patterns.map(createMatcher);
  const isFound = (unit: UnitState): boolean => matchers.some((matches) => isMatch(unit, matches));
  const units = new Set<string>();
  const applications = new Set<string>();
  const machines = new Set<string>();
  for (const principal of Object.values(model.units).filter((unit) => unit.principal === null)) {
    const chain = [principal, ...principal.subordinates.flatMap((name) => model.units[name] ?? [])];
    if (chain.some(isFound)) chain.forEach(addUnit);
  }
  for (const name of Object.keys(model.applications)) {
    if (matchers.some((matches) => matches(name))) applications.add(name);
  }
  for (const id of Object.keys(model.machines)) {
    if (matchers.some((matches) => matches(id))) machines.add(id);
  }
  return {applications, units, machines};

  /** Shown on its machine, and that below its host. */
  function addUnit(unit: UnitState): void {
    units.add(unit.name);
    applications.add(unit.application);
    const [top = unit.machine] = unit.machine.split('/');
    machines.add(top).add(unit.machine);
  }
}

type Matcher = (text: string) => boolean;

function createMatcher(pattern: string): Matcher {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`))
    .join('.*');
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}

function isMatch(unit: UnitState, matches: Matcher): boolean {
  const {name, application, machine, workload, error} = unit;
  return [name, application, machine, (error ?? workload).status].some(matches);
}
