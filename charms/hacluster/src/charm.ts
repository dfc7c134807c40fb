import {
  blocked,
  createLeftoversFacet,
  defineCharm,
  isReloaded,
  maintenance,
  type Desired,
  type LeftoversDecision,
  type Network,
  type WantedRelationData,
  type WantedService,
} from '#charm';
import {ALERTS_KEY, FENCING_BOUND_KEY, renderFencingBound} from '#openstack';

import {selectsFencing} from './alerts.ts';
import {cleanup, status} from './actions.ts';
import {createClusterFacet, type WantedChange} from './cluster-facet.ts';
import {getClusterFiles, getOverrides, getServices, getStoppedServices, KEPT_FILES} from './daemons.ts';
import {ha, hanode, LOADED_KEY, pacemakerRemote} from './endpoints.ts';
import {COROSYNC_CONF, PACEMAKER_KEY, readFacts, type Facts} from './facts.ts';
import {FENCING_AGENT} from './fencing-agent.ts';
import {getFencingBound} from './fencing-bound.ts';
import {getCredentialsFile, getUsedFiles, type FencingSettings} from './fencing.ts';
import {createDepartedFacet, getDeparted, type Departed} from './departed-facet.ts';
import {createGoalsFacet} from './goals.ts';
import {fenceHeld, standDown} from './held-actions.ts';
import {getFencingPolicy, POLICY_FILE} from './losses.ts';
import {parseOptions, type Options} from './options.ts';
import {OWNED_KEY, planCluster, type HaclusterView} from './plan.ts';
import {getWatch, isHeldBack, KEPT_WATCH, STOPPED_WATCH, WATCH_FILES, WATCH_REMAINS} from './quorum/service.ts';
import {COROSYNC_KEY, NEXT_KEY} from './ring-key.ts';
import {getSituation, isFormed, type Situation} from './situation.ts';
import {getStatuses} from './statuses.ts';

/** What hacluster wants of its unit and, through its leader, of the cluster. */
interface Decision extends Desired, LeftoversDecision {
  readonly cluster?: WantedChange;
  readonly needsGoals?: boolean;
  readonly departed?: Departed;
}

const PACKAGES = ['corosync', 'crmsh', 'pacemaker', 'pacemaker-cli-utils', 'resource-agents', 'cluster-glue'];

export const charm = defineCharm<Options, Facts, Decision>({
  config: parseOptions,
  endpoints: [ha, hanode, pacemakerRemote],
  networks: ['hanode'],
  readFacts,
  desire,
  facets: (ports) => [
    createGoalsFacet(ports),
    createLeftoversFacet(ports),
    createClusterFacet(ports),
    createDepartedFacet(ports),
  ],
  actions: {status, cleanup, 'fence-held': fenceHeld, 'stand-down': standDown},
});

function desire(view: HaclusterView): Decision {
  if (!view.facts.isGuarded && !view.facts.hasKey) {
    // The packages start their daemons: a cluster of a lone "node1" (LP 1874719), unless systemd is told first. A member
    // has its daemons already; it only gets back what somebody took away, with all else it has.
    return {files: getOverrides(view.config), statuses: [maintenance('installing')]};
  }
  if (view.isLeaving || isPrincipalLeaving(view)) {
    return getFarewell(view);
  }
  if (view.facts.hasKey && !isFormed(view)) {
    // Another unit's: with its key and its configuration the daemons would start a cluster of the past.
    return {
      leftovers: getLeftovers(view.facts),
      files: getOverrides(view.config),
      statuses: [maintenance('installing')],
    };
  }
  const address = getRingAddress(view.networks['hanode']);
  if (address === null) {
    return {statuses: [blocked('binding hanode has no address: bind hacluster to a space that its machine is in')]};
  }
  return decide(getSituation(view, address));
}

/** The unit's own address: a VIP that runs here is on the interface too, but is not what Juju gives to others (LP 2020669). */
function getRingAddress(network: Network | undefined): string | null {
  const addresses = network?.bindAddresses.flatMap((bind) => bind.addresses.map(({value}) => value)) ?? [];
  const given = network?.ingressAddresses.find((ingress) => addresses.includes(ingress));
  return given ?? addresses[0] ?? null;
}

