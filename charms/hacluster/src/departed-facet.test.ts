import assert from 'node:assert/strict';

import {emptyCib, type Cib, type NodeState} from '#cluster';

import {createDepartedFacet, getDeparted} from './departed-facet.ts';
import type {HaclusterView, LiveCluster} from './plan.ts';

function createNode(name: string, given: Partial<NodeState> = {}): NodeState {
  const state = {standby: false, maintenance: false, pending: false, unclean: false, shutdown: false};
  return {name, id: '1000', type: 'member', online: true, ...state, ...given};
}

/** A CIB whose status section tells of these remote nodes. */
function createCib(...remotes: readonly string[]): Cib {
  const states = remotes.map((uname) => ({
    name: 'node_state',
    attributes: {id: uname, uname, remote_node: 'true'},
    children: [],
  }));
  return {...emptyCib, status: {name: 'status', attributes: {}, children: states}};
}

const live = (nodes: readonly NodeState[], given: Partial<LiveCluster> = {}): LiveCluster => ({
  state: 'up',
  cib: emptyCib,
  dc: 'one',
  quorate: true,
  pacemakerVersion: '2.1.5',
  resources: [],
  nodes,
  ...given,
});

const view = (isLeader = true): HaclusterView =>
  ({isLeader, facts: {ring: [{nodeId: 1000, name: 'one', addresses: []}]}}) as unknown as HaclusterView;

const gone = createNode('two', {id: '1001', online: false});

describe('nodes that the cluster is to forget', () => {
  it('are members that are off and that the ring has neither by id nor by name', () => {
    const nodes = [createNode('one'), gone, createNode('three', {id: '1002'})];
    assert.deepEqual(getDeparted(view(), live(nodes), []), {members: ['two'], remotes: [], votes: 1});
  });

  it('are remote nodes of which only the status section tells', () => {
    const nodes = [createNode('one'), createNode('here', {type: 'remote'})];
    assert.deepEqual(getDeparted(view(), live(nodes, {cib: createCib('here', 'left')}), []).remotes, ['left']);
  });

  it('are no remote nodes whose resource is still being stopped: their state would come back', () => {
    const resource = {id: 'left', agent: 'ocf:pacemaker:remote', role: 'Started', nodes: ['one'], orphaned: true};
    const state = {...resource, managed: true, failed: false, blocked: false};
    const cluster = live([createNode('one')], {cib: createCib('left'), resources: [state]});
    assert.deepEqual(getDeparted(view(), cluster, []).remotes, []);
  });

  it('are none for who does not lead, without quorum or without a controller', () => {
    for (const [seen, cluster] of [
      [view(false), live([gone])],
      [view(), live([gone], {quorate: false})],
      [view(), live([gone], {dc: null})],
    ] as const) {
      assert.deepEqual(getDeparted(seen, cluster, []).members, []);
    }
  });
});

describe('the facet that has nodes forgotten', () => {
  let ran: string[] = [];
  let said: string[] = [];

  beforeEach(() => {
    ran = [];
    said = [];
  });

  const forget = async (
    failing: string,
    departed: Parameters<ReturnType<typeof create>['plan']>[0]['departed'],
  ): Promise<number> => {
    const facet = create(failing);
    const steps = await facet.plan(departed === undefined ? {} : {departed});
    for (const step of steps) await step.apply();
    return (await facet.plan(departed === undefined ? {} : {departed})).length;
  };

  const create = (failing: string): ReturnType<typeof createDepartedFacet> =>
    createDepartedFacet({
      host: {
        processes: {
          run: (program, args) => {
            ran.push([program, ...args].join(' '));
            return Promise.resolve({exitCode: program === failing ? 1 : 0, stdout: '', stderr: ''});
          },
        },
      },
      tools: {
        jujuLog: (_level, message) => {
          said.push(message);
          return Promise.resolve();
        },
      },
    });

  it('has the ring expect the votes that are left before it forgets a member, which comes only once', async () => {
    assert.equal(await forget('', {members: ['two'], remotes: [], votes: 3}), 0);
    assert.deepEqual(ran, ['corosync-quorumtool -e 3', 'crm_node --force --remove two']);
  });

  it('takes away what is left of a remote node', async () => {
    await forget('', {members: [], remotes: ['left'], votes: 3});
    assert.deepEqual(ran, ['crm_node --force --remove left']);
  });

  it('forgets nobody when what must come before fails, says so, and leaves it to the next hook', async () => {
    assert.equal(await forget('corosync-quorumtool', {members: ['two'], remotes: [], votes: 3}), 0);
    assert.deepEqual(ran, ['corosync-quorumtool -e 3']);
    assert.deepEqual(said, ['corosync-quorumtool failed (status 1): removing node two again later']);
  });

  it('does nothing when nobody departed', async () => {
    await forget('', undefined);
    assert.deepEqual(ran, []);
  });
});
