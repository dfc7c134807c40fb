import assert from 'node:assert/strict';
import fc from 'fast-check';
import {makeModel, resolveCharms} from '../testing/charms.ts';
import {renderYamlData} from '../yaml/render.ts';
import {planBundle} from './plan.ts';
import type {Change, ModelSnapshot, SnapshotApplication} from './plan-types.ts';
import {parseBundle} from './read.ts';
import type {Bundle} from './types.ts';
import {verifyBundle} from './verify.ts';

/** Takes a model as far as a plan goes, trusting the ids that it predicts. */
function apply(model: ModelSnapshot, changes: readonly Change[]): ModelSnapshot {
  const applications = new Map(Object.entries(model.applications));
  const machines = new Set(model.machines);
  const relations = [...model.relations];
  const annotations = new Map(Object.entries(model.machineAnnotations ?? {}));
  const made = new Map<string, string>();
  const change = (name: string, part: Partial<SnapshotApplication>): void => {
    const application = applications.get(name);
    assert.ok(application);
    applications.set(name, {...application, ...part});
  };
  for (const step of changes) {
    switch (step.method) {
      case 'deploy': {
        const {application, charm, base = '', options, constraints} = step.args;
        const rest = {exposed: false, annotations: {}, subordinate: false, units: [], revision: -1};
        applications.set(application, {charm, base, options, constraints, ...rest});
        break;
      }
      case 'addMachines':
        machines.add(step.args.machine).add(step.args.machine.split('/')[0] ?? '');
        made.set(step.id, step.args.machine);
        break;
      case 'addUnit': {
        const {application, unit, machine} = step.args;
        machines.add(machine).add(machine.split('/')[0] ?? '');
        change(application, {units: [...(applications.get(application)?.units ?? []), {name: unit, machine}]});
        break;
      }
      case 'addRelation':
        relations.push(step.args.endpoints);
        break;
      case 'expose':
        change(step.args.application, {exposed: true});
        break;
      case 'setAnnotations': {
        const {entity, id, annotations: set} = step.args;
        if (entity === 'machine') annotations.set(made.get(id.slice(1)) ?? id, set);
        else change(id, {annotations: set});
        break;
      }
      default:
        break;
    }
  }
  return {
    applications: Object.fromEntries(applications),
    machines: [...machines],
    relations,
    machineAnnotations: Object.fromEntries(annotations),
    sequences: {},
  };
}

const names = ['a', 'b', 'c'] as const;
const directive = fc.constantFrom(
  'new',
  'lxd:new',
  '0',
  '1',
  'lxd:0',
  'lxd:1',
  'a',
  'lxd:a',
  'b/0',
  'lxd:b/0',
  'lxd:b',
);
const application = fc.nat({max: 4}).chain((units) =>
  fc.record(
    {
      charm: fc.constantFrom('ch:x', 'ch:y', 'cs:~u/z-3'),
      num_units: fc.constant(units),
      to: fc.array(directive, {maxLength: units}),
      expose: fc.boolean(),
      annotations: fc.dictionary(fc.constantFrom('k', 'l'), fc.constantFrom('1', '2'), {noNullPrototype: true}),
      options: fc.dictionary(fc.constantFrom('o', 'p'), fc.oneof(fc.integer(), fc.boolean(), fc.constant('t')), {
        noNullPrototype: true,
      }),
    },
    {requiredKeys: ['charm', 'num_units', 'to'], noNullPrototype: true},
  ),
);

/** Bundles that verify: machines are those that placements name. */
const bundle = fc
  .tuple(
    application,
    application,
    application,
    fc.subarray([
      ['a:r', 'b:s'],
      ['b:t', 'c:u'],
      ['c:v', 'a:w'],
    ]),
  )
  .map(([a, b, c, relations]): Bundle => {
    const applications = {a, b, c};
    const used = names.flatMap((name) => applications[name].to).map((text) => /(?:^|:)(\d+)$/u.exec(text)?.[1]);
    const machines = Object.fromEntries(used.flatMap((id) => (id === undefined ? [] : [[id, {annotations: {m: id}}]])));
    return parseBundle(renderYamlData({applications, machines, relations})).bundle;
  })
  .filter((value) => verifyBundle(value).length === 0);

function plan(value: Bundle, model: ModelSnapshot): Change[] | null {
  try {
    return planBundle({bundle: value, model, charms: resolveCharms(value)});
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('cycle in placement')) return null;
    throw error;
  }
}

function reverse<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toReversed());
}

describe('any bundle plan', () => {
  it('is complete: once applied, nothing but a machine map is open', () => {
    fc.assert(
      fc.property(bundle, (value) => {
        const changes = plan(value, makeModel());
        if (changes === null) return;
        const made = apply(makeModel(), changes);
        const map = changes.flatMap(({method, args}) =>
          method === 'addMachines' && args.bundleMachine !== undefined
            ? [[args.bundleMachine, args.machine] as const]
            : [],
        );
        const mapMachines = {existing: false, machines: Object.fromEntries(map)};
        const again = planBundle({bundle: value, model: made, charms: resolveCharms(value), mapMachines});
        assert.deepEqual(
          again.flatMap((change) => change.description),
          [],
        );
      }),
      {numRuns: 300},
    );
  });

  it('puts every change after those that it requires, with distinct ids', () => {
    fc.assert(
      fc.property(bundle, (value) => {
        const seen = new Set<string>();
        for (const change of plan(value, makeModel()) ?? []) {
          for (const id of change.requires) assert.ok(seen.has(id), `${change.id} before ${id}`);
          assert.ok(!seen.has(change.id));
          seen.add(change.id);
        }
      }),
    );
  });

  it('gives each unit and machine an id of its own and refers only to what is there', () => {
    fc.assert(
      fc.property(bundle, (value) => {
        const changes = plan(value, makeModel()) ?? [];
        const units = changes.flatMap((change) => (change.method === 'addUnit' ? [change.args.unit] : []));
        const machines = changes.flatMap((change) => (change.method === 'addMachines' ? [change.args.machine] : []));
        assert.equal(new Set(units).size, units.length);
        assert.equal(new Set(machines).size, machines.length);
        for (const change of changes) {
          if (change.method !== 'addUnit' || !change.args.to.startsWith('$')) continue;
          assert.ok(change.requires.includes(change.args.to.slice(1)));
        }
      }),
    );
  });

  it('does not depend on the order in which maps are written', () => {
    fc.assert(
      fc.property(bundle, (value) => {
        const other = {...value, applications: reverse(value.applications), machines: reverse(value.machines)};
        assert.deepEqual(plan(other, makeModel()), plan(value, makeModel()));
      }),
    );
  });
});