/** A subordinate goes with its principal, and the relation to it is the first to say so. */
function isPrincipalLeaving({context: {event}}: HaclusterView): boolean {
  return (
    event.kind === 'relation' && event.endpoint === ha.name && (event.step === 'departed' || event.step === 'broken')
  );
}

/** Files of Pacemaker and of earlier units that must not be found by the next cluster on this machine. */
function getLeftovers({credentialFiles, cibFiles}: Facts): readonly string[] {
  return [COROSYNC_KEY, NEXT_KEY, PACEMAKER_KEY, COROSYNC_CONF, ...credentialFiles, ...cibFiles];
}

/** A unit that goes stops its daemons, so that what runs on its node moves; what the others share stays theirs. */
function getFarewell({context, config, facts}: HaclusterView): Decision {
  const statuses = [maintenance('leaving the cluster')];
  return context.event.kind === 'unit'
    ? {
        services: [STOPPED_WATCH, ...getStoppedServices()],
        files: [...getOverrides(config), ...KEPT_WATCH],
        leftovers: [...facts.cibFiles, ...WATCH_REMAINS],
        statuses,
      }
    : {statuses};
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
    files: [...getOverrides(view.config), ...FENCING_AGENT, ...WATCH_FILES, ...getFiles(situation)],
    services: getWantedServices(situation),
    relationData: getRelationData(situation, plan?.wanted),
    needsGoals: situation.needsGoals || plan?.needsGoals === true,
    ...(plan?.wanted === undefined ? {} : {cluster: plan.wanted}),
    ...getDepartedNodes(situation),
    ...getVersion(view),
    statuses: [...(plan?.problem === undefined ? [] : [plan.problem]), ...getStatuses(situation)],
  };
}

function getFiles({view, fencing, ring}: Situation): NonNullable<Desired['files']> {
  const credentials = getFencingFiles(view, fencing);
  if (ring === null) {
    return [...credentials, ...(isFormed(view) ? KEPT_FILES : [])];
  }
  return [...credentials, ...getClusterFiles(ring)];
}

/** What the device reads besides its parameters. */
function getFencingFiles({facts, config}: HaclusterView, fencing: FencingSettings): NonNullable<Desired['files']> {
  const credentials = getCredentialFiles(facts, fencing);
  return credentials.length === 0
    ? []
    : [...credentials, {path: POLICY_FILE, content: `${JSON.stringify(getFencingPolicy(config))}\n`, mode: 0o644}];
}

/** The file of the device that is wanted, and of any that the cluster still has. */
function getCredentialFiles({cluster, credentialFiles}: Facts, {maas}: FencingSettings): NonNullable<Desired['files']> {
  const wanted = maas === null ? [] : [getCredentialsFile(maas)];
  const used = cluster.state === 'down' ? credentialFiles : getUsedFiles(cluster.cib);
  const kept = credentialFiles.filter((path) => used.includes(path) && wanted.every((file) => file.path !== path));
  return [...wanted, ...kept.map((path): {path: string; keep: true} => ({path, keep: true}))];
}

function getWantedServices({view, ring, isFormable}: Situation): readonly WantedService[] {
  if (!isFormable) {
    return [STOPPED_WATCH, ...getStoppedServices()];
  }
  if (ring === null) {
    return [];
  }
  return [...(isHeldBack(view) ? [] : getServices(ring)), getWatch(view.config)];
}

/** The leader plans the cluster once enough members are ready; nothing is planned from what cannot be read. */
function getPlan({
  view,
  members,
  membership,
  remotes,
  fencing,
  request,
}: Situation): ReturnType<typeof planCluster> | null {
  const {cluster} = view.facts;
  const ready = members.filter(({isReady}) => isReady).length;
  if (!view.isLeader || cluster.state === 'down' || !cluster.quorate || request.kind === 'not ready') {
    return null;
  }
  return membership.problems.length > 0 || ready < Math.min(view.config.cluster_count, members.length)
    ? null
    : planCluster({view, cluster, request, members, remotes, fencing});
}

