import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer, request, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {findMaasSocket, MaasOutage} from './maas-outage.ts';

describe('a MAAS that fails', () => {
  let folder: string;
  let real: Server;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'maas-'));
    real = createServer((_request, response) => response.end('real'));
    await new Promise<void>((resolve) => real.listen(join(folder, 'maas.socket'), resolve));
  });

  afterEach(async () => {
    await new Promise((resolve) => real.close(resolve));
    await rm(folder, {recursive: true, force: true});
  });

  function ask(socketPath: string): Promise<string> {
    return new Promise((resolve) => {
      const asked = request({socketPath, path: '/', agent: false}, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => {
          resolve(`${String(response.statusCode)} ${body}`);
        });
      });
      asked.on('error', () => {
        resolve('closed');
      });
      asked.end();
    });
  }

  const askMaas = (): Promise<string> => ask(join(folder, 'maas.socket'));

  it('answers in its place, and the real one beside it, until it ends', async () => {
    const outage = new MaasOutage(folder);
    assert.equal(await askMaas(), '200 real');
    await outage.begin('unavailable');
    assert.match(await askMaas(), /^503 /);
    assert.equal(await ask(await findMaasSocket(folder)), '200 real');
    await outage.begin('unauthorised');
    assert.match(await askMaas(), /^401 /);
    await outage.end();
    assert.equal(await askMaas(), '200 real');
    assert.equal(await findMaasSocket(folder), join(folder, 'maas.socket'));
  });

  it('keeps who asks waiting when it is silent, until it fails otherwise or ends', async () => {
    const outage = new MaasOutage(folder);
    await outage.begin('silent');
    const waiting = askMaas();
    const first = await Promise.race([waiting, ask(await findMaasSocket(folder))]);
    assert.equal(first, '200 real');
    await outage.end();
    assert.equal(await waiting, 'closed');
  });

  it('is ended by whoever comes after the one who began it', async () => {
    const outage = new MaasOutage(folder);
    await outage.begin('unavailable');
    await new MaasOutage(folder).end();
    assert.equal(await askMaas(), '200 real');
    await outage.end();
    await outage.end();
    assert.equal(await askMaas(), '200 real');
  });
});
