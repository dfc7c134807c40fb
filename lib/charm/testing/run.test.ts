import assert from 'node:assert/strict';

import type {Charm, DispatchPorts} from '../charm.ts';
import {createHookTools, type HookTools} from '../hook-tools/index.ts';
import {createDb, createTinyState, META} from '../tiny.fixture.ts';
import {runHook, type RunHookResult} from './run.ts';
import type {TestEvent, UnitState} from './state.ts';

/** Runs a program that uses hook tools as it likes. */
function run(
  program: (tools: HookTools, ports: DispatchPorts) => Promise<number>,
  state: UnitState,
  event: TestEvent = {hook: 'update-status'},
): Promise<RunHookResult> {
  const charm: Charm = {endpoints: [], actions: [], run: (ports) => program(createHookTools(ports.tools), ports)};
  return runHook({charm, meta: META, state, event});
}

const PEER = {endpoint: 'peers', id: 2, remoteApplication: 'tiny', units: {'tiny/1': {a: 'b'}}};
const state = createTinyState({
  leader: true,
  openedPorts: ['22/tcp'],
  relations: [createDb({'mysql/0': {host: 'a'}}), PEER],
});

const change = async (tools: HookTools): Promise<void> => {
  await tools.relationSet({relationId: 'db:1', data: {a: 'b'}});
  await tools.relationSet({relationId: 'peers:2', app: true, data: {c: 'd'}});
  await tools.openPort('80/tcp');
  await tools.closePort('22/tcp');
  await tools.statusSet({status: 'waiting', message: 'x'});
  await tools.applicationVersionSet('1.0');
  await tools.jujuLog('INFO', 'hello');
};

describe('a hook in a test', () => {
  it('that succeeds leaves everything it changed', async () => {
    const result = await run(async (tools) => change(tools).then(() => 0), state);
    assert.deepEqual(result.state.relations[0]?.unitData, {a: 'b'});
    assert.deepEqual(result.state.relations[1]?.applicationData, {c: 'd'});
    assert.deepEqual(result.state.openedPorts, ['80/tcp']);
    assert.deepEqual([result.state.status, result.state.workloadVersion], [{status: 'waiting', message: 'x'}, '1.0']);
    assert.deepEqual(result.relationWrites, ['db:1 unit', 'peers:2 application']);
    assert.deepEqual(result.log, [{level: 'INFO', message: 'hello'}]);
  });

  it('that fails loses relation data and ports, and keeps status, version and log', async () => {
    const result = await run(async (tools) => change(tools).then(() => 1), state);
    assert.deepEqual(result.state.relations, state.relations);
    assert.deepEqual(result.state.openedPorts, state.openedPorts);
    assert.deepEqual([result.state.status, result.state.workloadVersion], [{status: 'waiting', message: 'x'}, '1.0']);
    assert.equal(result.log.length, 1);
  });

  it('leaves the state it was given as it was', async () => {
    const before = structuredClone(state);
    await run(async (tools, {host}) => {
      await change(tools);
      await host.files.replace('/a', {content: '', owner: 'root', group: 'root', mode: 0o600});
      return 0;
    }, state);
    assert.deepEqual(state, before);
  });

  it('reads its own writes before anybody else does, merged key by key, empty ones gone', async () => {
    const own = createTinyState({relations: [createDb({}, {unitData: {keep: '1', drop: '2', change: '3'}})]});
    await run(async (tools) => {
      await tools.relationSet({relationId: 'db:1', data: {drop: '', change: '4', none: ''}});
      assert.deepEqual(await tools.relationGet({relationId: 'db:1', of: 'tiny/0'}), {keep: '1', change: '4'});
      return 0;
    }, own);
  });

  it('may not write application data as a follower, nor read its own but among peers', async () => {
    await run(
      async (tools) => {
        await assert.rejects(
          tools.relationSet({relationId: 'db:1', app: true, data: {}}),
          /cannot write relation settings/,
        );
        await assert.rejects(tools.relationGet({relationId: 'db:1', of: 'tiny', app: true}), /permission denied/);
        assert.deepEqual(await tools.relationGet({relationId: 'peers:2', of: 'tiny', app: true}), {});
        return 0;
      },
      {...state, leader: false},
    );
  });

  it('is told what Juju says of relations, networks and tools that are not there', async () => {
    await run(async (tools) => {
      await assert.rejects(tools.relationList('db:9'), /invalid value "db:9" for option -r: relation not found/);
      await assert.rejects(tools.networkGet('admin'), /no network config found for binding "admin"/);
      await assert.rejects(tools.resourceGet('image'), /not modelled: resource-get/);
      assert.deepEqual(await tools.relationIds('web'), []);
      return 0;
    }, state);
  });

  it('gets its options with defaults, typed, and null for those that are unset', async () => {
    await run(
      async (tools) => {
        assert.deepEqual(await tools.configGet(), {port: 8080, ratio: null, debug: false, key: ''});
        return 0;
      },
      {...state, config: {port: 8080}},
    );
  });

  it('has the variables of its event, set but empty where Juju does so', async () => {
    const getEnvironment = async (event: TestEvent, given = state): Promise<Record<string, string | undefined>> => {
      let seen: Record<string, string | undefined> = {};
      await run(
        (_tools, {environment}) => {
          seen = {...environment};
          return Promise.resolve(0);
        },
        given,
        event,
      );
      return seen;
    };
    const joined = await getEnvironment({relation: 1, step: 'joined', unit: 'mysql/0'});
    assert.equal(joined['JUJU_DISPATCH_PATH'], 'hooks/db-relation-joined');
    assert.deepEqual(
      ['JUJU_RELATION', 'JUJU_RELATION_ID', 'JUJU_REMOTE_APP', 'JUJU_REMOTE_UNIT', 'JUJU_PRINCIPAL_UNIT'].map(
        (name) => joined[name],
      ),
      ['db', 'db:1', 'mysql', 'mysql/0', ''],
    );
    const changed = await getEnvironment({relation: 1, step: 'changed'});
    assert.equal(changed['JUJU_REMOTE_UNIT'], '');
    const departed = await getEnvironment({relation: 1, step: 'departed', unit: 'mysql/1'});
    assert.equal(departed['JUJU_DEPARTING_UNIT'], 'mysql/1');
    const action = await getEnvironment({action: 'ping'});
    assert.equal(action['JUJU_DISPATCH_PATH'], 'actions/ping');
  });
});