function getDepartedNodes({view, members, membership}: Situation): Pick<Decision, 'departed'> {
  const {cluster} = view.facts;
  return cluster.state === 'down' || membership.problems.length > 0
    ? {}
    : {departed: getDeparted(view, cluster, members)};
}

function getRelationData(situation: Situation, wanted: WantedChange | undefined): readonly WantedRelationData[] {
  const {view, members, keys} = situation;
  const isClustered = isReadyTogether(situation);
  const {live, next} = isFormed(view) ? view.facts.ringKeys : {};
  const own = members.find(({unit}) => unit === view.context.unit);
  const peers = hanode.relations(view).flatMap(({id, applicationData}): WantedRelationData[] => {
    const owned = wanted === undefined ? applicationData[OWNED_KEY] : wanted.remembered.join(' ');
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
          ...(live === undefined ? {} : {'corosync-key-live': live}),
          ...(next === undefined ? {} : {'corosync-key-next': next}),
          ...getLoaded(situation),
        },
        // Said once: a daemon that restarts is no reason for the others to plan anew.
        keep: ['member_ready', LOADED_KEY],
      },
      {
        relationId: id,
        scope: 'application',
        data: {...keys.shared, ...(owned === undefined || owned === '' ? {} : {[OWNED_KEY]: owned})},
      },
    ];
  });
  const answers = {
    ...(isClustered ? {clustered: 'yes'} : {}),
    ...getRegisteredAlerts(situation),
    ...getBound(situation),
  };
  // What cannot be told now stays as it was said: while a daemon restarts the cluster is what it was.
  const keep = ['clustered', ALERTS_KEY, FENCING_BOUND_KEY].filter((key) => !(key in answers));
  const principals = ha
    .relations(view)
    .map(({id}): WantedRelationData => ({relationId: id, scope: 'unit', data: answers, keep}));
  const remotes = pacemakerRemote.relations(view).map(({id}): WantedRelationData => {
    const {pacemaker} = keys;
    const data = pacemaker === undefined ? {} : {'pacemaker-key': pacemaker, ...getTakesBack(situation)};
    return {relationId: id, scope: 'unit', data, keep: situation.request.kind === 'not ready' ? ['takes-back'] : []};
  });
  return [...peers, ...principals, ...remotes];
}

/** Which of its alerts the principal finds registered; nothing while that cannot be told. Nothing is said to one that asks for none. */
function getRegisteredAlerts({view, request}: Situation): Answers {
  const {cluster} = view.facts;
  if (cluster.state === 'down' || request.kind === 'not ready') {
    return {};
  }
  const known = new Set(cluster.cib.alerts.map(({id}) => id));
  const registered = request.declaration.alerts.map(({id}) => id).filter((id) => known.has(id));
  return {[ALERTS_KEY]: registered.join(' ')};
}

type Answers = Readonly<Record<string, string>>;

/**
 * How long the principal has to wait before a remote node that does not answer is off; nothing while that cannot be told. A node that
 * joins has a configuration without anything in it until it is online.
 */
function getBound({view: {facts, config, host}}: Situation): Answers {
  const {cluster} = facts;
  if (cluster.state === 'down' || !cluster.nodes.some(({name, online}) => name === host.hostname && online)) {
    return {};
  }
  return {[FENCING_BOUND_KEY]: renderFencingBound(getFencingBound(cluster.cib, config.cluster_count))};
}

/**
 * Remote nodes may leave in order only where a cold start fences nobody: a node that has left and was not seen since the members started is
 * UNCLEAN otherwise, and fenced at once (seen with crm_simulate 2.1.5).
 */
function getTakesBack({request}: Situation): Readonly<Record<string, string>> {
  return request.kind === 'ready' && request.declaration.alerts.some(selectsFencing) ? {'takes-back': 'true'} : {};
}

/** The key with which Corosync was last made to reload here; nothing while it has yet to be. */
function getLoaded({view, ring}: Situation): Readonly<Record<string, string>> {
  const [corosync] = ring === null ? [] : getServices(ring);
  return ring === null || corosync === undefined || !isFormed(view) || !isReloaded(corosync, view.facts)
    ? {}
    : {[LOADED_KEY]: ring.ringKey.live};
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
