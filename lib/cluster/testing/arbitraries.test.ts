/** Arbitraries for other tests to import. The name ends in .test.ts because only tests may use development packages. */
import * as fc from 'fast-check';
import {
  makeAttributeSet,
  makeClone,
  makeColocation,
  makeGroup,
  makeLocation,
  makeOrder,
  makePrimitive,
} from '../build.ts';
import type {Cib, ClusterNode, Constraint, Resource} from '../cib.ts';
import {emptyCib, propertiesId, rscDefaultsId} from '../cib.ts';

/** An id that a CIB accepts. Short, so that generated objects meet each other. */
export const idArbitrary: fc.Arbitrary<string> = fc.stringMatching(/^[a-z][a-z0-9_-]{0,6}$/);

const hostileCharacters = [
  '"',
  "'",
  '\\',
  '&',
  '<',
  '>',
  '$',
  '\n',
  '\t',
  ' ',
  '=',
  '#',
  '{',
  ':',
  'é',
  '雪',
  'a',
  '1',
];

/** A value as hostile as a CIB can carry: quotes, blanks, new lines, markup. */
export const valueArbitrary: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^[\w.-]{1,8}$/),
  fc.array(fc.constantFrom(...hostileCharacters), {minLength: 1, maxLength: 8}).map((list) => list.join('')),
);

/** Names of attributes. */
const nameArbitrary = fc.stringMatching(/^[a-z][a-z0-9_-]{0,6}$/).map((name) => `x${name}`);

function makeAttributesArbitrary(values: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> {
  return fc.dictionary(nameArbitrary, values, {maxKeys: 3, noNullPrototype: true});
}

/** Attributes with their values. */
export const attributesArbitrary: fc.Arbitrary<Record<string, string>> = makeAttributesArbitrary(valueArbitrary);

const agentArbitrary = fc.constantFrom(
  'ocf:heartbeat:IPaddr2',
  'ocf:pacemaker:remote',
  'lsb:haproxy',
  'stonith:external/maas',
  'systemd:haproxy',
);

const scoreArbitrary = fc.constantFrom('0', '100', '-5', 'INFINITY', '-INFINITY');

interface Seed {
  readonly ids: readonly string[];
  readonly attributes: readonly Record<string, string>[];
  readonly agents: readonly string[];
  readonly scores: readonly string[];
  readonly shape: number;
  readonly properties: Record<string, string>;
}

function at<T>(list: readonly T[], index: number, otherwise: T): T {
  return list[index % Math.max(1, list.length)] ?? otherwise;
}

function buildNodes(names: readonly string[], seed: Seed): readonly ClusterNode[] {
  return names.map((uname, i) => {
    const attributes = at(seed.attributes, i + 1, {});
    const isEmpty = Object.keys(attributes).length === 0;
    return {
      id: String(i + 1),
      uname,
      type: 'member',
      attributes: isEmpty ? [] : [makeAttributeSet(`${uname}-instance_attributes`, attributes)],
      utilization: [],
      other: [],
    };
  });
}

function buildPrimitives(ids: readonly string[], seed: Seed): readonly Resource[] {
  return ids.map((id, i) =>
    makePrimitive({
      id,
      agent: at(seed.agents, i, 'lsb:haproxy'),
      params: at(seed.attributes, i, {}),
      meta: at(seed.attributes, i + 2, {}),
      operations: i % 2 === 0 ? [{name: 'monitor', interval: `${i + 1}s`, attributes: {timeout: '20'}}] : [],
    }),
  );
}

function buildConstraints(resources: readonly string[], names: readonly string[], seed: Seed): readonly Constraint[] {
  const node = names[0] ?? 'node';
  return resources.flatMap((id, i): readonly Constraint[] => {
    const score = at(seed.scores, i, '0');
    const next = at(resources, i + 1, id);
    const others = [
      makeColocation(`col-${id}`, score, id, next),
      makeOrder(`ord-${id}`, i % 2 === 0 ? 'Mandatory' : 'Optional', id, next),
    ];
    return [makeLocation(`loc-${id}`, id, node, score), ...(next === id ? [] : others)];
  });
}

function buildCib(seed: Seed): Cib {
  const {ids, shape} = seed;
  const names = ids.slice(0, 2).map((id) => `node-${id}`);
  const primitives = ids.slice(2);
  const grouped = primitives.slice(0, shape % 3);
  const cloned = primitives.slice(shape % 3, (shape % 3) + 1);
  const containers = [
    ...(grouped.length === 0 ? [] : [makeGroup('grp_a', grouped, at(seed.attributes, 3, {}))]),
    ...cloned.map((id) => makeClone(`cl_${id}`, id, {'clone-max': '3'})),
  ];
  const free = primitives.slice((shape % 3) + 1);
  return {
    ...emptyCib,
    nodes: buildNodes(names, seed),
    resources: [...containers, ...buildPrimitives(primitives, seed)],
    constraints: buildConstraints([...free, ...containers.map(({id}) => id)], names, seed),
    properties: Object.keys(seed.properties).length === 0 ? [] : [makeAttributeSet(propertiesId, seed.properties)],
    rscDefaults: shape % 2 === 0 ? [makeAttributeSet(rscDefaultsId, {'resource-stickiness': '100'})] : [],
    tags: free.length > 1 ? [{id: 'tag_a', members: free}] : [],
  };
}

function makeCibArbitrary(
  attributes: fc.Arbitrary<Record<string, string>>,
  agent: fc.Arbitrary<string>,
): fc.Arbitrary<Cib> {
  return fc
    .record({
      ids: fc.uniqueArray(idArbitrary, {minLength: 1, maxLength: 8}),
      attributes: fc.array(attributes, {minLength: 4, maxLength: 4}),
      agents: fc.array(agent, {minLength: 1, maxLength: 4}),
      scores: fc.array(scoreArbitrary, {minLength: 1, maxLength: 4}),
      shape: fc.nat(5),
      properties: attributes,
    })
    .map(buildCib);
}

/** A valid CIB whose parts have the ids that the `crm` shell gives, with hostile values. */
export const cibArbitrary: fc.Arbitrary<Cib> = makeCibArbitrary(attributesArbitrary, agentArbitrary);

/** A valid CIB of plain values and of agents that are installed with Pacemaker's programs. */
export const plainCibArbitrary: fc.Arbitrary<Cib> = makeCibArbitrary(
  makeAttributesArbitrary(fc.stringMatching(/^[\w.-]{1,8}$/)),
  fc.constantFrom('ocf:pacemaker:Dummy', 'ocf:heartbeat:IPaddr2'),
);
