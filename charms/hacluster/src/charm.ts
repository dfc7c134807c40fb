import {
  active,
  blocked,
  defineCharm,
  maintenance,
  waiting,
  type Desired,
  type Status,
  type WantedRelationData,
  type WantedService,
} from '#charm';

import {cleanup, status} from './actions.ts';
import {createClusterFacet, type WantedChange} from './cluster-facet.ts';
import {getClusterFiles, getOverrides, getServices, getStoppedServices, KEPT_FILES, type RingInput} from './daemons.ts';
import {ha, hanode, pacemakerRemote} from './endpoints.ts';
import {readFacts, type Facts} from './facts.ts';
import {getCredentialsFile, getFencingSettings, type FencingSettings} from './fencing.ts';
import {getKeys, type Keys} from './keys.ts';
import {getMembers, type Member} from './members.ts';
import {parseOptions, type Options} from './options.ts';
import {
  checkResources,
  getMulticastPort,
  getRequest,
  OWNED_KEY,
  planCluster,
  type HaclusterView,
  type Request,
} from './plan.ts';
import {getRemotes, type Remotes} from './remotes.ts';

/** What hacluster wants of its unit and, through its leader, of the cluster. */
interface Decision extends Desired {
  readonly cluster?: WantedChange;
}

const PACKAGES = ['corosync', 'crmsh', 'pacemaker', 'pacemaker-cli-utils', 'resource-agents', 'cluster-glue'];

export const charm = defineCharm<Options, Facts, Decision>({
  config: parseOptions,
  endpoints: [ha, hanode, pacemakerRemote],
  networks: ['hanode'],
  readFacts,
  desire,
  facets: (ports) => [createClusterFacet(ports)],
  actions: {status, cleanup},
});

/** What the parts of the decision share. */
interface Situation {
  readonly view: HaclusterView;
  readonly members: readonly Member[];
  readonly keys: Keys;
  readonly remotes: Remotes;
  readonly fencing: FencingSettings;
  readonly request: Request;
  /** There are units enough, or have been when the cluster was made. */
  readonly isFormable: boolean;
  /** What a member's daemons are configured with; null until there is all of it. */
  readonly ring: RingInput | null;
}

function desire(view: HaclusterView): Decision {
  if (!view.facts.isGuarded) {
    // The packages start their daemons: a cluster of a lone "node1" (LP 1874719), unless systemd is told first.
    return {files: getOverrides(view.config), statuses: [maintenance('installing')]};
  }
  if (view.isLeaving) {
    return getFarewell(view);
  }
  const address = view.networks['hanode']?.bindAddresses[0]?.addresses[0]?.value;
  if (address === undefined) {
    return {statuses: [blocked('binding hanode has no address: bind hacluster to a space that its machine is in')]};
  }
  return decide(getSituation(view, address));
}

/** A unit that goes stops its daemons, so that what runs on its node moves; what the others share stays theirs. */
function getFarewell({context}: HaclusterView): Decision {
  const isStopping = context.event.kind === 'unit';
  return {...(isStopping ? {services: getStoppedServices()} : {}), statuses: [maintenance('leaving the cluster')]};
}

function getSituation(view: HaclusterView, address: string): Situation {
  const {cluster} = view.facts;
  const members = getMembers(view, {address, isUp: cluster.state === 'up'});
  const remotes = getRemotes(
    view,
    members.map(({hostname}) => hostname),
  );
  const keys = getKeys(view);
  const isFormable = view.facts.isFormed || members.length >= view.config.cluster_count;
  return {
    view,
    members,
    remotes,
    keys,
    fencing: getFencingSettings(view.config, remotes.remotes),
    request: getRequest(view),
    isFormable,
    ring: isFormable ? getRing(view, {address, members, keys}) : null,
  };
}

function getRing(
  view: HaclusterView,
  {address, members, keys}: {readonly address: string; readonly members: readonly Member[]; readonly keys: Keys},
): RingInput | null {
  const {corosync, pacemaker} = keys;
  if (corosync === undefined || pacemaker === undefined) {
    return null;
  }
  const {config: options, host, context} = view;
  const multicastPort = getMulticastPort(view);
  return {options, host, address, members, corosync, pacemaker, multicastPort, clusterName: context.application};
}

function decide(situation: Situation): Decision {
  const {view, keys} = situation;
  const [problem] = keys.problems;
  if (problem !== undefined) {
    return {statuses: [blocked(`option ${problem.key} ${problem.message}`)]};
  }
  const plan = getPlan(situation);
  return {
    packages: PACKAGES,
    files: [...getOverrides(view.config), ...getFiles(situation)],
    services: getWantedServices(situation),
    relationData: getRelationData(situation, plan?.wanted),
    ...(plan?.wanted === undefined ? {} : {cluster: plan.wanted}),
    ...getVersion(view),
    statuses: [...(plan?.problem === undefined ? [] : [plan.problem]), ...getStatuses(situation)],
  };
}

