import assert from 'node:assert/strict';
import {mkdtemp, mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createProcesses} from '#charm';
import {readCharm, writeCharmArchive, type ArchiveInput} from '#juju';

import {CharmStore} from './store.ts';
import type {CharmPlace} from './files.ts';

const METADATA = 'name: app\nsummary: s\ndescription: d\n';

describe('the store of charms for machines', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'juju-local-store-'));
  });

  afterEach(() => rm(folder, {recursive: true, force: true}));

  async function open(path: string): Promise<CharmPlace> {
    const store = new CharmStore({
      folder: join(folder, 'store'),
      cache: join(folder, 'cache'),
      processes: createProcesses(),
      notify: () => undefined,
    });
    return store.open(path, await readCharm(path));
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
});
