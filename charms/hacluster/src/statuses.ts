import {active, blocked, maintenance, waiting, type Status} from '#charm';
import type {NodeState} from '#cluster';

import {checkResources} from './plan.ts';
import {isFormed, type Situation} from './situation.ts';

/** Every reason for a status, in the order in which they matter. */
export function getStatuses(situation: Situation): readonly Status[] {
  const {view, membership, remotes, fencing, request} = situation;
  return [
    ...membership.problems,
    ...remotes.problems,
    ...fencing.problems,
    ...(request.kind === 'not ready' ? [request.status] : []),
    ...checkFormation(situation),
    ...checkCluster(situation),
    ...(view.config['maintenance-mode'] ? [maintenance('Pacemaker in maintenance mode')] : []),
    active('Unit is ready and clustered'),
  ];
}

function checkFormation({view, members, keys}: Situation): readonly Status[] {
  const {cluster_count: count} = view.config;
  if (members.length < count) {
    return [blocked(`${members.length} of ${count} units are there (option cluster_count)`)];
  }
  return keys.corosync === undefined || keys.pacemaker === undefined
    ? [waiting('for the leader to make the keys of the cluster')]
    : [];
}

function checkCluster({view, members, request, ring}: Situation): readonly Status[] {
  const {cluster} = view.facts;
  if (!isFormed(view)) {
    return [waiting('for the cluster to be configured')];
  }
  if (cluster.state === 'down') {
    return [waiting(`Pacemaker does not answer: ${cluster.reason}`)];
  }
  const ready = members.filter(({isReady}) => isReady).length;
  const declared = request.kind === 'ready' ? request.declaration.primitives.map(({id}) => id) : [];
  const late = ring?.ringKey.waitingFor ?? [];
  return [
    ...(late.length > 0 ? [waiting(`for the other members to have the ring's new key: ${late.join(', ')}`)] : []),
    ...(ready < view.config.cluster_count
      ? [waiting(`for the other members: ${ready} of ${members.length} are ready`)]
      : []),
    ...checkResources(declared, cluster, view.host.hostname),
    ...checkLost(cluster.nodes),
  ];
}

/** Remote nodes that are lost and were not seen off yet, which takes seconds when fencing works. */
export function checkLost(nodes: readonly NodeState[]): readonly Status[] {
  return nodes
    .filter(({type, unclean}) => type === 'remote' && unclean)
    .map(({name}) => waiting(`${name} is lost and not fenced yet: its guests are started nowhere; see crm status`));
}
