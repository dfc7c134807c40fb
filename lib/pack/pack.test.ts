import assert from 'node:assert/strict';
import {cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {createProcesses} from '#charm';
import {openCharmArchive, readCharm, YamlError} from '#juju';
import {PackError, packCharm, packProject} from './index.ts';
import type {Runtime} from './index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const fixture = fileURLToPath(new URL('fixtures/tiny/', import.meta.url));

/** A runtime of a few bytes: these tests are about what stands around it. */
const runtime: Runtime = {
  version: '24.0.0',
  path: '/nowhere',
  licence: 'The licence of Node.js\n',
  deflated: () => Promise.resolve({data: Uint8Array.from([3, 0]), crc32: 0, size: 0}),
};

/** Packs in another process, which shares nothing with this one but the sources. */
async function packElsewhere(
  source: string,
  output: string,
  {cwd, zone}: {cwd: string; zone: string},
): Promise<string[]> {
  const script = join(output, 'pack.mts');
  await writeFile(
    script,
    `import {packCharm} from ${JSON.stringify(join(root, 'lib/pack/index.ts'))};
const deflated = () => Promise.resolve({data: Uint8Array.from([3, 0]), crc32: 0, size: 0});
const runtime = {version: '24.0.0', path: '', licence: 'The licence of Node.js\\n', deflated};
const archives = await packCharm({folder: ${JSON.stringify(source)}, output: ${JSON.stringify(output)}, runtime});
process.stdout.write(JSON.stringify(archives.map(({sha256}) => sha256)));`,
  );
  const args = [`--chdir=${cwd}`, `TZ=${zone}`, process.execPath, '--import', import.meta.resolve('tsx'), script];
  const {exitCode, stdout, stderr} = await createProcesses().run('env', args);
  assert.equal(exitCode, 0, stderr);
  const hashes: unknown = JSON.parse(stdout);
  assert.ok(Array.isArray(hashes));
  return hashes.map(String);
}

describe('Packing a charm', () => {
  let folder = '';
  let source = '';

  beforeEach(async () => {
    // Inside the checkout, where the charm finds the library.
    await mkdir(join(root, '.cache'), {recursive: true});
    folder = await mkdtemp(join(root, '.cache', 'pack-test-'));
    source = join(folder, 'charms', 'tiny');
    await cp(fixture, source, {recursive: true});
  });

  afterEach(() => rm(folder, {recursive: true, force: true}));

  const pack = async (): ReturnType<typeof packCharm> =>
    packCharm({folder: source, output: join(folder, 'dist'), runtime});
  const edit = async (path: string, change: (text: string) => string): Promise<void> => {
    await writeFile(join(source, path), change(await readFile(join(source, path), 'utf8')));
  };
  const refused = (message: RegExp): Promise<void> =>
    assert.rejects(pack(), (error: unknown) => {
      assert.ok(error instanceof PackError || error instanceof YamlError, String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });

  it('makes an archive for each base, which Juju reads', async () => {
    const archives = await pack();
    assert.deepEqual(
      archives.map(({charm, platform}) => [charm, platform]),
      [
        ['tiny', 'ubuntu-22.04-amd64'],
        ['tiny', 'ubuntu-24.04-amd64'],
      ],
    );
    const {metadata, config, manifest} = await readCharm(archives[1]!.path);
    assert.equal(metadata.name, 'tiny');
    assert.deepEqual(Object.keys(config), ['port']);
    assert.deepEqual(manifest.bases, [{name: 'ubuntu', channel: '24.04/stable', architectures: ['amd64']}]);
  });

  it('gives every member the mode that it needs on the machine', async () => {
    const archive = openCharmArchive(await readFile((await pack())[0]!.path));
    assert.deepEqual(Object.fromEntries(archive.members.map(({path, mode}) => [path, mode.toString(8)])), {
      LICENSE: '644',
      NOTICES: '644',
      'README.md': '644',
      'bin/LICENSE': '644',
      'bin/node': '755',
      'config.yaml': '644',
      dispatch: '755',
      'files/tiny-check': '755',
      'manifest.yaml': '644',
      'metadata.yaml': '644',
      'src/charm.mjs': '644',
      'templates/tiny.conf.hbs': '644',
    });
  });

  it('names every package in the bundle, with its licence', async () => {
    const archive = openCharmArchive(await readFile((await pack())[0]!.path));
    const notices = new TextDecoder().decode(archive.read('NOTICES'));
    assert.match(notices, /\nhandlebars 4[\d.]+: MIT\n/);
    assert.match(notices, /\nzod 4[\d.]+: MIT\n\nMIT License\n/);
    assert.match(notices, /Node\.js 24\.0\.0: see bin\/LICENSE/);
    assert.ok(!notices.includes(root) && !notices.includes('node_modules/'));
  });

  it('gives the same bytes for the same sources: in another folder, time zone and time', async () => {
    const first = (await pack()).map(({sha256}) => sha256);
    const copy = join(folder, 'a copy', 'of', 'tiny');
    await cp(source, copy, {recursive: true});
    for (const path of ['charmcraft.yaml', 'src/charm.ts', 'templates/tiny.conf.hbs']) {
      await utimes(join(copy, path), new Date(0), new Date(0));
    }
    const output = await mkdtemp(join(folder, 'elsewhere-'));
    const second = await packElsewhere(copy, output, {cwd: tmpdir(), zone: 'Pacific/Kiritimati'});
    assert.deepEqual(second, first);
  });

  it('gives other bytes for other sources', async () => {
    const before = await pack();
    await edit('src/charm.ts', (text) => text.replace('Unit is ready', 'Ready'));
    assert.notEqual((await pack())[0]!.sha256, before[0]!.sha256);
  });

  it('holds its templates compiled, and can be imported', async () => {
    const [archive] = await pack();
    const module = join(folder, 'charm.mjs');
    await writeFile(module, openCharmArchive(await readFile(archive!.path)).read('src/charm.mjs')!);
    const code = await readFile(module, 'utf8');
    assert.ok(code.includes('port = {{port}}'), 'the text by which it is found');
    assert.ok(code.includes('[8,">= 4.3.0"]'), 'what it was compiled to');
    const exported: unknown = await import(module);
    assert.ok(typeof exported === 'object' && exported !== null && 'charm' in exported);
  });

  it('holds the programs that others start, each as one module that runs', async () => {
    await mkdir(join(source, 'src', 'programs'));
    await writeFile(join(source, 'src', 'words.ts'), "export const words = ['seen', 'off'];\n");
    const program = "import {words} from '../words.ts';\nprocess.stdout.write(words.join(' '));\n";
    await writeFile(join(source, 'src', 'programs', 'say.ts'), program);
    await writeFile(join(source, 'src', 'programs', 'say.test.ts'), 'throw new Error();\n');
    const archive = openCharmArchive(await readFile((await pack())[0]!.path));
    assert.deepEqual(
      archive.members.map(({path}) => path).filter((path) => path.startsWith('programs/')),
      ['programs/say.mjs'],
    );
    const module = join(folder, 'say.mjs');
    await writeFile(module, archive.read('programs/say.mjs')!);
    assert.equal((await createProcesses().run(process.execPath, [module])).stdout, 'seen off');
    await writeFile(join(source, 'src', 'programs', 'say.ts'), "import '../nowhere.ts';\n");
    await refused(/src\/programs\/say\.ts:1:\d+: Could not resolve "\.\.\/nowhere\.ts"/);
  });

  it('says in one line what is wrong with a charm', async () => {
    await edit('templates/tiny.conf.hbs', () => '{{#each hosts}}\n');
    await refused(/templates\/tiny\.conf\.hbs: Parse error on line 2/);
    await edit('src/charm.ts', (text) => text.replace("'#charm'", "'#nowhere'"));
    await refused(/src\/charm\.ts:3:\d+: Could not resolve "#nowhere"/);
    await edit('charmcraft.yaml', (text) => text.replace('config:', 'confg:'));
    await refused(/charmcraft\.yaml: charmcraft knows no key "confg"/);
    await edit('charmcraft.yaml', (text) => text.replace(/amd64/g, 'arm64').replace('confg:', 'config:'));
    await refused(/charmcraft\.yaml: no platform for amd64/);
    await edit('charmcraft.yaml', (text) => text.replace('type: charm', 'type: bundle'));
    await refused(/charmcraft\.yaml: type is "bundle", expected "charm"/);
    await edit('charmcraft.yaml', (text) => text.replace(/summary: .*/, ''));
    await refused(/charmcraft\.yaml: charmcraft needs the key "summary"/);
    await edit('charmcraft.yaml', (text) => `${text}  - broken`);
    await refused(/charmcraft\.yaml:\d+:\d+: /);
    await rm(join(source, 'charmcraft.yaml'));
    await refused(/charmcraft\.yaml is missing/);
  });

  it('refuses a charm that is not there, and names those that are', async () => {
    const packing = packProject({root: folder, charms: ['tiny', 'huge'], processes: createProcesses()});
    await assert.rejects(packing, new PackError('charm "huge" not found in charms/; there are: tiny'));
  });
});
