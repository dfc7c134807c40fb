import assert from 'node:assert/strict';
import {makeCharm, resolveCharms} from '../testing/charms.ts';
import {parseBundle} from './read.ts';
import {checkBundle, verifyBundle} from './verify.ts';
import type {VerifyOptions} from './verify-types.ts';

const verify = (text: string, options: VerifyOptions = {}): string[] => verifyBundle(parseBundle(text).bundle, options);
const ok = 'a: {charm: ch:a}';

describe('verifying a bundle', () => {
  it('finds nothing wrong with a good one', () => {
    assert.deepEqual(
      verify(`applications: {${ok}, b: {charm: ch:b, num_units: 1, to: [0]}}\nmachines: {0: }\nrelations: [[a, b]]`),
      [],
    );
  });

  const single: readonly (readonly [string, string])[] = [
    [`bundle: foo\napplications: {${ok}}`, 'bundle has an invalid type "foo"'],
    [`series: 9wrong\napplications: {${ok}}`, 'bundle declares an invalid series "9wrong"'],
    [`default-base: invalidbase\napplications: {${ok}}`, 'bundle declares an invalid base "invalidbase"'],
    ['applications: {}', 'at least one application must be specified'],
    ['applications: {a: {num_units: 0}}', 'empty charm path'],
    [
      'applications: {a: {charm: "x:y"}}',
      'invalid charm URL in application "a": cannot parse URL "x:y": schema "x" not valid',
    ],
    ['applications: {a: {charm: ch:x-9}}', 'cannot specify revision in "ch:x-9", please use revision'],
    [
      'applications: {a: {charm: ch:x, revision: 1}}',
      'application "a" with a revision requires a channel for future upgrades, please use channel',
    ],
    [
      'applications: {a: {charm: ch:x, channel: stable, revision: -1}}',
      'the revision for application "a" must be zero or greater',
    ],
    [
      'applications: {a: {charm: cs:xenial/x, series: bionic}}',
      'the charm URL for application "a" has a series which does not match, please remove the series from the URL',
    ],
    ['applications: {a: {charm: x, series: 9s}}', 'application "a" declares an invalid series "9s"'],
    ['applications: {a: {charm: x, base: b}}', 'application "a" declares an invalid base "b"'],
    [
      'applications: {a: {charm: x, constraints: bad constraints}}',
      'invalid constraints "bad constraints" in application "a": malformed constraint "bad"',
    ],
    [
      'applications: {a: {charm: x, storage: {no_underscores: 1G}}}',
      'invalid storage name "no_underscores" in application "a"',
    ],
    [
      'applications: {a: {charm: x, storage: {s: "ebs,0"}}}',
      'invalid storage "s" in application "a": cannot parse count: count must be greater than zero, got "0"',
    ],
    [
      'applications: {a: {charm: x, devices: {d: "2,gpu,x"}}}',
      'invalid device "d" in application "a": device attribute key/value pair has bad format: "x"',
    ],
    ['applications: {a: {charm: x, num_units: -4}}', 'negative number of units specified on application "a"'],
    [
      'applications: {a: {charm: x, num_units: 1, to: [new, new]}}',
      'too many units specified in unit placement for application "a"',
    ],
    ['applications: {a: {charm: x, num_units: 1, to: [bad placement]}}', 'invalid placement syntax "bad placement"'],
    [
      'applications: {a: {charm: x, num_units: 1, to: [nowhere/3]}}',
      'placement "nowhere/3" refers to an application not defined in this bundle',
    ],
    [
      'applications: {a: {charm: x, num_units: 1, to: [b/1]}, b: {charm: x, num_units: 1}}',
      'placement "b/1" specifies a unit greater than the 1 unit(s) started by the target application',
    ],
    [
      'applications: {a: {charm: x, num_units: 1, to: [2]}}',
      'placement "2" refers to a machine not defined in this bundle',
    ],
    [`applications: {${ok}}\nmachines: {3: }`, 'machine "3" is not referred to by a placement directive'],
    [`applications: {${ok}}\nrelations: [["a:bar"]]`, 'relation ["a:bar"] has 1 endpoint(s), not 2'],
    [`applications: {${ok}}\nrelations: [[a, a/db]]`, 'invalid relation syntax "a/db"'],
    [
      `applications: {${ok}}\nrelations: [["glance:bar", "a:db"]]`,
      'relation ["glance:bar" "a:db"] refers to application "glance" not defined in this bundle',
    ],
    [
      `applications: {${ok}}\nrelations: [["a:foo", "a:bar"]]`,
      'relation ["a:foo" "a:bar"] relates an application to itself',
    ],
    [
      `applications: {${ok}, b: {charm: x}}\nrelations: [["a:x", "b:y"], ["b:y", "a:x"]]`,
      'relation ["b:y" "a:x"] is defined more than once',
    ],
  ];
  for (const [text, message] of single) {
    it(`says: ${message}`, () => {
      assert.deepEqual(verify(text), [message]);
    });
  }

  it('collects all errors, sorted', () => {
    const text = `
bundle: kubernetes
applications: {riak: {charm: riak}}
saas: {riak: {url: "!some-bogus/url"}}
machines: {bogus: {series: 9b, base: bad, constraints: x}}
`;
    assert.deepEqual(verify(text), [
      'SAAS "riak" already exists with application "riak" name',
      'application "riak" already exists with SAAS "riak" name',
      'bundle machines not valid for Kubernetes bundles',
      'invalid base "bad" for machine "bogus"',
      'invalid constraints "x" in machine "bogus": malformed constraint "x"',
      'invalid machine id "bogus" found in machines',
      'invalid offer URL "!some-bogus/url" for SAAS riak',
      'invalid series "9b" for machine "bogus"',
      'machine "bogus" is not referred to by a placement directive',
    ]);
  });

  it('asks whether charm paths exist', () => {
    assert.deepEqual(verify('applications: {a: {charm: /no/where}}', {pathExists: () => false}), [
      'charm path in application "a" does not exist: /no/where',
    ]);
  });
});

