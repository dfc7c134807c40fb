import {blocked, describeRelationProblem, getSha1, waiting, type Status, type View} from '#charm';
import {
  checkChange,
  diff,
  emptyDeclaration,
  getConnectedRemotes,
  isEmptyChange,
  reconcile,
  type Change,
  type Cib,
  type ClusterReading,
  type NodeState,
  type ResourceState,
} from '#cluster';
import {hasHaRequest} from '#openstack';

import type {WantedChange} from './cluster-facet.ts';
import {declareCluster, getOwnedIds, getRecord, getRecordedRequest, getRecordedUnits} from './declaration.ts';
import {ha, hanode} from './endpoints.ts';
import type {Facts} from './facts.ts';
import {getFencedNodes, makeFencingDevices, type FencingSettings} from './fencing.ts';
import {readHaRequest, type ParsedRequest} from './ha-request.ts';
import {forgetPastLosses, getFencingPolicy} from './losses.ts';
import type {Member} from './members.ts';
import type {Options} from './options.ts';
import type {Remotes} from './remotes.ts';

export type HaclusterView = View<Options, Facts>;

/** A cluster that answers. */
export type LiveCluster = Extract<ClusterReading, {state: 'up'}>;

/** What the principal asks for, or why it cannot be taken. No relation with a principal's request asks for nothing. */
export type Request =
  | {readonly kind: 'ready'; readonly declaration: NonNullable<ParsedRequest['declaration']>}
  | {readonly kind: 'not ready'; readonly status: Status};

export function getRequest(view: HaclusterView): Request {
  const found = ha.relations(view).flatMap((relation) => relation.units.map((unit) => ({relation, unit})))[0];
  if (found === undefined) {
    return getRequestOfNobody(view);
  }
  const {relation, unit} = found;
  if (!hasHaRequest(unit.data)) {
    return {kind: 'not ready', status: waiting(`'ha' incomplete: ${unit.name} has not said what to run`)};
  }
  const {declaration, problems = []} = readHaRequest(unit.data);
  const [problem] = problems;
  return declaration === undefined
    ? {
        kind: 'not ready',
        status: blocked(describeRelationProblem(relation, unit.name, problem ?? {key: '', message: 'is not valid'})),
      }
    : {kind: 'ready', declaration};
}

/** Without a principal that asks there is nothing to run; but what one has asked for does not go for want of a relation. */
function getRequestOfNobody(view: HaclusterView): Request {
  if (ha.relations(view).length > 0) {
    return {kind: 'not ready', status: waiting("'ha' incomplete")};
  }
  return getRecordedRequest(getSharedRecord(view)).length > 0
    ? {kind: 'not ready', status: waiting("'ha' missing: what ran before stays as it is")}
    : {kind: 'ready', declaration: emptyDeclaration};
}

/** The multicast port that the principal names, for a ring that uses one; null when it names none that can be one. */
export function getMulticastPort(view: HaclusterView): number | null {
  const [unit] = ha.relations(view).flatMap((relation) => relation.units);
  const port = Number(unit?.data['corosync_mcastport']);
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : null;
}

export interface PlanInput {
  readonly view: HaclusterView;
  readonly cluster: LiveCluster;
  readonly request: Extract<Request, {kind: 'ready'}>;
  readonly members: readonly Member[];
  readonly remotes: Remotes;
  readonly fencing: FencingSettings;
}

/** The one change that makes the cluster what it should be, or why it would not be a valid one. */
export type Plan =
  | {readonly wanted: WantedChange; readonly problem?: undefined; readonly needsGoals: boolean}
  | {readonly wanted?: undefined; readonly problem: Status; readonly needsGoals: boolean};

export function planCluster(input: PlanInput): Plan {
  const {view, cluster, remotes} = input;
  const {cib} = cluster;
  const shared = getSharedRecord(view);
  const known = [...shared, ...view.facts.intents];
  const owned = getOwnedIds(cib, known);
  const kept = getKeptRemotes(remotes, view.facts.goals, known);
  const needsGoals = view.facts.goals === null && kept.size > 0;
  const declared = declare(input, {owned, kept: [...kept.keys()]});
  const {cib: target} = reconcile({have: cib, declared, owned});
  const change = diff(
    cib,
    forgetPastLosses(target, cluster, {policy: getFencingPolicy(view.config), now: view.facts.now}),
  );
  const problem = checkPlan(change, cib, view.facts.refused);
  if (problem !== null) {
    return {problem, needsGoals};
  }
  const units = new Map([...kept, ...remotes.remotes.map(({hostname, unit}): [string, string] => [hostname, unit])]);
  const record = getRecord(declared, units);
  const remembered = isEmptyChange(change) ? record : [...new Set([...shared, ...record])].sort();
  return {needsGoals, wanted: {change, base: cib, record, remembered, isRecorded: record.join() === shared.join()}};
}

