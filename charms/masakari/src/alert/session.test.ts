import assert from 'node:assert/strict';
import http from 'node:http';

import {sendHttp, type HttpAnswer, type SendHttp} from '#maas';

import {createCloud, type Cloud} from './cloud.ts';
import {CREDENTIALS, FakeCloud, PASSWORD, TOKEN} from './cloud.fixture.ts';
import type {CloudCredentials} from './credentials.ts';

const NOW = Date.UTC(2026, 10, 23, 1, 0, 0);

function connect(send: SendHttp, credentials: Partial<CloudCredentials> = {}): Cloud {
  return createCloud({credentials: {...CREDENTIALS, ...credentials}, send, now: () => NOW, deadline: NOW + 5000});
}

function createFake(): {fake: FakeCloud; send: SendHttp} {
  const fake = new FakeCloud(() => NOW, ['c1']);
  return {fake, send: (request) => Promise.resolve(fake.answer(request))};
}

/** The message of what the call throws. */
async function getFailure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'CloudError', String(error));
    return error.message;
  }
  return 'it succeeds';
}

describe('the way to Nova and Masakari', () => {
  it('works over the network', async () => {
    const fake = new FakeCloud(() => NOW, ['c1']);
    const server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const [, api = '', ...path] = (request.url ?? '').split('/');
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        const method = request.method === 'PUT' ? 'PUT' : request.method === 'POST' ? 'POST' : 'GET';
        const answer = fake.answer({method, url: new URL(`http://${api}/${path.join('/')}`), headers, body});
        const own = `http://127.0.0.1:${getPort(server)}`;
        response.writeHead(answer.status, {...answer.headers});
        response.end(answer.body.replaceAll(/http:\/\/(nova|masakari):\d+/g, `${own}/$1`));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const cloud = connect(sendHttp, {authUrl: `http://127.0.0.1:${getPort(server)}/keystone/v3`});
      const host = await cloud.findHost('c1');
      const expected = {
        ...{uuid: 'masakari-c1', name: 'c1', segment: 'segment'},
        ...{isOnMaintenance: false, isReserved: false},
      };
      assert.deepEqual([host, await cloud.findHost('c9')], [expected, null]);
      const service = await cloud.findCompute('c1');
      assert.ok(host !== null && service !== null);
      await cloud.forceDown(service);
      assert.equal((await cloud.findCompute('c1'))?.isForcedDown, true);
      assert.equal(await cloud.notify('c1', NOW - 1000), 'accepted');
      assert.deepEqual(await cloud.listNotifications(host, NOW - 1000), [{generatedAt: NOW - 1000}]);
      assert.deepEqual(await cloud.listNotifications(host, NOW), []);
      assert.equal(await cloud.notify('c1', NOW), 'duplicate');
      fake.recover('c1');
      assert.equal(await cloud.notify('c1', NOW), 'maintenance');
    } finally {
      server.close();
    }
  });

  it('logs in once', async () => {
    const {fake, send} = createFake();
    const cloud = connect(send);
    await Promise.all([cloud.findHost('c1'), cloud.findHost('c2'), cloud.findCompute('c1')]);
    assert.equal(fake.asked.filter((request) => request.startsWith('POST keystone')).length, 1);
  });

  it('says in one line what is wrong, without a secret', async () => {
    const {fake, send} = createFake();
    const cases: readonly (readonly [string, HttpAnswer, string])[] = [
      ['POST keystone', {status: 201, body: '{}'}, 'Keystone answers without a token'],
      ['POST keystone', {status: 503, body: '<html>'}, 'Keystone answers POST auth/tokens with 503'],
      [
        'GET masakari/segments',
        {status: 403, body: '{"forbidden": {"message": "Policy does not allow it."}}'},
        'Masakari answers GET segments with 403: Policy does not allow it.',
      ],
      [
        'GET masakari/segments',
        {status: 500, body: `{"message": "${TOKEN}"}`},
        'Masakari answers GET segments with 500',
      ],
      [
        'GET masakari/segments',
        {status: 500, body: `{"message": "${PASSWORD}"}`},
        'Masakari answers GET segments with 500',
      ],
      [
        'GET masakari/segments',
        {status: 200, body: '{"segments": [{}]}'},
        'Masakari, asked for segments, answers with something else than its API says',
      ],
      [
        'GET masakari/segments',
        {status: 200, body: 'SECRET'},
        'Masakari, asked for segments, answers with something else than its API says',
      ],
    ];
    for (const [request, answer, message] of cases) {
      fake.faults.clear();
      fake.faults.set(request, answer);
      assert.equal(await getFailure(connect(send).findHost('c1')), message);
    }
    const lost: SendHttp = () => Promise.reject(Object.assign(new Error('connect'), {code: 'ECONNREFUSED'}));
    assert.equal(
      await getFailure(connect(lost).findHost('c1')),
      'Keystone at http://keystone:5000 does not answer (ECONNREFUSED)',
    );
    fake.faults.clear();
    assert.equal(
      await getFailure(connect(send, {region: 'Nowhere'}).findHost('c1')),
      'the catalogue has no internal endpoint of Masakari in region Nowhere',
    );
    assert.equal(await getFailure(connect(send, {authUrl: 'nothing'}).findHost('c1')), 'an endpoint is no URL');
  });

  it('takes a compute that Nova does not list for unknown, not for gone', async () => {
    const {fake, send} = createFake();
    fake.services.clear();
    assert.equal(await connect(send).findCompute('c1'), null);
  });
});

function getPort(server: http.Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
