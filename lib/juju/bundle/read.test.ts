import assert from 'node:assert/strict';
import {mkdtemp, mkdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {isBundlePath, parseBundle, readBundle} from './read.ts';
import {verifyBundle} from './verify.ts';

/** The overlay that the project started from. */
const masakari = `
machines:
  '0':
    series: bionic
  '1':
    series: bionic
relations:
- - nova-compute:juju-info
  - masakari-monitors:container
- - hacluster:pacemaker-remote
  - pacemaker-remote:pacemaker-remote
series: bionic
applications:
  masakari-monitors:
    charm: cs:~gnuoy/masakari-monitors-9
    series: bionic
  hacluster:
    charm: cs:~gnuoy/hacluster-38
    options:
      corosync_transport: unicast
      cluster_count: 3
  pacemaker-remote:
    charm: cs:~gnuoy/pacemaker-remote-10
    options:
      enable-stonith: True
      enable-resources: False
  masakari:
    charm: cs:~gnuoy/masakari-4
    series: bionic
    num_units: 2
    options:
      vip: '10.0.0.236 10.70.0.236 10.80.0.236'
    bindings:
      public: public
      shared-db: internal
    to:
    - 'lxd:0'
    - 'lxd:1'
`;

describe('the overlay of 2019', () => {
  const {bundle} = parseBundle('applications: {nova-compute: {charm: ch:nova-compute, num_units: 3}}', [masakari]);

  it('is read with its store URLs, series and typed options', () => {
    const application = bundle.applications['masakari'];
    assert.deepEqual([application?.charm, application?.series], ['cs:~gnuoy/masakari-4', 'bionic']);
    assert.deepEqual(application?.to, ['lxd:0', 'lxd:1']);
    const stonith = bundle.applications['pacemaker-remote']?.options['enable-stonith'];
    assert.deepEqual([stonith?.type, stonith?.value], ['bool', true]);
    assert.deepEqual(bundle.relations[0], ['nova-compute:juju-info', 'masakari-monitors:container']);
  });

  it('verifies', () => {
    assert.deepEqual(verifyBundle(bundle), []);
  });

  it('reads the smallest bundle too', () => {
    const small = parseBundle(
      'series: xenial\napplications:\n  rabbitmq-server:\n    charm: cs:rabbitmq-server\n    constraints: mem=1G\n    num_units: 3\n',
    );
    assert.deepEqual(verifyBundle(small.bundle), []);
    assert.equal(small.bundle.applications['rabbitmq-server']?.constraints, 'mem=1G');
  });
});

describe('reading a bundle', () => {
  it('keeps the text of scalars in text fields', () => {
    const {bundle} = parseBundle(
      'variables: {x: &space 0777}\napplications: {a: {charm: x, annotations: {gui-x: 609, v: 1.0}, bindings: {e: *space}}}',
    );
    assert.deepEqual(bundle.applications['a']?.annotations, {'gui-x': '609', v: '1.0'});
    assert.deepEqual(bundle.applications['a'].bindings, {e: '0777'});
  });

  it('warns of fields that mean nothing and of keys written twice', () => {
    const {warnings} = parseBundle('variables: 1\napplications:\n  a:\n    charm: x\n    constrain: y\n    charm: z\n');
    assert.deepEqual(warnings, {
      'bundle.yaml': [
        'unmarshal document 0: yaml: unmarshal errors:',
        '  line 1: field variables not found in bundle',
        '  line 5: field constrain not found in applications',
        '  line 6: key "charm" already set in map',
      ],
    });
  });

  const bad: readonly (readonly [string, string])[] = [
    ['', 'empty bundle not valid'],
    ['applications: {a: }', 'base application "a" has no body'],
    ['[a]', 'bundle.yaml:1:1: unmarshal document 0: expected a map'],
    [
      'applications: {a: {scale: 1, num_units: 2}}',
      'bundle.yaml:1:27: unmarshal document 0: cannot specify both scale and num_units for application "a"',
    ],
    [
      'applications:\n  a:\n    to: "0"\n    num_units: two\n',
      'bundle.yaml: document 0: cannot unmarshal bundle contents: yaml: unmarshal errors:\n' +
        '  line 4: cannot unmarshal !!str `two` into int\n  line 3: cannot unmarshal !!str `0` into []string',
    ],
    [
      'a: 1\n---\nb: 1\n c: 2\n',
      'bundle.yaml:4:3: cannot unmarshal bundle contents: unmarshal document 1: yaml: line 4: bad indentation of a mapping entry',
    ],
  ];
  for (const [text, message] of bad) {
    it(`is refused: ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseBundle(text), {name: 'BundleError', message});
    });
  }

  describe('from files', () => {
    let folder = '';
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'juju-bundle-'));
      await mkdir(join(folder, 'over'));
      await writeFile(
        join(folder, 'bundle.yaml'),
        'applications: {a: {charm: ./a.charm, options: {o: include-file://o.txt}}}\n',
      );
      await writeFile(join(folder, 'o.txt'), 'text of the bundle');
      await writeFile(join(folder, 'over', 'o.txt'), 'text of the overlay');
    });
    afterEach(async () => {
      await rm(folder, {recursive: true});
    });

    it('resolves paths and includes against the file that wrote them', async () => {
      const overlay = join(folder, 'over', 'o.yaml');
      await writeFile(
        overlay,
        'applications: {a: {options: {p: include-base64://o.txt}}, b: {charm: ../b}, c: {charm: c.charm}}\n',
      );
      const {bundle} = await readBundle(folder, [overlay]);
      const {a, b, c} = bundle.applications;
      assert.deepEqual([a?.charm, b?.charm, c?.charm], [join(folder, 'a.charm'), join(folder, 'b'), 'c.charm']);
      assert.equal(a?.options['o']?.value, 'text of the bundle');
      assert.equal(a.options['p']?.value, Buffer.from('text of the overlay').toString('base64'));
    });

    it('says what is missing or broken', async () => {
      const overlay = join(folder, 'over', 'o.yaml');
      const fails = async (text: string, message: string): Promise<void> => {
        await writeFile(overlay, text);
        await assert.rejects(readBundle(folder, [overlay]), {name: 'BundleError', message});
      };
      await assert.rejects(readBundle(join(folder, 'no.yaml')), {message: `"${join(folder, 'no.yaml')}" not found`});
      await assert.rejects(readBundle(folder, ['/no.yaml']), {
        message: 'unable to process overlays: "/no.yaml" not found',
      });
      await fails(
        'applications: {a: {options: {k: include-file://p}}}',
        `processing option "k" for application "a": resolving include "p": include file "${join(folder, 'over', 'p')}" not found`,
      );
      await fails(
        'machines: {0: {annotations: {k: include-file://.}}}',
        `processing annotation "k" for machine "0": resolving include ".": include path "${join(folder, 'over')}" resolves to a folder`,
      );
      await fails(
        'services: {}',
        `${overlay}: bundle overlay file used deprecated 'services' key, this is not valid for bundle overlay files`,
      );
      await fails(
        'a: 1\n b: 2\n',
        `${overlay}:2:3: cannot unmarshal bundle contents: unmarshal document 0: yaml: line 2: bad indentation of a mapping entry`,
      );
    });

    it('tells bundles from charms', async () => {
      assert.deepEqual(
        await Promise.all(
          [folder, join(folder, 'bundle.yaml'), join(folder, 'over'), join(folder, 'x.charm')].map(isBundlePath),
        ),
        [true, true, false, false],
      );
    });
  });
});
