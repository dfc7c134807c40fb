import assert from 'node:assert/strict';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {createServer, request, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createArchiveServer, findTarget, type LocalArchiveServer} from './archive-server.ts';
import {choosePruned, createDownloadCache} from './download-cache.ts';
import {createUpstream} from './upstream.ts';

const ARCHIVES = [{uri: 'http://a.example/debian'}, {uri: 'https://user:pass@b.example'}];

describe('the address of a file in an archive', () => {
  it('is found by the number of the archive, also as proxies are asked', () => {
    const path = '/0/pool/main/g/g++/g%2b%2b_1%3a2~3_amd64.deb';
    for (const asked of [path, `http://10.0.0.1:3142${path}`]) {
      const target = findTarget(asked, ARCHIVES);
      assert.equal(target?.url.href, `http://a.example/debian${path.slice(2)}`);
      assert.equal(target.isConstant, true);
    }
    assert.equal(findTarget('/1/dists/x/InRelease', ARCHIVES)?.isConstant, false);
  });

  it('is none outside of the archives', () => {
    for (const path of [
      '/',
      '/0',
      '/0/',
      '/2/dists/x',
      '/0/../etc',
      '/0/a/../../b',
      '/0/a/%2e%2e/%2e%2e/b',
      '/0/a%2f..%2fb',
      '/x/y',
      '/0//evil',
      '/0/a?b',
      '/0/a#b',
      'http://b.example/pool/a.deb',
    ]) {
      assert.equal(findTarget(path, ARCHIVES), null, path);
    }
  });
});

describe('what is pruned from the downloads', () => {
  it('is what was used longest ago, until the rest fits', () => {
    const files = [1, 3, 2].map((used) => ({path: String(used), size: 10, used}));
    assert.deepEqual(choosePruned(files, 30), []);
    assert.deepEqual(choosePruned(files, 25), ['1']);
    assert.deepEqual(choosePruned(files, 5), ['3', '2', '1']);
  });
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe('the archive server', () => {
  let folder: string;
  let origin: Server;
  let server: LocalArchiveServer;
  let socket: string;
  let asked: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archive-'));
    socket = join(folder, 'socket');
    asked = [];
    origin = createServer((incoming, response) => {
      asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
      if (incoming.url === '/debian/dists/moved') response.writeHead(302, {location: '/debian/dists/here'}).end();
      else if (incoming.url === '/debian/pool/cut.deb')
        response.writeHead(200, {'content-length': 9}).write('cut', () => response.destroy());
      else if (incoming.headers['if-modified-since'] !== undefined) response.writeHead(304).end();
      else if (incoming.headers.range !== undefined)
        response.writeHead(206, {'content-range': 'bytes 1-2/3'}).end('bc');
      else response.writeHead(200, {'content-length': 3}).end('abc');
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    const address = origin.address();
    assert.ok(address !== null && typeof address === 'object');
    server = createArchiveServer({
      archives: [{uri: `http://127.0.0.1:${address.port}/debian`}],
      cache: createDownloadCache(join(folder, 'downloads'), 1000),
      upstream: createUpstream({getProxy: () => null, authorities: undefined, getCredentials: () => null}),
    });
    await server.listen(socket);
  });

  afterEach(async () => {
    await server.close();
    await new Promise((resolve) => origin.close(resolve));
    await rm(folder, {recursive: true});
  });

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asking = request({socketPath: socket, path, headers, method}, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('error', reject);
        response.on('end', () => {
          resolve({status: response.statusCode ?? 0, body});
        });
      });
      asking.on('error', reject);
      asking.end();
    });

  it('fetches a package once, and has it also when the archive is gone', async () => {
    assert.deepEqual(await ask('/0/pool/a.deb'), {status: 200, body: 'abc'});
    origin.closeAllConnections();
    await new Promise((resolve) => origin.close(resolve));
    assert.deepEqual(await ask('/0/pool/a.deb'), {status: 200, body: 'abc'});
    assert.deepEqual(asked, ['GET /debian/pool/a.deb']);
    assert.equal((await ask('/0/dists/x/InRelease')).status, 502);
  });

  it('asks again for an index, and lets the archive say that it is as it was', async () => {
    assert.equal((await ask('/0/dists/x/InRelease')).status, 200);
    assert.equal(
      (await ask('/0/dists/x/InRelease', {'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT'})).status,
      304,
    );
    assert.equal(asked.length, 2);
  });

  it('passes a part on, and keeps only whole files', async () => {
    assert.deepEqual(await ask('/0/pool/b.deb', {range: 'bytes=1-'}), {status: 206, body: 'bc'});
    await assert.rejects(ask('/0/pool/cut.deb'));
    await server.close();
    assert.deepEqual(await readdir(join(folder, 'downloads')).catch(() => []), []);
  });

  it('follows where the archive redirects', async () => {
    assert.deepEqual(await ask('/0/dists/moved'), {status: 200, body: 'abc'});
  });

  it('refuses what is no archive of the host and what is no reading', async () => {
    assert.equal((await ask('/1/dists/x')).status, 404);
    assert.equal((await ask('/0/dists/x', {}, 'POST')).status, 405);
    assert.deepEqual(asked, []);
  });
});
