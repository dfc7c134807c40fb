import assert from 'node:assert/strict';

import type {NodeState, ResourceState} from '#cluster';
import {checkResources, getKeptRemotes} from './plan.ts';
import type {Remote} from './remotes.ts';

const node: NodeState = {
  name: 'node1',
  id: '1000',
  type: 'member',
  online: true,
  standby: false,
  maintenance: false,
  pending: false,
  unclean: false,
  shutdown: false,
};

/** One instance of the clone `cl_haproxy`, as `crm_mon` lists it. */
function createInstance(given: Partial<ResourceState>): ResourceState {
  return {
    id: 'res_haproxy',
    agent: 'lsb:haproxy',
    role: 'Started',
    nodes: ['node1'],
    managed: true,
    failed: false,
    orphaned: false,
    blocked: false,
    clone: 'cl_haproxy',
    ...given,
  };
}

function check(...resources: readonly ResourceState[]): readonly string[] {
  return checkResources(['res_haproxy'], {resources, nodes: [node], quorate: true}, 'node1').map(
    ({message}) => message,
  );
}

describe('Resources that are asked for', () => {
  it('are missed while an instance of a clone that should run does not', () => {
    const stopped = createInstance({role: 'Stopped', nodes: []});
    assert.deepEqual(check(createInstance({}), stopped), ['resource res_haproxy is not running']);
  });

  it('are not missed for instances beyond those that are wanted, which Pacemaker keeps after it has probed remotes', () => {
    const beyond = createInstance({role: 'Stopped', nodes: [], orphaned: true});
    assert.deepEqual(check(createInstance({}), beyond), []);
  });
});

describe('Remotes that stay as the cluster has them', () => {
  const getRemote = (hostname: string, unit: string): Remote => ({
    unit,
    hostname,
    address: '10.0.0.161',
    enableResources: false,
    stonithHostname: hostname,
    session: null,
  });
  const nobody = {names: new Set<string>(), units: new Set<string>()};
  const record = ['res_masakari_vip', 'tidy-goose=remote/0', 'model-crow=remote/1'];
  const goals = (...remotes: readonly string[]): NonNullable<Parameters<typeof getKeptRemotes>[1]> => ({
    members: new Set(),
    remotes: new Set(remotes),
  });

  it('are those whose units are to be there and offer nothing, or may be as long as that is not known', () => {
    const remotes = {remotes: [getRemote('model-crow', 'remote/1')], unusable: nobody};
    assert.deepEqual([...getKeptRemotes(remotes, null, record)], [['tidy-goose', 'remote/0']]);
    assert.deepEqual([...getKeptRemotes(remotes, goals('remote/0', 'remote/1'), record)], [['tidy-goose', 'remote/0']]);
    assert.deepEqual([...getKeptRemotes(remotes, goals('remote/1'), record)], []);
    const renamed = {remotes: [getRemote('calm-fox', 'remote/0')], unusable: nobody};
    assert.deepEqual([...getKeptRemotes(renamed, goals('remote/0'), record)], []);
  });

  it('are those whose unit, or another by their name, says what cannot be used, also where Juju does not tell who is to be there', () => {
    const remotes = [getRemote('model-crow', 'remote/1')];
    for (const unusable of [
      {...nobody, units: new Set(['remote/0'])},
      {...nobody, names: new Set(['tidy-goose'])},
    ]) {
      assert.deepEqual([...getKeptRemotes({remotes, unusable}, goals(), record)], [['tidy-goose', 'remote/0']]);
    }
    const replaced = {
      remotes: [getRemote('tidy-goose', 'remote/2')],
      unusable: {...nobody, units: new Set(['remote/0'])},
    };
    assert.deepEqual([...getKeptRemotes(replaced, goals(), record)], []);
  });
});
