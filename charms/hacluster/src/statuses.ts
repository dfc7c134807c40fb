import {active, blocked, maintenance, waiting, type Status} from '#charm';
import {getConnectedRemotes, type Cib, type NodeState} from '#cluster';

import {getUnfenced} from './fencing.ts';
import {getMinutes, getWaiting, readLosses, type Loss} from './losses.ts';
import {checkResources} from './plan.ts';
import {isHeldBack} from './quorum/service.ts';
import {isFormed, type Situation} from './situation.ts';

/** Every reason for a status, in the order in which they matter. */
export function getStatuses(situation: Situation): readonly Status[] {
  const {view, membership, remotes, fencing, request} = situation;
  return [
    ...membership.problems,
    ...remotes.problems,
    ...fencing.problems,
    ...checkHeld(view),
    ...(request.kind === 'not ready' ? [request.status] : []),
    ...checkFormation(situation),
    ...checkCluster(situation),
    ...(view.config['maintenance-mode'] ? [maintenance('Pacemaker in maintenance mode')] : []),
    active(`Unit is ready and clustered${getOutside(situation)}`),
  ];
}

/** Remotes that nobody protects now: switched off, paused, or not taken back yet. That may be meant, so it is no reason to wait. */
function getOutside({remotes, view: {facts}}: Situation): string {
  if (facts.cluster.state === 'down') {
    return '';
  }
  const {nodes, resources} = facts.cluster;
  const connected = getConnectedRemotes(nodes, resources);
  const outside = remotes.remotes.filter(({hostname}) => !connected.has(hostname)).map(({hostname}) => hostname);
  return outside.length === 0 ? '' : `; not connected to: ${outside.join(' ')}`;
}

/** Remotes that the policy keeps from being fenced, and those that an operator has released and that are not off yet. */
function checkHeld({facts: {cluster}, config}: Situation['view']): readonly Status[] {
  if (cluster.state === 'down') {
    return [];
  }
  const waitingFor = getWaiting(cluster);
  const held = waitingFor.filter(({state}) => state === 'held');
  const released = waitingFor.filter(({state}) => state === 'released').map(({node}) => node);
  return [
    ...(held.length > 0 ? [blocked(describeHeld(held, readLosses(cluster.cib), config))] : []),
    ...(released.length > 0 ? [waiting(`for ${released.join(' ')} to be fenced, as fence-held said`)] : []),
  ];
}

function describeHeld(held: readonly Loss[], losses: readonly Loss[], config: Situation['view']['config']): string {
  const {'fencing-share': share, 'fencing-window': window} = config;
  const first = Math.min(...held.map(({since}) => since));
  const others = losses.filter(({state, since}) => state === 'fencing' && Math.abs(first - since) <= window * 1000);
  const names = held.map(({node}) => node).join(' ');
  const near = others.length === 0 ? '' : ` within ${getMinutes(window)} of ${others.map(({node}) => node).join(' ')}`;
  return `fencing held: ${names} lost${near}, more than fencing-share ${share}%; run action fence-held or stand-down`;
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

function checkCluster(situation: Situation): readonly Status[] {
  const {view, members, request, ring} = situation;
  const {cluster} = view.facts;
  if (!isFormed(view)) {
    return [waiting('for the cluster to be configured')];
  }
  if (cluster.state === 'down' && isHeldBack(view)) {
    return [waiting('the ring had no quorum here: Pacemaker starts when it has')];
  }
  if (cluster.state === 'down') {
    return [waiting(`Pacemaker does not answer: ${cluster.reason}`)];
  }
  const ready = members.filter(({isReady}) => isReady).length;
  const declared = request.kind === 'ready' ? request.declaration.primitives.map(({id}) => id) : [];
  return [
    ...checkRingKey(ring),
    ...(ready < view.config.cluster_count
      ? [waiting(`for the other members: ${ready} of ${members.length} are ready`)]
      : []),
    ...checkResources(declared, cluster, view.host.hostname),
    ...checkLost(cluster.nodes),
    ...checkUnfenced(situation, cluster.cib),
  ];
}

function checkRingKey(ring: Situation['ring']): readonly Status[] {
  const {waitingFor: late, reloadsAfter: before} = ring?.ringKey ?? {waitingFor: [], reloadsAfter: []};
  return [
    ...(late.length > 0 ? [waiting(`for the other members to have the ring's new key: ${late.join(', ')}`)] : []),
    ...(before.length > 0
      ? [waiting(`for the other members to read the ring's new key first: ${before.join(', ')}`)]
      : []),
  ];
}

/** Remote nodes that are lost and were not seen off yet, which takes seconds when fencing works. */
export function checkLost(nodes: readonly NodeState[]): readonly Status[] {
  return nodes
    .filter(({type, unclean}) => type === 'remote' && unclean)
    .map(({name}) => waiting(`${name} is lost and not fenced yet: its guests are started nowhere; see crm status`));
}

/** It is a matter of the next hook once they are online. What was fenced before and is off may be meant to be. */
function checkUnfenced({remotes, fencing}: Situation, cib: Cib): readonly Status[] {
  const names = fencing.maas === null ? [] : getUnfenced(remotes.remotes, fencing.maas, cib);
  return names.length === 0 ? [] : [waiting(`for ${names.join(' ')} to be seen online: until then nothing fences it`)];
}
