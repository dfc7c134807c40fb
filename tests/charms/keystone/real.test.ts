import assert from 'node:assert/strict';

import type {ModelledCommand} from '#charm/testing';
import * as z from 'zod/mini';

import {createBench, DEBIAN, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const cluster = relate('cluster', 0, 'keystone', []);
const database = relate('shared-db', 1, 'mysql', [
  {db_host: '10.80.0.30', password: 'secret', allowed_units: 'keystone/0'},
]);
const API = 'http://10.0.0.236:15868/v1/%(tenant_id)s';
const SERVICE = {service: 'masakari', region: 'RegionOne', public_url: API, internal_url: API, admin_url: API};
const relations = [
  cluster,
  database,
  relate('identity-service', 7, 'masakari', [SERVICE]),
  relate('identity-credentials', 9, 'masakari-monitors', [{username: 'monitors', project: 'other'}]),
];
const hook = {hook: 'config-changed'} as const;

const Wanted = z.object({
  users: z.array(z.object({username: z.string(), password: z.string(), project: z.string()})),
  endpoints: z.array(z.object({type: z.string(), urls: z.record(z.string(), z.string())})),
});

/** A machine whose Keystone makes projects with these ids, and what it was last asked for. */
function createKeystone(ids: Readonly<Record<string, string>>): {
  readonly commands: Readonly<Record<string, ModelledCommand>>;
  readonly asked: z.infer<typeof Wanted>[];
} {
  const asked: z.infer<typeof Wanted>[] = [];
  const commands: Record<string, ModelledCommand> = {
    runuser: () => ({exitCode: 0, stdout: '', stderr: ''}),
    python3: (_args, {stdin = ''}) => {
      asked.push(z.parse(Wanted, JSON.parse(stdin)));
      return {exitCode: 0, stdout: JSON.stringify(ids), stderr: ''};
    },
  };
  return {commands, asked};
}

describe('stand-in keystone that runs for real', () => {
  it('makes users and services in one run, and tells each its user once it is there, with Keystone’s own ids', async () => {
    const {commands, asked} = createKeystone({services: 'id-s', other: 'id-o'});
    const result = await run(createUnit({...DEBIAN, relations}), hook, commands);
    assert.deepEqual(result.state.status, {status: 'active', message: 'Unit is ready'});
    assert.equal(asked.length, 1);
    assert.deepEqual(
      asked[0]!.users.map(({username, project}) => [username, project]),
      [
        ['masakari', 'services'],
        ['monitors', 'other'],
      ],
    );
    assert.equal(asked[0]?.endpoints.find(({type}) => type === 'instance-ha')?.urls['public'], API);
    assert.equal(getOwnBag(result, 7)['service_tenant_id'], 'id-s');
    assert.equal(getOwnBag(result, 9)['credentials_project_id'], 'id-o');
    assert.equal(getOwnBag(result, 7)['service_password'], asked[0].users[0]?.password);
    assert.deepEqual(getChanges(result.state, await run(result.state, hook, commands)), []);
  });

  it('says nothing while its API does not work, and does not take back what it said before', async () => {
    const {commands} = createKeystone({services: 'id-s', other: 'id-o'});
    const broken = {...commands, python3: () => ({exitCode: 1, stdout: '', stderr: 'Traceback\nConnectFailure: no'})};
    const first = await run(createUnit({...DEBIAN, relations}), hook, broken);
    assert.equal(first.exitCode, 0);
    assert.equal(first.state.status.status, 'waiting');
    assert.deepEqual(getOwnBag(first, 7), {});
    const {state} = await run(first.state, hook, commands);
    const more = {
      ...state,
      relations: [...state.relations, relate('identity-credentials', 11, 'x', [{username: 'x'}])],
    };
    const second = await run(more, hook, broken);
    assert.deepEqual([getOwnBag(second, 7), getOwnBag(second, 11)], [getOwnBag({state}, 7), {}]);
  });

  it('remembers tokens in its own process where it has only one, as several would not hear of each other’s changes', async () => {
    const {commands} = createKeystone({services: 'id-s', other: 'id-o'});
    for (const [multiplier, isKept] of [
      [0.25, true],
      [1, false],
    ] as const) {
      const unit = createUnit({...DEBIAN, relations, config: {'worker-multiplier': multiplier}});
      const {state} = await run(unit, hook, commands);
      const {content = ''} = state.host.files['/etc/keystone/keystone.conf'] ?? {};
      assert.equal(content.includes('backend = dogpile.cache.memory'), isKept, content);
    }
  });

  it('has the administrator’s password in a file of root’s, in no argument and no log', async () => {
    const {commands} = createKeystone({services: 'id-s', other: 'id-o'});
    const {state, programs, log} = await run(createUnit({...DEBIAN, relations}), hook, commands);
    const {content = '', mode} = state.host.files['/root/admin-openrc'] ?? {};
    const [, password = ''] = /OS_PASSWORD=(\w+)/.exec(content) ?? [];
    assert.deepEqual([mode, password.length], [0o600, 32]);
    assert.ok(!JSON.stringify([programs, log]).includes(password));
    const {action} = await run(state, {action: 'get-admin-password', params: {}});
    assert.deepEqual(action, {results: {'admin-password': password}, failure: null});
  });
});
