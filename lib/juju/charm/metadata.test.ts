import assert from 'node:assert/strict';
import {parseManifest} from './manifest.ts';
import {parseMetadata} from './metadata.ts';
import {getBindableNames, getEndpoints} from './relations.ts';

const about = (name: string, rest = ''): string => `name: ${name}\nsummary: s\ndescription: d\n${rest}`;

describe('metadata.yaml', () => {
  it('declares endpoints in short and long form, and juju-info is always there', () => {
    const metadata = parseMetadata(
      about(
        'masakari',
        `
provides: {api: http}
requires: {shared-db: {interface: mysql-shared, limit: 1, optional: true}}
peers: {cluster: {interface: openstack-ha}}
extra-bindings: {public: , admin: }
`,
      ),
    );
    assert.deepEqual(metadata.endpoints['shared-db'], {
      name: 'shared-db',
      role: 'requirer',
      interface: 'mysql-shared',
      scope: 'global',
      limit: 1,
      optional: true,
    });
    assert.deepEqual(Object.keys(getEndpoints(metadata)).sort(), ['api', 'cluster', 'juju-info', 'shared-db']);
    assert.deepEqual(getBindableNames(metadata), ['admin', 'api', 'cluster', 'public', 'shared-db']);
  });

  it('lets a subordinate require juju-info under that name, which replaces the implicit one', () => {
    const metadata = parseMetadata(
      about('hacluster', 'subordinate: true\nrequires: {juju-info: {interface: juju-info, scope: container}}'),
    );
    assert.equal(getEndpoints(metadata)['juju-info']?.role, 'requirer');
  });

  const bad: readonly (readonly [string, string])[] = [
    ['name: x', 'metadata: summary: expected string, got nothing'],
    ['name: 5', 'metadata: name: expected string, got int(5)'],
    [about('../../etc'), 'metadata: charm name "../../etc" not valid'],
    [about('a/b'), 'metadata: charm name "a/b" not valid'],
    [about('c', 'provides: {juju-x: http}'), 'charm "c" using a reserved relation name: "juju-x"'],
    [about('c', 'provides: {r: juju-info}'), 'charm "c" relation "r" using a reserved interface: "juju-info"'],
    [about('c', 'provides: {r: a}\nrequires: {r: b}'), 'charm "c" using a duplicated relation name: "r"'],
    [
      about('c', 'subordinate: true\nrequires: {r: a}'),
      'subordinate charm "c" lacks "requires" relation with container scope',
    ],
    [
      about('c', 'extra-bindings: {}'),
      'charm "c" has invalid extra bindings: extra bindings cannot be empty when specified',
    ],
    [
      about('c', 'provides: {b: x, a: x}\nextra-bindings: {b: , a: }'),
      'charm "c" has invalid extra bindings: relation names (a, b) cannot be used in extra bindings',
    ],
    [about('c', 'series: [9x]'), 'charm "c" declares invalid series: "9x"'],
    [about('c', 'storage: {../x: {type: filesystem}}'), 'charm "c" storage "../x": name not valid'],
    [
      about('c', 'storage: {s: {type: block, location: /x}}'),
      'charm "c" storage "s": location may not be specified for "type: block"',
    ],
    [about('c', 'resources: {r: {type: file}}'), 'resource missing filename'],
    [about('c', 'assumes: [{x: []}]'), 'malformed composite expression; expected an "any-of" or "all-of" block'],
    [about('c', 'charm-user: bob'), 'invalid charm-user "bob" expected one of root, sudoer or non-root'],
    [about('c', 'series: [focal]\nassumes: [juju]'), 'ambiguous metadata: keys "assumes" cannot be used with "series"'],
  ];
  for (const [text, message] of bad) {
    it(`is refused: ${message}`, () => {
      assert.throws(() => parseMetadata(text), {name: 'CharmError', message});
    });
  }
});

describe('manifest.yaml', () => {
  it('takes channels as written and writes their risk out', () => {
    const {bases} = parseManifest('bases: [{name: Ubuntu, channel: 22.04, architectures: [amd64]}]');
    assert.deepEqual(bases, [{name: 'ubuntu', channel: '22.04/stable', architectures: ['amd64']}]);
  });

  const bad: readonly (readonly [string, string])[] = [
    ['bases: [{channel: "22.04"}]', 'base without name not valid'],
    ['bases: [{name: beos, channel: "5"}]', 'os "beos" not valid'],
    ['bases: [{name: ubuntu, channel: "22.04", architectures: [vax]}]', 'architecture "vax" not valid'],
  ];
  for (const [text, message] of bad) {
    it(`is refused: ${message}`, () => {
      assert.throws(() => parseManifest(text), {name: 'CharmError', message});
    });
  }
});
