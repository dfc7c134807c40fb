import {declaredIds} from '#cluster';

import type {RingInput} from './daemons.ts';
import {hanode, LOADED_KEY} from './endpoints.ts';
import {getFencingSettings, type FencingSettings} from './fencing.ts';
import {getKeys, type Keys} from './keys.ts';
import {getMembers, getNodeId, type Member, type Members} from './members.ts';
import {getMulticastPort, getRequest, type HaclusterView, type Request} from './plan.ts';
import {getRemotes, type Remotes} from './remotes.ts';
import {planRingKey} from './ring-key.ts';

/** What the parts of the decision share. */
export interface Situation {
  readonly view: HaclusterView;
  /** Those that have said who they are; this unit is one. */
  readonly members: readonly Member[];
  readonly membership: Members;
  readonly keys: Keys;
  readonly remotes: Remotes;
  readonly fencing: FencingSettings;
  readonly request: Request;
  /** This unit is a member, or there are units enough to make the cluster. */
  readonly isFormable: boolean;
  /** Who is meant to be there would tell more than is seen, and has not been asked. */
  readonly needsGoals: boolean;
  /** What a member's daemons are configured with; null until there is all of it. */
  readonly ring: RingInput | null;
}

/** Makes out of a view what is decided from; `address` is this unit's on the ring. */
export function getSituation(view: HaclusterView, address: string): Situation {
  const {cluster} = view.facts;
  const membership = getMembers(view, {address, isUp: cluster.state === 'up', keys: view.facts.ringKeys});
  const members = membership.known;
  const request = getRequest(view);
  const remotes = getRemotes(view, getTakenNames(members, request));
  const keys = getKeys(view);
  const isFormable = isFormed(view) || isReadyToForm(view, membership);
  return {
    view,
    members,
    membership,
    remotes,
    keys,
    fencing: getFencingSettings(view.config, remotes.remotes),
    request,
    isFormable,
    needsGoals:
      view.facts.goals === null && (isFormed(view) ? isRingLarger(view, membership) : isClusterThere(view, membership)),
    ring: isFormable && membership.problems.length === 0 ? getRing(view, {address, membership, keys}) : null,
  };
}

/**
 * Whether this unit is a member: it wrote the ring's key itself, or has said before that it is one (an earlier charm may
 * have written the key). A key that another unit left on the machine makes nobody a member.
 */
export function isFormed(view: HaclusterView): boolean {
  const {hasKey, isKeyOwn} = view.facts;
  const saysSo = hanode.relations(view).some(({unitData}) => unitData['member_ready'] !== undefined);
  return hasKey && (isKeyOwn || saysSo);
}

/** A new cluster waits for units enough; who joins one that is there waits to know the whole ring. */
function isReadyToForm(view: HaclusterView, membership: Members): boolean {
  const {known, unknown} = membership;
  const isWhole = view.facts.goals !== null && unknown.length === 0;
  return known.length >= view.config.cluster_count && (!isClusterThere(view, membership) || isWhole);
}

function isClusterThere({context}: HaclusterView, {known}: Members): boolean {
  return known.some(({unit, isReady}) => isReady && unit !== context.unit);
}

/** Whether the ring has nodes of which nothing is seen. */
function isRingLarger({facts}: HaclusterView, {known}: Members): boolean {
  const ids = new Set(known.map(({nodeId}) => nodeId));
  return facts.ring.some(({nodeId}) => !ids.has(nodeId));
}

function getTakenNames(members: readonly Member[], request: Request): ReadonlyMap<string, string> {
  const resources = request.kind === 'ready' ? declaredIds(request.declaration) : [];
  return new Map([
    ...resources.map((id): [string, string] => [id, 'something that the principal asks for']),
    ...members.map(({hostname}): [string, string] => [hostname, 'a member of the cluster']),
  ]);
}

interface RingParts {
  readonly address: string;
  readonly membership: Members;
  readonly keys: Keys;
}

function getRing(view: HaclusterView, {address, membership, keys}: RingParts): RingInput | null {
  const {corosync, pacemaker} = keys;
  if (corosync === undefined || pacemaker === undefined) {
    return null;
  }
  const {config: options, host, context, facts} = view;
  const staying = new Set(membership.unknown.map(getNodeId));
  const ids = new Set(membership.known.map(({nodeId}) => nodeId));
  return {
    options,
    host,
    address,
    members: membership.known,
    ringKey: planRingKey({
      wanted: corosync,
      own: {...facts.ringKeys, loaded: getSaidLoaded(view)},
      nodeId: getNodeId(context.unit),
      others: membership.known.filter(({unit, isReady}) => isReady && unit !== context.unit),
    }),
    keptNodes: facts.ring.filter(
      ({nodeId}) => !ids.has(nodeId) && (facts.goals === null || staying.has(nodeId) || isAlive(facts, nodeId)),
    ),
    corosync,
    pacemaker,
    multicastPort: getMulticastPort(view),
    clusterName: context.application,
  };
}

function getSaidLoaded(view: HaclusterView): string | undefined {
  return hanode.relations(view)[0]?.unitData[LOADED_KEY];
}

/**
 * Whether a node is still there. One that leaves stays in the ring until it has stopped: with its name out of the configuration of
 * some members and not of others, Corosync loses the token, and with it quorum for seconds (seen with 3.1.7).
 */
function isAlive({cluster}: HaclusterView['facts'], nodeId: number): boolean {
  return (
    cluster.state === 'up' &&
    cluster.nodes.some(
      ({type, id, online, pending}) => type === 'member' && id === String(nodeId) && (online || pending),
    )
  );
}
