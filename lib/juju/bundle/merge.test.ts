import assert from 'node:assert/strict';
import fc from 'fast-check';
import type {Json} from '../charm/types.ts';
import {renderYamlData} from '../yaml/render.ts';
import {parseBundle} from './read.ts';
import type {Bundle} from './types.ts';

const merge = (base: string, ...overlays: string[]): Bundle => parseBundle(base, overlays).bundle;
const app = (bundle: Bundle, name = 'a'): NonNullable<Bundle['applications'][string]> => {
  const found = bundle.applications[name];
  assert.ok(found);
  return found;
};
/** Options as plain values. */
const options = (bundle: Bundle): unknown =>
  Object.fromEntries(Object.entries(app(bundle).options).map(([key, {text}]) => [key, text]));
/** A bundle without the places of its option values, which differ between files that mean the same. */
const plain = (bundle: Bundle): unknown =>
  JSON.parse(
    JSON.stringify(bundle, (key, value: unknown) =>
      key === 'line' || key === 'column' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
    ),
  );

/** Generated data as JSON, keys that were left out left out. */
const getData = (data: unknown): Json => JSON.parse(JSON.stringify(data)) as Json;

describe('an overlay', () => {
  it('replaces scalars, even by zero and empty ones', () => {
    const base = 'applications: {a: {charm: ch:a, num_units: 3, trust: true, constraints: mem=1G, to: [new]}}';
    const merged = app(merge(base, 'applications: {a: {num_units: 0, trust: false, constraints: "", to: []}}'));
    assert.deepEqual([merged.numUnits, merged.trust, merged.constraints, merged.to], [0, false, '', []]);
    assert.equal(merged.charm, 'ch:a');
  });

  it('replaces charm and series', () => {
    const merged = merge(
      'applications: {a: {charm: apache2, num_units: 1}}',
      'series: trusty\napplications: {a: {charm: cs:apache2-42, series: bionic}}',
    );
    assert.deepEqual(
      [merged.series, app(merged).charm, app(merged).series, app(merged).numUnits],
      ['trusty', 'cs:apache2-42', 'bionic', 1],
    );
  });

  it('takes scale for num_units, but for zero', () => {
    assert.equal(app(merge('applications: {a: {scale: 1}}', 'applications: {a: {scale: 2}}')).numUnits, 2);
    assert.equal(app(merge('applications: {a: {scale: 1}}', 'applications: {a: {scale: 0}}')).numUnits, 1);
  });

  it('merges maps: null removes an option, an empty text stays', () => {
    assert.deepEqual(
      options(merge('applications: {a: {options: {a: 1, b: 2}}}', 'applications: {a: {options: {b: , c: ""}}}')),
      {a: '1', c: ''},
    );
    assert.deepEqual(options(merge('applications: {a: {options: {a: 1}}}', 'applications: {a: {options: }}')), {});
    const bindings = merge('applications: {a: {bindings: {x: y}}}', 'applications: {a: {bindings: {x: , z: w}}}');
    assert.deepEqual(app(bindings).bindings, {x: '', z: 'w'});
  });

  it('removes a null application and only its relations, and may bring it back', () => {
    const base = `
applications: {a: {charm: ch:a, num_units: 2}, ab: {charm: ch:b}, b: {charm: ch:b}, c: {charm: ch:c}}
relations: [[a, b], [a:x, c:y], [ab:z, b:z]]
`;
    const removed = merge(base, 'applications: {a: }');
    assert.deepEqual(removed.relations, [['ab:z', 'b:z']]);
    assert.deepEqual(Object.keys(removed.applications), ['ab', 'b', 'c']);
    const again = merge(base, 'applications: {a: }', 'applications: {a: {charm: ch:new}}');
    assert.deepEqual([app(again).charm, app(again).numUnits], ['ch:new', 0]);
  });

  it('replaces machines as a whole, appends relations and leaves default-base', () => {
    const merged = merge(
      'default-base: ubuntu@22.04\nmachines: {0: , 1: }\nrelations: [[a, b]]\napplications: {a: {}}',
      'default-base: ubuntu@24.04\nmachines: {0: {constraints: mem=8G}}\nrelations: [[a, b], [c, d]]',
    );
    assert.deepEqual(Object.keys(merged.machines), ['0']);
    assert.equal(merged.machines['0']?.constraints, 'mem=8G');
    assert.deepEqual(merged.relations, [
      ['a', 'b'],
      ['a', 'b'],
      ['c', 'd'],
    ]);
    assert.equal(merged.defaultBase, 'ubuntu@22.04');
  });

  it('merges offers and saas', () => {
    const merged = merge(
      'applications: {a: {}}\nsaas: {x: {url: m.x}, y: {url: m.y}}\nrelations: [[a:r, x:r]]',
      'applications: {a: {offers: {o1: {endpoints: [e]}}}}',
      'applications: {a: {offers: {o1: , o2: {endpoints: [e]}}}}\nsaas: {x: }',
    );
    assert.deepEqual(Object.keys(app(merged).offers), ['o2']);
    assert.deepEqual(merged.saas, {y: {url: 'm.y'}});
    assert.deepEqual(merged.relations, []);
  });

  const name = fc.constantFrom('a', 'b', 'c');
  const spec = fc.record(
    {
      charm: fc.constantFrom('ch:x', 'ch:y'),
      num_units: fc.nat({max: 3}),
      to: fc.constantFrom<string[]>([], ['new'], ['lxd:new']),
      options: fc.option(
        fc.dictionary(name, fc.option(fc.oneof(fc.integer(), fc.string({maxLength: 3}))), {noNullPrototype: true}),
      ),
      bindings: fc.dictionary(name, fc.option(fc.constant('space')), {noNullPrototype: true}),
    },
    {requiredKeys: [], noNullPrototype: true},
  );
  const document = (nullable: boolean): fc.Arbitrary<string> =>
    fc
      .record(
        {
          applications: fc.dictionary(name, nullable ? fc.option(spec) : spec, {noNullPrototype: true}),
          series: fc.constantFrom('focal', 'jammy'),
          relations: fc.array(
            fc.tuple(name, name).map((pair) => [...pair]),
            {maxLength: 2},
          ),
        },
        {requiredKeys: [], noNullPrototype: true},
      )
      .map((data) => renderYamlData(getData(data)));

  it('that is empty changes nothing', () => {
    fc.assert(
      fc.property(document(false), (base) => {
        const alone = plain(merge(`${base}\n---\napplications: {}\n`));
        assert.deepEqual(plain(merge(base, '', '{}', '---\n', 'applications: {}')), alone);
      }),
    );
  });

  it('means the same as a further document of the bundle file', () => {
    fc.assert(
      fc.property(document(false), document(true), (base, overlay) => {
        assert.deepEqual(plain(merge(`${base}---\n${overlay}`)), plain(merge(base, overlay)));
      }),
    );
  });

  it('sets the same values a second time, but for relations', () => {
    fc.assert(
      fc.property(document(false), document(true), (base, overlay) => {
        const once = merge(base, overlay);
        const twice = merge(base, overlay, overlay);
        assert.deepEqual(plain({...twice, relations: []}), plain({...once, relations: []}));
      }),
    );
  });

  it('of other applications may come before or after', () => {
    fc.assert(
      fc.property(document(false), spec, spec, (base, x, y) => {
        const [one, two] = [x, y].map((data, index) =>
          renderYamlData(getData({applications: {[`new${index}`]: data}})),
        );
        assert.deepEqual(plain(merge(base, one ?? '', two ?? '')), plain(merge(base, two ?? '', one ?? '')));
      }),
    );
  });
});
