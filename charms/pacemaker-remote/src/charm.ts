import * as z from 'zod/mini';

import {
  active,
  blocked,
  defineCharm,
  defineEndpoint,
  describeRelationProblem,
  getSha1,
  parseWith,
  readInstalled,
  waiting,
  type CharmPorts,
  type Desired,
  type Status,
  type View,
  type WantedRelationData,
  type WantedService,
} from '#charm';

import {pause, resume} from './actions.ts';
import {getLeaveFiles, LEAVE, LEAVE_OVERRIDE, parseSession, PAUSED, SESSION, TOLD, type Session} from './leave.ts';
import {paused} from './statuses.ts';

interface Options {
  readonly 'enable-stonith': boolean;
  readonly 'enable-resources': boolean;
}

/** What the packages on the machine say: a member of a cluster cannot be a remote node too. */
interface Facts {
  readonly isMember: boolean;
  readonly version: string;
  /** Whether this charm has put the cluster's key on the machine. Debian's package puts one there that no cluster has. */
  readonly hasKey: boolean;
  /** Whether systemd has the daemon leave its cluster in order when it stops it. */
  readonly leavesInOrder: boolean;
  readonly isPaused: boolean;
  /** What the daemon is in; null before it was started with one. */
  readonly session: Session | null;
}

/** The key of Pacemaker Remote is raw base64 on this relation, not JSON (the Python charm hacluster's hooks/hooks.py). */
const key = z.string().check(z.refine((text) => /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text), 'must be base64'));

const cluster = defineEndpoint({
  name: 'pacemaker-remote',
  unit: parseWith(z.object({'pacemaker-key': z.optional(key), 'takes-back': z.optional(z.string())})),
});

const AUTHKEY = '/etc/pacemaker/authkey';

/** Packages leave their own keys writable (0640): by this one the charm knows what it wrote. */
const KEY_MODE = 0o440;

export const charm = defineCharm<Options, Facts>({
  config: parseWith(z.object({'enable-stonith': z.boolean(), 'enable-resources': z.boolean()})),
  endpoints: [cluster],
  networks: ['pacemaker-remote'],
  readFacts,
  desire,
  actions: {pause, resume},
});

async function readFacts({host, context}: CharmPorts): Promise<Facts> {
  const installed = await readInstalled(host.processes, ['pacemaker', 'pacemaker-remote']);
  return {
    isMember: installed.has('pacemaker'),
    version: installed.get('pacemaker-remote') ?? '',
    hasKey: (await host.files.read(AUTHKEY))?.mode === KEY_MODE,
    leavesInOrder: (await host.files.read(LEAVE_OVERRIDE)) !== null,
    isPaused: (await host.files.read(PAUSED))?.content.trim() === context.unit,
    session: parseSession((await host.files.read(SESSION))?.content ?? ''),
  };
}

function desire(view: View<Options, Facts>): Desired {
  if (view.facts.isMember) {
    // The two packages conflict: installing one would take the other off a working cluster.
    return {
      statuses: [blocked('this machine is a member of a cluster (package pacemaker): it cannot be a remote node too')],
    };
  }
  if (view.isLeaving) {
    return {services: getLeavingServices(view), statuses: [waiting('leaving the cluster')]};
  }
  const offered = getKeys(view);
  return {
    packages: ['pacemaker-remote', 'resource-agents'],
    files: [getKeyFile(offered), ...getFilesToLeave(view)],
    services: [getDaemon(view, offered)],
    // Without its key a remote node cannot be connected to: one that is offered before would fail on every member, and the
    // cluster would want it fenced. Once offered it stays, whatever becomes of the key on the relation.
    relationData: offered.length > 0 || view.facts.hasKey ? getRelationData(view) : [],
    ...(view.facts.version === '' ? {} : {workloadVersion: getUpstreamVersion(view.facts.version)}),
    statuses: [
      ...checkRelation(view),
      ...checkKeys(offered),
      ...(view.facts.isPaused ? [paused] : []),
      active('Unit is ready'),
    ],
  };
}

/**
 * While the cluster still knows this node, a daemon that stops would look like one that died, so it goes on; unless it leaves in order:
 * then it stops in the unit's last hook, and the machine can go however late the cluster hears of it.
 */
function getLeavingServices({context, facts}: View<Options, Facts>): readonly WantedService[] {
  const isLast = context.event.kind === 'unit' && context.event.name === 'stop';
  return isLast && facts.leavesInOrder ? [{name: 'pacemaker_remote', isRunning: false, isEnabled: false}] : [];
}

/** Only for a hacluster that takes nodes back which have left: with any other one a restart of the machine would leave it outside. */
function getFilesToLeave(view: View<Options, Facts>): NonNullable<Desired['files']> {
  const units = cluster.relations(view).flatMap(({remoteUnits}) => remoteUnits);
  const members = units.filter(({data}) => data?.['pacemaker-key'] !== undefined);
  if (members.length === 0) {
    return [LEAVE, LEAVE_OVERRIDE, TOLD].map((path) => ({path, keep: true}));
  }
  return members.every(({data}) => data?.['takes-back'] === 'true')
    ? [...getLeaveFiles(view.host.hostname), getTold(view.facts)]
    : [];
}

