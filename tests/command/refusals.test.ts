import assert from 'node:assert/strict';
import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {createProcesses} from '#charm';

import {createCalls, type Calls} from './calls.ts';

describe('juju-local refuses with one clear line and exit status 1, and leaves the model as it was', () => {
  let calls: Calls;

  before(async () => {
    calls = await createCalls();
    await calls.print('bootstrap', 'memory');
    await calls.print('add-model', 'openstack');
    await calls.print('deploy', './bundles/openstack-base.yaml', '--overlay', 'overlays/masakari.yaml');
  });

  after(() => calls.remove());

  async function write(name: string, text: string): Promise<string> {
    const path = join(calls.folder, name);
    await writeFile(path, text);
    return path;
  }

  async function checkRefused(argv: readonly string[], pattern: RegExp): Promise<void> {
    const before = await calls.print('status', '--format', 'json', '--relations');
    const {status, stderr} = await calls.run(...argv);
    assert.equal(status, 1, stderr);
    const errors = stderr.split('\n').filter((line) => line.startsWith('ERROR '));
    assert.equal(errors.length, 1, stderr);
    // A bundle's errors stand below one such line, each on its own, as Juju prints them.
    const clear = stderr
      .slice(stderr.indexOf('ERROR '))
      .replace(/^ERROR .* has the following errors:\n/, '')
      .trimEnd();
    assert.ok(!clear.includes('\n'), stderr);
    assert.match(clear, pattern);
    assert.ok(!/\n\s+at /.test(stderr), 'a stack trace');
    const strip = (text: string): string => text.replace(/"timestamp":"[^"]*"/, '');
    assert.equal(strip(await calls.print('status', '--format', 'json', '--relations')), strip(before));
  }

  it('a charm that is nowhere', () => checkRefused(['deploy', 'no-such-charm'], /no-such-charm.*not found/));

  it('an option of a cloud that names a folder which is not there, or is none of its options', async () => {
    const getArgv = (pair: string): string[] => ['bootstrap', 'machines', 'other', '--config', pair];
    await checkRefused(
      getArgv('package-patches=./nowhere'),
      /config package-patches: there is no folder \/.*\/nowhere$/,
    );
    await checkRefused(getArgv('speed=high'), /cloud "machines" has no option "speed", only: maas-url, /);
  });

  it('a bundle with a charm that is nowhere', async () => {
    const path = await write('nowhere.yaml', 'applications:\n  a:\n    charm: no-such-charm\n    num_units: 1\n');
    await checkRefused(['deploy', path], /no-such-charm/);
  });

  it('an overlay that is deployed as if it were a bundle, with how it is given', async () => {
    const {status, stderr} = await calls.run('deploy', 'overlays/masakari.yaml');
    assert.equal(status, 1);
    assert.match(stderr, /refers to application "keystone" not defined in this bundle\n/);
    assert.match(stderr, /\nif this is an overlay, .*: deploy BUNDLE --overlay \/.*\/overlays\/masakari\.yaml\n$/);
    const path = await write(
      'wrong.yaml',
      'applications: {a: {charm: masakari}}\nrelations: [[a:ha, other:ha], [a:ha, keystone:ha]]\n',
    );
    const other = await calls.run('deploy', path);
    assert.match(other.stderr, /--overlay \/.*\/wrong\.yaml; the model has no other either\n$/);
  });

  it('an overlay with a syntax error, by file, line and column', async () => {
    const path = await write('broken.yaml', 'applications:\n  masakari:\n    options: {vip: [\n');
    await checkRefused(
      ['deploy', './bundles/openstack-base.yaml', '--overlay', path],
      /broken\.yaml.*(?:line \d+, column \d+|:\d+:\d+)/,
    );
  });

  it('an option that the charm does not have', async () => {
    await checkRefused(['config', 'masakari', 'vips=10.0.0.1'], /unknown option "vips"/);
    const path = await write('option.yaml', 'applications:\n  masakari:\n    options: {vips: x}\n');
    await checkRefused(
      ['deploy', './bundles/openstack-base.yaml', '--overlay', 'overlays/masakari.yaml', '--overlay', path],
      /"vips"/,
    );
  });

  it('an option of the wrong type', async () => {
    await checkRefused(
      ['config', 'hacluster', 'cluster_count=many'],
      /option "cluster_count" expected int, got "many"/,
    );
    const path = await write('type.yaml', 'applications:\n  hacluster:\n    options: {cluster_count: many}\n');
    await checkRefused(
      ['deploy', './bundles/openstack-base.yaml', '--overlay', 'overlays/masakari.yaml', '--overlay', path],
      /option "cluster_count" expected int, got "many"/,
    );
  });

  it('a relation to an endpoint that does not exist', async () => {
    await checkRefused(['integrate', 'masakari:nothing', 'keystone:identity-service'], /nothing/);
    const path = await write('relation.yaml', 'relations:\n- [masakari:nothing, keystone:identity-service]\n');
    await checkRefused(
      ['deploy', './bundles/openstack-base.yaml', '--overlay', 'overlays/masakari.yaml', '--overlay', path],
      /nothing/,
    );
  });

  it('a machine map to a machine that does not exist', () =>
    checkRefused(
      ['deploy', './bundles/openstack-base.yaml', '--overlay', 'overlays/masakari.yaml', '--map-machines=0=99'],
      /99/,
    ));

  it('a file that is no charm, by its path', () =>
    checkRefused(['deploy', './README.md'], /\/README\.md: archive is damaged: /));

  it('units, applications and actions that are not there', async () => {
    await checkRefused(['config', 'nothing', 'a=b'], /application "nothing" not found/);
    await checkRefused(['remove-unit', 'masakari/9', '--no-prompt'], /unit "masakari\/9" not found/);
    await checkRefused(['run', 'hacluster/0', 'nothing'], /action "nothing" not defined/);
    await checkRefused(['resolved', 'masakari/0'], /not in an error state/);
  });

  it('a damaged data folder, by the file that is damaged, which it leaves as it is', async () => {
    const other = await createCalls();
    try {
      await other.print('bootstrap', 'memory');
      await other.print('add-model', 'small');
      const files = await findFiles(join(other.folder, 'data'));
      for (const file of files.filter((path) => path.endsWith('.json'))) {
        const text = await readFile(file, 'utf8');
        for (const damaged of [text.slice(0, text.length / 2), '', '{"version": 99}', '[]']) {
          await writeFile(file, damaged);
          const {status, stderr} = await other.run('status');
          assert.equal(status, 1, `${file} with ${damaged.slice(0, 20)}`);
          assert.match(stderr, /^ERROR .*\n$/);
          assert.ok(stderr.includes(file), stderr);
          assert.equal(await readFile(file, 'utf8'), damaged);
        }
        await writeFile(file, text);
      }
      assert.equal((await other.run('status')).status, 0);
    } finally {
      await other.remove();
    }
  });

  it('a bundle of a billion units, a pipe, and a model named like a path', async () => {
    const path = await write('huge.yaml', 'applications:\n  mysql:\n    charm: mysql\n    num_units: 1000000000\n');
    await checkRefused(['deploy', path], /asks for 1000000000 units/);
    const pipe = join(calls.folder, 'pipe.yaml');
    assert.equal((await createProcesses().run('mkfifo', [pipe])).exitCode, 0);
    await checkRefused(['deploy', pipe], /is no file/);
    await checkRefused(['status', '-m', 'memory:../../controllers'], /not found/);
  });

  it('a data folder that cannot be one', async () => {
    const other = await createCalls();
    try {
      await mkdir(other.folder, {recursive: true});
      await writeFile(join(other.folder, 'data'), 'a file');
      const {status, stderr} = await other.run('bootstrap', 'memory');
      assert.equal(status, 1);
      assert.match(stderr, /^ERROR .*\n$/);
    } finally {
      await other.remove();
    }
  });
});

async function findFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
