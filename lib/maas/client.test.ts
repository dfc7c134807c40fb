import assert from 'node:assert/strict';

import fc from 'fast-check';

import {createMaasClient, getApiUrl, MaasError} from './index.ts';
import type {HttpAnswer, HttpRequest, MaasClient, MaasErrorKind} from './index.ts';

const KEY = {consumer: 'the-consumer', token: 'the-token', secret: 'the-secret'};

interface Talk {
  readonly client: MaasClient;
  readonly sent: HttpRequest[];
}

/** A client whose requests all get one answer. */
function talk(answer: Partial<HttpAnswer> | Error, deadline = 100_000): Talk {
  const sent: HttpRequest[] = [];
  const client = createMaasClient({
    url: 'http://10.0.0.205/MAAS',
    key: KEY,
    send: (request) => {
      sent.push(request);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({status: 200, body: '{}', ...answer});
    },
    clock: {now: () => 50_000, sleep: () => Promise.resolve()},
    nonce: () => `nonce-${sent.length}`,
    deadline,
  });
  return {client, sent};
}

const CALLS: readonly ((client: MaasClient) => Promise<unknown>)[] = [
  (client) => client.whoAmI(),
  (client) => client.listMachines(),
  (client) => client.getPowerState('abc'),
  (client) => client.powerOn('abc'),
  (client) => client.powerOff('abc'),
];

async function fail(
  answer: Partial<HttpAnswer> | Error,
  call: (client: MaasClient) => Promise<unknown>,
): Promise<MaasError> {
  const error: unknown = await call(talk(answer).client).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof MaasError, String(error));
  return error;
}

describe('the URL of MAAS', () => {
  it('may be written as operators write it', () => {
    for (const text of ['http://m/MAAS', 'http://m/MAAS/', 'http://m/MAAS/api/2.0', 'http://m/MAAS/api/2.0/']) {
      assert.equal(getApiUrl(text).href, 'http://m/MAAS/api/2.0/');
    }
    assert.equal(getApiUrl('https://m:5443/MAAS').href, 'https://m:5443/MAAS/api/2.0/');
    assert.equal(getApiUrl('http://[fd00::1]:5240').href, 'http://[fd00::1]:5240/api/2.0/');
  });

  it('that cannot be used is refused without being repeated', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('http://me:pw@m/MAAS', 'ftp://m/', 'm/MAAS')), (text) => {
        fc.pre(!/^\s*https?:/i.test(text) || text.includes('@'));
        assert.throws(
          () => getApiUrl(text),
          (error) => error instanceof MaasError && error.kind === 'invalid' && !error.message.includes('me:pw'),
        );
      }),
    );
  });
});

