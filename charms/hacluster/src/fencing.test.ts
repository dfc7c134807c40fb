import assert from 'node:assert/strict';

import {emptyCib, type NodeState, type ResourceState} from '#cluster';

import {getFencedNodes, type Maas} from './fencing.ts';
import type {Remote} from './remotes.ts';

const maas: Maas = {
  url: 'http://10.0.0.205/MAAS',
  device: 'st-maas-54fb962',
  credentialsFile: '/etc/hacluster/maas-54fb962.credentials',
  credentials: 'a:b:c',
  action: 'off',
};

const remote: Remote = {
  unit: 'pacemaker-remote/0',
  hostname: 'tidy-goose',
  address: '10.0.0.14',
  enableResources: false,
  stonithHostname: 'tidy-goose',
  session: null,
};

const node: NodeState = {
  name: 'tidy-goose',
  id: 'tidy-goose',
  type: 'remote',
  online: true,
  standby: false,
  maintenance: false,
  pending: false,
  unclean: false,
  shutdown: false,
};

const connection: ResourceState = {
  id: 'tidy-goose',
  agent: 'ocf:pacemaker:remote',
  role: 'Started',
  nodes: ['member'],
  managed: true,
  failed: false,
  orphaned: false,
  blocked: false,
};

function getFenced(state: Partial<NodeState>, resource: Partial<ResourceState>): readonly string[] {
  const nodes = [{...node, ...state}];
  const resources = [{...connection, ...resource}];
  return getFencedNodes([remote], [], {cib: emptyCib, nodes, resources, maas, kept: []}).maas;
}

describe('a remote that is added', () => {
  it('may be fenced once its connection stands', () => {
    assert.deepEqual(getFenced({}, {}), ['tidy-goose']);
  });

  it('is not fenced while its connection is only being started, though Pacemaker calls it online then', () => {
    assert.deepEqual(getFenced({}, {role: 'Starting'}), []);
  });

  it('is not fenced while its connection has failed, is left over, or the node is lost', () => {
    assert.deepEqual(getFenced({}, {failed: true}), []);
    assert.deepEqual(getFenced({}, {orphaned: true}), []);
    assert.deepEqual(getFenced({unclean: true}, {}), []);
    assert.deepEqual(getFenced({online: false}, {}), []);
  });
});