/**
 * Pacemaker reads the key for a new connection and remembers it for a minute. So the cluster's first key needs a restart: the daemon
 * has read the one that Debian's package makes, members that come within that minute would be rejected, and Pacemaker wants a new
 * remote node fenced whose start was rejected. Never again after that: it is a lost connection to the cluster, which fences the
 * machine with all its guests (both seen with 2.1.5). So a machine that an earlier revision gave the key is left alone.
 */
function getDaemon(view: View<Options, Facts>, offered: readonly string[]): WantedService {
  const {hasKey} = view.facts;
  const isKeyed = hasKey || offered.length === 1;
  return {
    name: 'pacemaker_remote',
    isRunning: true,
    isEnabled: true,
    restartWhen: [isKeyed ? 'the key of the cluster' : 'no key of the cluster'],
    formerRestartWhen: hasKey ? [[]] : [],
    // A later key is read by itself where members are connected, so it waits for good there.
    reload: {
      when: offered,
      command: ['systemctl', 'restart', 'pacemaker_remote.service'],
      isHeld: offered.length !== 1 || !isOutdated(view, offered[0] ?? ''),
    },
  };
}

/**
 * Whether the daemon was started with an old key and nobody is connected to it: the key changed while the machine was off, and the cluster
 * has not been told yet that it is back. Members that connect within the minute in which the daemon remembers its key would be
 * rejected, and fence the machine again.
 */
function isOutdated(view: View<Options, Facts>, offered: string): boolean {
  const {session} = view.facts;
  const isTold = cluster
    .relations(view)
    .some(({unitData}) => unitData['remote-session'] === JSON.stringify(session?.name));
  const digest = getSha1(Buffer.from(offered, 'base64').toString('base64'));
  return session !== null && session.keyDigest !== '' && !isTold && session.keyDigest !== digest;
}

/** The different keys that the units of hacluster give. */
function getKeys(view: View<Options, Facts>): readonly string[] {
  const keys = cluster
    .relations(view)
    .flatMap(({remoteUnits}) => remoteUnits.flatMap(({data}) => data?.['pacemaker-key']?.trim() ?? []));
  return [...new Set(keys)];
}

/** Written when all agree on one key; until then what is there stays. */
function getKeyFile(keys: readonly string[]): NonNullable<Desired['files']>[number] {
  const [content] = keys;
  return content === undefined || keys.length > 1
    ? {path: AUTHKEY, keep: true}
    : {path: AUTHKEY, content, encoding: 'base64', owner: 'root', group: 'haclient', mode: KEY_MODE};
}

/** What is said on the relation below, on disk: the program that leaves cannot ask Juju. */
function getTold({isPaused, session}: Facts): NonNullable<Desired['files']>[number] {
  return isPaused || session === null ? {path: TOLD, keep: true} : {path: TOLD, content: `${session.name}\n`};
}

/**
 * Each value is JSON; every name is the machine's own, which is the name of its node in Pacemaker, Nova and Masakari. The session is for
 * our hacluster, others ignore it; while it is paused the machine says the one that it has left.
 */
function getRelationData(view: View<Options, Facts>): readonly WantedRelationData[] {
  const {config, host, networks, facts} = view;
  const address = networks['pacemaker-remote']?.bindAddresses[0]?.addresses[0]?.value;
  if (address === undefined) {
    return [];
  }
  const data = {
    'remote-hostname': JSON.stringify(host.hostname),
    'remote-ip': JSON.stringify(address),
    'enable-resources': JSON.stringify(config['enable-resources']),
    'stonith-hostname': JSON.stringify(config['enable-stonith'] ? host.hostname : null),
    ...(facts.isPaused || facts.session === null ? {} : {'remote-session': JSON.stringify(facts.session.name)}),
  };
  return cluster.relations(view).map(({id}) => ({relationId: id, scope: 'unit', data, keep: ['remote-session']}));
}

function checkRelation(view: View<Options, Facts>): readonly Status[] {
  const relations = cluster.relations(view);
  const address = view.networks['pacemaker-remote']?.bindAddresses[0]?.addresses[0]?.value;
  const problems = relations.flatMap((relation) =>
    relation.remoteUnits.flatMap(({name, problems: found = []}) =>
      found.map((problem) => blocked(describeRelationProblem(relation, name, problem))),
    ),
  );
  return [
    ...(relations.length === 0 ? [blocked("'pacemaker-remote' missing: relate this application to hacluster")] : []),
    ...(address === undefined ? [blocked('binding pacemaker-remote has no address')] : []),
    ...problems,
  ];
}

function checkKeys(keys: readonly string[]): readonly Status[] {
  if (keys.length > 1) {
    return [waiting("'pacemaker-remote' incomplete: the units of hacluster give different keys")];
  }
  return keys.length === 0 ? [waiting("'pacemaker-remote' incomplete: no key yet")] : [];
}

/** The version without Debian's epoch and revision. */
function getUpstreamVersion(version: string): string {
  return version.replace(/^\d+:/, '').replace(/[-~+].*$/, '');
}