describe('a MAAS client', () => {
  it('asks as the API has it', async () => {
    const {client, sent} = talk({body: '[]'});
    await client.listMachines({hostname: 'tidy-goose'});
    await client.powerOff('abc');
    await client.powerOn('a/b?c');
    await assert.rejects(client.getPowerState('abc'));
    await assert.rejects(client.whoAmI());
    assert.deepEqual(
      sent.map(({method, url, body}) => [method, url.href.replace('http://10.0.0.205/MAAS/api/2.0/', ''), body]),
      [
        ['GET', 'machines/?hostname=tidy-goose', undefined],
        ['POST', 'machines/abc/?op=power_off', 'stop_mode=hard'],
        ['POST', 'machines/a%2Fb%3Fc/?op=power_on', ''],
        ['GET', 'machines/abc/?op=query_power_state', undefined],
        ['GET', 'users/?op=whoami', undefined],
      ],
    );
    assert.equal(new Set(sent.map(({headers}) => headers['authorization'])).size, 5, 'each with a nonce of its own');
  });

  it('reads machines and power', async () => {
    const machine = {system_id: 'abc', hostname: 'tidy-goose', fqdn: 'tidy-goose.maas', power_state: 'on', tags: []};
    assert.deepEqual(await talk({body: JSON.stringify([machine])}).client.listMachines(), [
      {systemId: 'abc', hostname: 'tidy-goose', fqdn: 'tidy-goose.maas'},
    ]);
    for (const state of ['on', 'off', 'error', 'unknown'] as const) {
      assert.equal(await talk({body: JSON.stringify({state})}).client.getPowerState('abc'), state);
    }
  });

  it('takes a power state for off only when it is exactly that', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.constantFrom('OFF', 'Off', ' off', 'offline')).filter((state) => state !== 'off'),
        async (state) => {
          assert.notEqual(await talk({body: JSON.stringify({state})}).client.getPowerState('abc'), 'off');
        },
      ),
    );
  });

  it('says of each failure whose it is, and whether asking again may help', async () => {
    const cases: readonly [Partial<HttpAnswer> | Error, MaasErrorKind, boolean, RegExp][] = [
      [
        new Error('connect ECONNREFUSED'),
        'unreachable',
        true,
        /^MAAS at http:\/\/10\.0\.0\.205\/MAAS does not answer: connect/,
      ],
      [new Error('self-signed certificate'), 'unreachable', false, /certificate/],
      [
        {status: 401, body: 'Authorization Error: Invalid API key.'},
        'unauthorised',
        false,
        /refuses the API key \(401\).*clock/,
      ],
      [{status: 403}, 'refused', false, /\(403\): the user of the API key may not do that/],
      [{status: 404, body: 'Not Found'}, 'not found', false, /with 404: Not Found$/],
      [{status: 409, body: 'busy'}, 'refused', false, /with 409: busy$/],
      [{status: 503, body: '<html>\nfull of\n'}, 'bad answer', true, /with 503$/],
      [{status: 302}, 'bad answer', false, /with 302/],
      [{body: '<html>'}, 'bad answer', true, /is not JSON$/],
    ];
    for (const [answer, kind, mayPass, message] of cases) {
      for (const call of CALLS) {
        const error = await fail(answer, call);
        assert.deepEqual([error.kind, error.mayPass], [kind, mayPass], error.message);
        assert.match(error.message, message);
      }
    }
  });

  it('refuses answers of another shape', async () => {
    for (const body of ['null', '1', '[1]', '{}', '[{"system_id": 1}]', '[{"system_id": "a", "hostname": "b"}]']) {
      assert.equal((await fail({body}, (client) => client.listMachines())).kind, 'bad answer');
      assert.equal((await fail({body}, (client) => client.getPowerState('abc'))).kind, 'bad answer');
    }
  });

  it('keeps the key out of its errors, also when MAAS repeats it', async () => {
    const part = fc.constantFrom(...Object.values(KEY));
    const status = fc.constantFrom(400, 401, 403, 404, 409, 500, 503);
    await fc.assert(
      fc.asyncProperty(part, status, fc.string(), fc.constantFrom(...CALLS), async (secret, code, text, call) => {
        const {message} = await fail({status: code, body: `${text}${secret}`}, call);
        assert.ok(
          Object.values(KEY).every((each) => !message.includes(each)),
          message,
        );
        assert.doesNotMatch(message, /\n/);
      }),
    );
  });

  it('lets no request wait beyond the time there is', async () => {
    const wait = async (
      deadline: number,
      call: (client: MaasClient) => Promise<unknown>,
    ): Promise<number | undefined> => {
      const {client, sent} = talk({body: '{"state": "on"}'}, deadline);
      await call(client);
      return sent[0]?.timeoutMs;
    };
    assert.equal(await wait(53_000, (client) => client.getPowerState('abc')), 3000);
    assert.equal(await wait(200_000, (client) => client.getPowerState('abc', {timeoutMs: 700})), 700);
    assert.ok(((await wait(200_000, (client) => client.getPowerState('abc'))) ?? 0) > 30_000, 'MAAS may take 30 s');
    assert.equal(await wait(10, (client) => client.powerOff('abc')), 1);
  });
});
