import assert from 'node:assert/strict';

import type {NodeState, ResourceState} from '#cluster';
import {checkResources} from './plan.ts';

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