/**
 * Remotes that stay as the cluster has them, each with its unit: those that offer nothing that can be used, and whose units are, or for
 * all that is known may be, still to be there.
 */
export function getKeptRemotes(
  remotes: Pick<Remotes, 'remotes' | 'unusable'>,
  goals: Facts['goals'],
  record: readonly string[],
): ReadonlyMap<string, string> {
  const offered = new Set(remotes.remotes.map(({hostname}) => hostname));
  const units = new Set(remotes.remotes.map(({unit}) => unit));
  const {unusable} = remotes;
  const recorded = [...getRecordedUnits(record)].filter(([name]) => !offered.has(name));
  return new Map(
    recorded.filter(
      ([name, unit]) =>
        unusable.names.has(name) ||
        unusable.units.has(unit) ||
        (!units.has(unit) && (goals?.remotes.has(unit) ?? true)),
    ),
  );
}

function checkPlan(change: Change, cib: Cib, refused: readonly string[]): Status | null {
  const [problem] = checkChange(change, cib);
  if (problem !== undefined) {
    return blocked(`the cluster's configuration would be invalid: ${problem.id}: ${problem.problem}`);
  }
  return refused.length > 0 && refused.includes(getChangeDigest(change))
    ? blocked('Pacemaker refuses what is asked for over relation ha as invalid; debug-log shows the change')
    : null;
}

/** What tells one change from another. */
export function getChangeDigest(change: Change): string {
  return getSha1(JSON.stringify(change));
}

function declare(
  {view, cluster, request, members, remotes, fencing}: PlanInput,
  {owned, kept}: {readonly owned: readonly string[]; readonly kept: readonly string[]},
): ReturnType<typeof declareCluster> {
  const {cib, nodes, resources} = cluster;
  const known = new Set(cib.nodes.filter(({type}) => type === 'member').map(({uname}) => uname));
  const present = members.filter(({hostname}) => known.has(hostname));
  const {maas} = fencing;
  const devices =
    maas === null
      ? []
      : makeFencingDevices(maas, getFencedNodes(remotes.remotes, present, {cib, nodes, resources, maas, kept}));
  return declareCluster({
    options: view.config,
    request: request.declaration,
    members: present.map(({hostname}) => hostname),
    remotes: remotes.remotes,
    devices,
    keepsRemotes: remotes.isMixed || fencing.problems.length > 0,
    keptRemotes: kept,
    cib,
    owned,
    connected: getConnectedRemotes(nodes, resources),
  });
}

/** What is ours in the cluster, as the leaders remember it in the application's own data. */
export function getSharedRecord(view: HaclusterView): readonly string[] {
  const text = hanode.relations(view)[0]?.applicationData[OWNED_KEY] ?? '';
  return text === '' ? [] : text.split(' ');
}

export const OWNED_KEY = 'owned';

/** Why the cluster does not do yet what it should, in the order in which it matters. */
export function checkResources(
  declared: readonly string[],
  {
    resources,
    nodes,
    quorate,
  }: {
    readonly resources: readonly ResourceState[];
    readonly nodes: readonly NodeState[];
    readonly quorate: boolean;
  },
  hostname: string,
): readonly Status[] {
  const own = nodes.find(({name}) => name === hostname);
  // An instance of a clone beyond those that are wanted, which Pacemaker keeps once it has looked for it on a remote node, is
  // called orphaned and is not meant to run.
  const stopped = resources.filter(
    ({id, nodes: where, orphaned}) => declared.includes(id) && where.length === 0 && !orphaned,
  );
  return [
    ...(quorate ? [] : [waiting('the cluster has no quorum')]),
    ...(own?.online === true ? [] : [waiting(`node ${hostname} is not online in the cluster`)]),
    ...stopped.map(({id}) => waiting(`resource ${id} is not running`)),
  ];
}