describe('verifying against charms', () => {
  const charms = {
    wordpress: makeCharm('wordpress', 'requires: {db: mysql, cache: memcache}\n', '  skill-level: {type: int}'),
    mysql: makeCharm('mysql', 'provides: {db: mysql, other: mysql}\n'),
    nrpe: makeCharm('nrpe', 'subordinate: true\nrequires: {general-info: {interface: juju-info, scope: container}}\n'),
  };
  const check = (applications: string, relations = '[]'): string[] => {
    const {bundle} = parseBundle(`applications: {${applications}}\nrelations: ${relations}\n`);
    return verifyBundle(bundle, {charms: resolveCharms(bundle, charms)});
  };
  const [w, m] = ['wordpress: {charm: wordpress}', 'mysql: {charm: mysql}'];

  it('types options', () => {
    assert.deepEqual(check('wordpress: {charm: wordpress, options: {skill-level: too much, o: 1}}'), [
      'cannot validate application "wordpress": configuration option "o" not found in charm "wordpress"',
      'cannot validate application "wordpress": option "skill-level" expected int, got "too much"',
    ]);
  });

  it('knows subordinates, bindings and missing charms', () => {
    assert.deepEqual(check('nrpe: {charm: nrpe, num_units: 1, to: [new]}'), [
      'application "nrpe" is subordinate but has non-zero num_units',
      'application "nrpe" is subordinate but specifies unit placement',
    ]);
    assert.deepEqual(check('wordpress: {charm: wordpress, bindings: {"": a, db: b, foo: bar}}'), [
      'application "wordpress" wants to bind endpoint "foo" to space "bar", but the endpoint is not defined by the charm',
    ]);
    assert.deepEqual(verify(`applications: {${ok}}`, {charms: {}}), [
      'application "a" refers to non-existent charm "ch:a"',
    ]);
  });

  const relations: readonly (readonly [string, string[]])[] = [
    ['[["wordpress:db", "mysql:db"]]', []],
    [
      '[["wordpress:db", "mysql"]]',
      [
        'cannot infer endpoint between wordpress:db and mysql: ambiguous relation: wordpress:db mysql could refer to ' +
          '"wordpress:db mysql:db"; "wordpress:db mysql:other"',
      ],
    ],
    ['[["wordpress:cache", "mysql"]]', ['cannot infer endpoint between wordpress:cache and mysql: no relations found']],
    [
      '[["wordpress:no", "mysql:db"]]',
      ['charm "wordpress" used by application "wordpress" does not define relation "no"'],
    ],
    [
      '[["wordpress:cache", "mysql:db"]]',
      ['mismatched interface between "mysql:db" and "wordpress:cache" ("mysql" vs "memcache")'],
    ],
    [
      '[["wordpress:juju-info", "mysql:db"]]',
      ['relation "wordpress:juju-info" to "mysql:db" relates provider to provider'],
    ],
  ];
  for (const [text, errors] of relations) {
    it(`holds relations against endpoints: ${text}`, () => {
      assert.deepEqual(check(`${w}, ${m}`, text), errors);
    });
  }

  it('infers the implicit juju-info where nothing else fits', () => {
    assert.deepEqual(check(`${w}, nrpe: {charm: nrpe}`, '[[wordpress, nrpe]]'), []);
  });
});

describe('checking a bundle with its first document', () => {
  it('refuses what only an overlay may say', () => {
    const error = checkBundle(
      parseBundle(
        'applications: {a: {charm: x, constraints: image-id=i, offers: {o: {endpoints: [e], acl: {u: read}}}}}',
      ),
    );
    assert.deepEqual(error?.errors, [
      "'image-id' constraint in a base bundle not supported",
      'applications.a.offers can only appear in an overlay section',
      'applications.a.offers.o.acl can only appear in an overlay section',
      'applications.a.offers.o.endpoints can only appear in an overlay section',
    ]);
    assert.equal(error.message.split('\n')[0], 'the provided bundle has the following errors:');
  });

  it('verifies the first document on its own', () => {
    const source = parseBundle(`applications: {${ok}}\nrelations: [[a, b]]\n---\napplications: {b: {charm: x}}\n`);
    assert.deepEqual(checkBundle(source)?.errors, [
      'relation ["a" "b"] refers to application "b" not defined in this bundle',
    ]);
  });
});