function getFiles({view, fencing, ring}: Situation): NonNullable<Desired['files']> {
  const credentials = getCredentialFiles(view.facts, fencing);
  if (ring === null) {
    return [...credentials, ...(view.facts.isFormed ? KEPT_FILES : [])];
  }
  return [...credentials, ...getClusterFiles(ring)];
}

/** While the settings cannot be used, the device that the cluster has still needs its file. */
function getCredentialFiles(facts: Facts, {maas, problems}: FencingSettings): NonNullable<Desired['files']> {
  if (problems.length > 0) {
    return facts.credentialFiles.map((path) => ({path, keep: true}));
  }
  return maas === null ? [] : [getCredentialsFile(maas)];
}

function getWantedServices({ring, isFormable}: Situation): readonly WantedService[] {
  if (!isFormable) {
    return getStoppedServices();
  }
  return ring === null ? [] : getServices(ring);
}

/** The leader plans the cluster once enough members are ready; nothing is planned from what cannot be read. */
function getPlan({view, members, remotes, fencing, request}: Situation): ReturnType<typeof planCluster> | null {
  const {cluster} = view.facts;
  const ready = members.filter(({isReady}) => isReady).length;
  if (!view.isLeader || cluster.state === 'down' || !cluster.quorate || request.kind === 'not ready') {
    return null;
  }
  return ready < Math.min(view.config.cluster_count, members.length)
    ? null
    : planCluster({view, cluster, request, members, remotes, fencing});
}

function getRelationData(situation: Situation, wanted: WantedChange | undefined): readonly WantedRelationData[] {
  const {view, members, keys} = situation;
  const isClustered = isReadyTogether(situation);
  const own = members.find(({unit}) => unit === view.context.unit);
  const peers = hanode.relations(view).flatMap(({id, applicationData}): WantedRelationData[] => {
    const owned = wanted === undefined ? applicationData[OWNED_KEY] : wanted.record.join(' ');
    return [
      {
        relationId: id,
        scope: 'unit',
        data: {
          'private-address': own?.address ?? '',
          hostname: view.host.hostname,
          machine: view.context.machineId,
          ready: 'True',
          ...(own?.isReady === true ? {member_ready: 'True'} : {}),
        },
        // Said once: a daemon that restarts is no reason for the others to plan anew.
        keep: ['member_ready'],
      },
      {
        relationId: id,
        scope: 'application',
        data: {...keys.shared, ...(owned === undefined || owned === '' ? {} : {[OWNED_KEY]: owned})},
      },
    ];
  });
  const principals = ha.relations(view).map(({id}): WantedRelationData => {
    return {relationId: id, scope: 'unit', data: isClustered ? {clustered: 'yes'} : {}, keep: ['clustered']};
  });
  const remotes = pacemakerRemote.relations(view).map(({id}): WantedRelationData => {
    const {pacemaker} = keys;
    return {relationId: id, scope: 'unit', data: pacemaker === undefined ? {} : {'pacemaker-key': pacemaker}};
  });
  return [...peers, ...principals, ...remotes];
}

/** This unit's Pacemaker answers and enough members say the same. */
function isReadyTogether({view, members}: Situation): boolean {
  const ready = members.filter(({isReady}) => isReady).length;
  return view.facts.cluster.state === 'up' && ready >= view.config.cluster_count;
}

function getVersion({facts: {cluster}}: HaclusterView): {readonly workloadVersion?: string} {
  return cluster.state === 'down' || cluster.pacemakerVersion === ''
    ? {}
    : {workloadVersion: cluster.pacemakerVersion.split('-')[0] ?? ''};
}

function getStatuses(situation: Situation): readonly Status[] {
  const {view, remotes, fencing, request} = situation;
  return [
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

function checkCluster({view, members, request}: Situation): readonly Status[] {
  const {cluster, isFormed} = view.facts;
  if (!isFormed) {
    return [waiting('for the cluster to be configured')];
  }
  if (cluster.state === 'down') {
    return [waiting(`Pacemaker does not answer: ${cluster.reason}`)];
  }
  const ready = members.filter(({isReady}) => isReady).length;
  const declared = request.kind === 'ready' ? request.declaration.primitives.map(({id}) => id) : [];
  return [
    ...(ready < view.config.cluster_count
      ? [waiting(`for the other members: ${ready} of ${members.length} are ready`)]
      : []),
    ...checkResources(declared, cluster, view.host.hostname),
  ];
}
