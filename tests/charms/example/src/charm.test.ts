import assert from 'node:assert/strict';

import {createUnitState, readCharmMeta, runHook, type RunHookResult, type UnitState} from '#charm/testing';

import {charm} from './charm.ts';

const meta = readCharmMeta(new URL('../charmcraft.yaml', import.meta.url));
const catalog = {haproxy: {version: '2.4.22', services: ['haproxy']}};

/** Runs one hook on a unit whose backend says this. */
function runWith(data: Readonly<Record<string, string>>, given: Partial<UnitState> = {}): Promise<RunHookResult> {
  const relations = [{endpoint: 'backend', id: 1, remoteApplication: 'app', units: {'app/0': data}}];
  const state = createUnitState({unit: 'example/0', relations, ...given});
  return runHook({charm, meta, state, event: {hook: 'config-changed'}, catalog});
}

describe('example', () => {
  it('sends to the units that it is related to', async () => {
    const {state} = await runWith({hostname: '10.0.0.20', port: '8080'}, {config: {port: 8000}});
    const file = state.host.files['/etc/haproxy/haproxy.cfg'];
    assert.equal(file?.content, 'listen web\n  bind *:8000\n  mode tcp\n  server app-0 10.0.0.20:8080\n');
    assert.deepEqual(state.openedPorts, ['8000/tcp']);
    assert.deepEqual(state.status, {status: 'active', message: 'Unit is ready'});
  });

  it('tells the other side where it is', async () => {
    const relations = [{endpoint: 'website', id: 2, remoteApplication: 'user', units: {}}];
    const {state} = await runWith({}, {relations});
    assert.deepEqual(state.relations[0]?.unitData, {hostname: 'tidy-goose', port: '80'});
  });

  it('names what is bad and does nothing of it', async () => {
    const {state} = await runWith({hostname: 'a b'});
    assert.equal(state.status.message, 'relation backend:1, unit app/0: hostname must be a host name');
    assert.equal((await runWith({}, {config: {port: 0}})).state.status.message, 'option port must be 1 or more');
  });

  it('has nothing to do the second time', async () => {
    const {state} = await runWith({hostname: '10.0.0.20'});
    assert.deepEqual((await runWith({hostname: '10.0.0.20'}, state)).effects, []);
  });
});
