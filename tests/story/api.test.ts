import assert from 'node:assert/strict';

import * as z from 'zod/mini';

import {OpenStackApi, parseOpenrc, Refusal, UnknownAnswer} from './api.ts';
import type {WebAnswer, WebRequest} from './curl.ts';

const OPENRC = [
  'export OS_AUTH_URL=http://10.80.0.10:5000/v3',
  'export OS_PASSWORD=0123',
  'export OS_REGION_NAME=RegionOne',
  'export OS_USERNAME=admin',
  'export OS_PROJECT_NAME=admin',
  'export OS_USER_DOMAIN_NAME=Default',
  "export OS_PROJECT_DOMAIN_NAME='Default'",
  'export OS_IDENTITY_API_VERSION=3',
  '',
].join('\n');

const SHAPE = z.object({servers: z.array(z.string())});

const endpoint = (kind: string, url: string): object => ({interface: kind, region: 'RegionOne', url});

const CATALOGUE = {
  token: {
    catalog: [
      {type: 'compute', endpoints: [endpoint('internal', 'http://no'), endpoint('public', 'http://nova/v2.1')]},
      {type: 'image', endpoints: [endpoint('public', 'http://glance/')]},
    ],
  },
};

/** A web server whose answers are given by path; those to one path are given one after the other. */
class Web {
  readonly asked: WebRequest[] = [];
  readonly #answers: Map<string, (WebAnswer | null)[]>;

  constructor(answers: Readonly<Record<string, readonly (WebAnswer | null)[]>>) {
    this.#answers = new Map(Object.entries(answers).map(([url, list]) => [url, [...list]]));
  }

  readonly ask = (request: WebRequest): Promise<WebAnswer | null> => {
    this.asked.push(request);
    if (request.url.endsWith('/auth/tokens')) {
      const token = `token-${String(this.asked.length)}`;
      return Promise.resolve({status: 201, headers: {'x-subject-token': token}, body: JSON.stringify(CATALOGUE)});
    }
    return Promise.resolve(this.#answers.get(request.url)?.shift() ?? null);
  };
}

const answer = (status: number, body: unknown = {}): WebAnswer => ({status, headers: {}, body: JSON.stringify(body)});

function open(answers: ConstructorParameters<typeof Web>[0]): {readonly web: Web; readonly api: OpenStackApi} {
  const web = new Web(answers);
  return {web, api: new OpenStackApi(web.ask, parseOpenrc(OPENRC))};
}

describe('OpenStack’s API', () => {
  it('is asked at its public endpoint in the catalogue, with one token for many questions', async () => {
    const {web, api} = open({'http://nova/v2.1/servers': [answer(200, {servers: ['a']}), answer(200, {servers: []})]});
    assert.deepEqual(await api.get('compute', '/servers', SHAPE), {servers: ['a']});
    assert.deepEqual(await api.get('compute', '/servers', SHAPE), {servers: []});
    assert.equal(web.asked.length, 3);
    assert.equal(web.asked[2]?.headers['X-Auth-Token'], 'token-1');
  });

  it('asks Glance for its second version', async () => {
    const {api} = open({'http://glance/v2/images': [answer(200, {servers: []})]});
    await api.get('image', '/images', SHAPE);
  });

  it('asks again with a new token when the old one is refused, once', async () => {
    const {web, api} = open({
      'http://nova/v2.1/servers': [answer(401), answer(200, {servers: []}), answer(401), answer(401)],
    });
    await api.get('compute', '/servers', SHAPE);
    assert.equal(web.asked.at(-1)?.headers['X-Auth-Token'], 'token-3');
    await assert.rejects(api.get('compute', '/servers', SHAPE), Refusal);
  });

  it('leaves open what no answer, an empty one, another one or a broken service says', async () => {
    const empty: WebAnswer = {status: 200, headers: {}, body: ''};
    for (const unclear of [null, empty, answer(200, {servers: 'none'}), answer(500), answer(503)]) {
      const {api} = open({'http://nova/v2.1/servers': [unclear]});
      await assert.rejects(api.get('compute', '/servers', SHAPE), UnknownAnswer);
    }
    await assert.rejects(open({}).api.get('instance-ha', '/segments', SHAPE), UnknownAnswer);
  });

  it('tells a no from what it does not know', async () => {
    const {api} = open({'http://nova/v2.1/servers': [answer(409, {message: 'in use'})]});
    await assert.rejects(
      api.post('compute', '/servers', {}),
      (error) => error instanceof Refusal && error.status === 409 && error.message.includes('in use'),
    );
  });

  it('has removed what is not there', async () => {
    const {api} = open({'http://nova/v2.1/servers/1': [answer(404), answer(403)]});
    await api.delete('compute', '/servers/1');
    await assert.rejects(api.delete('compute', '/servers/1'), Refusal);
  });

  it('never has a password or token in an error', async () => {
    const {api} = open({'http://nova/v2.1/servers': [answer(403)]});
    await assert.rejects(
      api.get('compute', '/servers', SHAPE),
      (error) => error instanceof Error && !/0123|token-1/.test(error.message),
    );
  });
});

describe('an operator’s file of credentials', () => {
  it('gives whom to be', () => {
    assert.deepEqual(parseOpenrc(OPENRC), {
      authUrl: 'http://10.80.0.10:5000/v3',
      username: 'admin',
      password: '0123',
      project: 'admin',
      userDomain: 'Default',
      projectDomain: 'Default',
      region: 'RegionOne',
    });
  });

  it('is refused with the names of what it lacks', () => {
    assert.throws(() => parseOpenrc('export OS_PASSWORD=0123\n'), /has no OS_AUTH_URL, OS_USERNAME, /);
  });
});
