import assert from 'node:assert/strict';
import {chmod, chown, mkdtemp, readdir, readFile, rm, stat, truncate} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {createProcesses} from '#charm';
import {createLongProcesses, type Layer, type Layers, type LayersOptions} from '#local';

import {CACHE, createTestLayers, getBaseLayers} from './test-room.ts';
import {waitFor} from './waiting.ts';

const MEMBER = ['pacemaker', 'corosync', 'crmsh', 'cluster-glue', 'resource-agents'];

/** Small, of no use to anybody here, and it needs nothing: what is done to its layer disturbs no machine. */
const SMALL = ['tree'];

describe('layers on this host', () => {
  let base: Layer | undefined;
  let layers: Layers;

  before(async () => {
    [base] = await getBaseLayers();
    layers = createTestLayers();
  });

  const isThere = (layer: Layer | undefined, path: string): Promise<boolean> =>
    stat(join(layer?.folder ?? '', path)).then(
      () => true,
      () => false,
    );

  it('begin with a base that can boot and has nothing of this host in it', async () => {
    assert.ok(base !== undefined);
    for (const path of ['usr/lib/systemd/systemd', 'usr/bin/python3', 'usr/bin/lsb_release']) {
      assert.ok(await isThere(base, path), path);
    }
    assert.equal(await isThere(base, 'usr/sbin/policy-rc.d'), false);
    assert.deepEqual(await readdir(join(base.folder, 'etc/apt/sources.list.d')), ['archives.sources']);
    const sources = await readFile(join(base.folder, 'etc/apt/sources.list.d/archives.sources'), 'utf8');
    const uris = [...sources.matchAll(/^URIs: (.*)$/gm)].map(([, uri]) => uri);
    assert.deepEqual(
      uris,
      uris.map((_uri, index) => `http://10.0.0.1:3142/${String(index)}`),
    );
    assert.equal((await readFile(join(base.folder, 'etc/machine-id'), 'utf8')).trim(), '');
  });

  it('have what a cluster member needs above it, whatever the order of its packages, and no trace of the build', async () => {
    const [top, below] = await layers.ensurePackages(MEMBER);
    assert.deepEqual(below, base);
    for (const path of ['usr/lib/x86_64-linux-gnu/libcib.so.27', 'usr/lib/x86_64-linux-gnu/libcpg.so.4']) {
      assert.ok(await isThere(top, path), path);
    }
    for (const path of ['usr/sbin/policy-rc.d', 'var/log/apt/history.log', 'var/log/dpkg.log']) {
      assert.equal(await isThere(top, path), false, path);
    }
    assert.deepEqual(await layers.ensurePackages([...MEMBER, 'crmsh'].reverse()), [top, below]);
  });

  it('have nothing that a machine would start before a charm has said how', async () => {
    for (const packages of [MEMBER, ['pacemaker-remote'], ['mariadb-server']]) {
      const [top] = await layers.ensurePackages(packages);
      const lists = join(top?.folder ?? '', 'var/lib/dpkg/info');
      const names = (await readdir(lists)).filter((name) => name.endsWith('.list'));
      const texts = await Promise.all(names.map((name) => readFile(join(lists, name), 'utf8').catch(() => '')));
      assert.ok(names.length > 0);
      assert.deepEqual(
        texts.join('').match(/^\/(usr\/)?lib\/systemd\/system\/.*|^\/etc\/init\.d\/.*/gm),
        null,
        packages.join(),
      );
    }
  });

  it('are the base alone for what it has already', async () => {
    assert.deepEqual(await layers.ensurePackages(['curl']), [base]);
    assert.deepEqual(await layers.ensurePackages([]), [base]);
  });

  it('are refused for packages that exclude each other or are not there, and nothing of them stays', async () => {
    await assert.rejects(layers.ensurePackages(['pacemaker', 'pacemaker-remote']), {
      name: 'LayerError',
      message: /exclude/,
    });
    await assert.rejects(layers.ensurePackages(['no-such-package']), {name: 'LayerError', message: /no-such-package$/});
    await assert.rejects(layers.ensurePackages(['-o=x']), {name: 'LayerError', message: /not the name/});
    const names = await readdir(join(CACHE, 'layers'));
    assert.deepEqual(
      names.filter((name) => name.includes(String(process.pid))),
      [],
    );
  });

  it('say that the archives can not be reached, or that the disk is full, and leave nothing of what was begun', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'layers-'));
    const processes = createProcesses();
    const assertFailed = async (other: Partial<LayersOptions>, message: RegExp): Promise<void> => {
      await assert.rejects(createTestLayers({folder, ...other}).ensureBase(), {name: 'LocalError', message});
      assert.deepEqual(await readdir(folder), []);
    };
    try {
      const environment = {http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9'};
      await assertFailed(
        {downloads: join(folder, '..', `${basename(folder)}-downloads`), environment},
        /do not answer/,
      );
      const {exitCode} = await processes.run('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder]);
      assert.equal(exitCode, 0);
      await assertFailed({}, /the disk of .* is full$/);
    } finally {
      await processes.run('umount', [folder]);
      for (const place of [folder, `${folder}-downloads`]) await rm(place, {recursive: true, force: true});
    }
  });

  it('are built again when damaged', async () => {
    const [top] = await layers.ensurePackages(SMALL);
    const program = join(top?.folder ?? '', 'usr/bin/tree');
    const {size, mode} = await stat(program);
    for (const damage of [() => truncate(program, 1), () => chmod(program, 0o4755), () => chown(program, 1, 0)]) {
      await damage();
      // Who looked at a layer does not look again.
      assert.deepEqual(await createTestLayers().ensurePackages(SMALL), [top, base]);
      const mended = await stat(program);
      assert.deepEqual([mended.size, mended.mode, mended.uid], [size, mode, 0]);
    }
  });

  it('are built again when the one who built them was killed', async () => {
    const [top] = await layers.ensurePackages(SMALL);
    const place = dirname(top?.folder ?? '/nowhere/root');
    await rm(place, {recursive: true});
    const builder = fileURLToPath(new URL('layer-builder.ts', import.meta.url));
    const process = createLongProcesses().follow('node', ['--import', 'tsx', builder, ...SMALL]);
    const partial = `${place}.${String(process.pid)}.partial`;
    await waitFor('an overlay', () => stat(join(partial, 'merged')));
    process.kill('SIGKILL');
    await process.ended;
    assert.deepEqual(await layers.ensurePackages(SMALL), [top, base]);
    const mounts = await readFile('/proc/self/mountinfo', 'utf8');
    assert.equal(mounts.includes(place), false);
    await assert.rejects(stat(partial));
  });
});
