import {
  declaredIds,
  emptyDeclaration,
  getProperty,
  getResource,
  getValue,
  makeAttributeSet,
  makeClone,
  makeLocation,
  makePrimitive,
  type Cib,
  type ClusterDeclaration,
  type Clone,
  type Location,
  type Primitive,
} from '#cluster';

import {addRemotes, selectsFencing} from './alerts.ts';
import type {Options} from './options.ts';
import type {Remote} from './remotes.ts';

export interface DeclarationInput {
  readonly options: Options;
  /** What the principal asks for. */
  readonly request: ClusterDeclaration;
  /** Names of members that Pacemaker knows. */
  readonly members: readonly string[];
  readonly remotes: readonly Remote[];
  readonly devices: readonly Primitive[];
  /** Remotes and devices are to stay as the cluster has them, but those that have left are taken back: what is said of all cannot be taken. */
  readonly keepsRemotes: boolean;
  /** Names of remotes that stay, though nothing is seen of them yet, or nothing that can be used: their units are to be there. */
  readonly keptRemotes: readonly string[];
  readonly cib: Cib;
  /** Ids that earlier declarations made. */
  readonly owned: readonly string[];
  /** Names of remote nodes to which a member's connection stands. */
  readonly connected: ReadonlySet<string>;
}

/** Everything this application wants in the cluster, as one value. */
export function declareCluster(input: DeclarationInput): ClusterDeclaration {
  const {request, keepsRemotes} = input;
  const added = keepsRemotes ? keepNodes(input) : getNodes(input);
  const isOptIn = getIsOptIn(input);
  const primitives = [...request.primitives, ...added];
  const clones = isOptIn ? request.clones.map((clone) => limitClone(clone, input.members.length)) : request.clones;
  const alerts = addRemotes(request.alerts, input);
  const declared = {...emptyDeclaration, ...request, primitives, clones, alerts};
  return {
    ...declared,
    locations: [...request.locations, ...(isOptIn ? makeRules(declared, input.members) : [])],
    properties: getProperties(input, {isOptIn, hasDevice: added.some(isDevice)}),
    rscDefaults: {'resource-stickiness': '100', 'failure-timeout': String(input.options.failure_timeout)},
  };
}

/** Remotes and devices as they should be, and those that stay as they are. */
function getNodes({options, remotes, devices, keptRemotes, cib, owned}: DeclarationInput): readonly Primitive[] {
  const wanted = [...remotes.map((remote) => takeBack(makeRemote(remote, options), remote, cib)), ...devices];
  if (keptRemotes.length === 0) {
    return wanted;
  }
  const ids = new Set(wanted.map(({id}) => id));
  const kept = getOwnedNodes(cib, owned).filter(
    (node) => !ids.has(node.id) && (keptRemotes.includes(node.id) || isDevice(node)),
  );
  return [...wanted, ...kept];
}

/** Frozen objects by what they are made of: a leader makes the same hundreds again in every round. */
function createMemo<T>(): (key: string, make: () => T) => T {
  const made = new Map<string, T>();
  return (key, make) => {
    const known = made.get(key);
    if (known !== undefined) {
      return known;
    }
    if (made.size >= MADE_AT_MOST) {
      made.clear();
    }
    const value = make();
    made.set(key, value);
    return value;
  };
}

const MADE_AT_MOST = 20_000;
const rememberRemote = createMemo<Primitive>();
const rememberRule = createMemo<Location>();

/**
 * The connection to a remote. `reconnect_interval` stays above Pacemaker's 20 s for a start: below it a start that has failed is forgotten before
 * the next one has, and the node is tried for ever and never fenced (crm_simulate 2.1.5).
 */
function makeRemote({hostname, address}: Remote, options: Options): Primitive {
  const {'remote-monitor-interval': interval, 'remote-monitor-timeout': timeout} = options;
  return rememberRemote(`${hostname} ${address} ${String(interval)} ${String(timeout)}`, () =>
    makePrimitive({
      id: hostname,
      agent: 'ocf:pacemaker:remote',
      params: {server: address, reconnect_interval: '60'},
      operations: [
        {
          name: 'monitor',
          interval: `${String(interval)}s`,
          attributes: timeout === null ? {} : {timeout: `${String(timeout)}s`},
        },
      ],
    }),
  );
}

/**
 * A node that has left in order has stopped its own connection (`target-role`, which stays as it is) and said with `left-session` in which
 * session that was. It is taken back when its daemon is in another one: it was started again, or resumed.
 */
function takeBack(connection: Primitive, {session}: Remote, cib: Cib): Primitive {
  const before = getResource(cib, connection.id);
  const left = before?.kind === 'primitive' ? getLeft(before) : null;
  if (left === null) {
    return connection;
  }
  return hasReturned(session, left)
    ? startAgain(connection)
    : {...connection, meta: [makeMeta(connection, {[LEFT]: left})]};
}

/** Remotes and devices as the cluster has them, but for those that are taken back. */
function keepNodes({remotes, cib, owned}: DeclarationInput): readonly Primitive[] {
  const sessions = new Map(remotes.map(({hostname, session}): [string, string | null] => [hostname, session]));
  return getOwnedNodes(cib, owned).map((node) => {
    const left = getLeft(node);
    return left !== null && hasReturned(sessions.get(node.id) ?? null, left) ? startAgain(node) : node;
  });
}

function hasReturned(session: string | null, left: string): boolean {
  return session !== null && session !== left;
}

function startAgain(connection: Primitive): Primitive {
  return {...connection, meta: [makeMeta(connection, {'target-role': 'Started'})]};
}

function makeMeta({id}: Primitive, values: Readonly<Record<string, string>>): Primitive['meta'][number] {
  return makeAttributeSet(`${id}-meta_attributes`, values);
}

function getLeft({meta}: Primitive): string | null {
  return getValue(meta, LEFT);
}

const LEFT = 'left-session';

/** Whether some remote has left in order and was not taken back yet: it would be fenced with the members' next start. */
function hasLeaver({resources}: Cib): boolean {
  return resources.some((resource) => resource.kind === 'primitive' && getLeft(resource) !== null);
}

function makeRule(resource: string, member: string): Location {
  return rememberRule(`${resource} ${member}`, () => makeLocation(getRuleId(resource, member), resource, member, '0'));
}

/** Whether a primitive is a fencing device. */
export function isDevice(primitive: Primitive): boolean {
  return primitive.class === 'stonith';
}

/** Whether a primitive is the connection to a remote node. */
export function isRemote({class: agentClass, provider, type}: Primitive): boolean {
  return agentClass === 'ocf' && provider === 'pacemaker' && type === 'remote';
}

/** The remotes and devices that the cluster has from us. */
function getOwnedNodes(cib: Cib, owned: readonly string[]): readonly Primitive[] {
  const ids = new Set(owned);
  return cib.resources.filter(
    (resource): resource is Primitive =>
      resource.kind === 'primitive' && ids.has(resource.id) && (isRemote(resource) || isDevice(resource)),
  );
}

/** Whether resources run only where a rule lets them: when the remotes say that they run none. */
function getIsOptIn({keepsRemotes, keptRemotes, remotes, cib}: DeclarationInput): boolean {
  if (keepsRemotes || (remotes.length === 0 && keptRemotes.length > 0)) {
    return getProperty(cib, 'symmetric-cluster') === 'false';
  }
  return remotes.length > 0 && remotes.every(({enableResources}) => !enableResources);
}

/** Clones try to run everywhere, whatever the rules say; clone-max holds them back. */
function limitClone(clone: Clone, count: number): Clone {
  const {pairs} = makeClone(clone.id, clone.child, {'clone-max': String(count)}).meta[0] ?? {pairs: []};
  const [first, ...rest] = clone.meta;
  if (first === undefined) {
    return makeClone(clone.id, clone.child, {'clone-max': String(count)});
  }
  const others = first.pairs.filter(({name}) => name !== 'clone-max');
  return {...clone, meta: [{...first, pairs: [...others, ...pairs]}, ...rest]};
}

/** `loc-<resource>-<member>` with score 0: every member may, none is preferred. For top-level resources only. */
function makeRules(declared: ClusterDeclaration, members: readonly string[]): readonly Location[] {
  const {primitives, groups, clones} = declared;
  const inner = new Set([...groups.flatMap((group) => group.members), ...clones.map(({child}) => child)]);
  const top = [...primitives, ...groups, ...clones].map(({id}) => id).filter((id) => !inner.has(id));
  return top.flatMap((id) => members.map((member) => makeRule(id, member)));
}

function getRuleId(resource: string, node: string): string {
  return `loc-${resource}-${node}`;
}

interface Shape {
  readonly isOptIn: boolean;
  readonly hasDevice: boolean;
}

function getProperties(input: DeclarationInput, shape: Shape): Record<string, string> {
  const {options} = input;
  return {
    'no-quorum-policy': options.no_quorum_policy,
    'cluster-recheck-interval': String(options.cluster_recheck_interval),
    ...getSymmetry(input, shape),
    ...getStonith(input, shape),
    ...getStartupFencing(input),
    ...getMaintenance(input),
  };
}

/** Said in the same change as the rules. Where there are no remotes an operator's own choice is left alone. */
function getSymmetry({remotes, keptRemotes, owned, cib}: DeclarationInput, {isOptIn}: Shape): Record<string, string> {
  if (isOptIn) {
    return {'symmetric-cluster': 'false'};
  }
  const wasOurs = getProperty(cib, 'symmetric-cluster') === 'false' && owned.includes(SYMMETRY_MARK);
  return remotes.length > 0 || (wasOurs && keptRemotes.length === 0) ? {'symmetric-cluster': 'true'} : {};
}

/** On with the first device. Off only where it was never set, or with the last device of the cluster (LP 1824828). */
function getStonith({owned, cib}: DeclarationInput, {hasDevice}: Shape): Record<string, string> {
  if (hasDevice) {
    return {'stonith-enabled': 'true'};
  }
  const others = cib.resources.some(
    (resource) => resource.kind === 'primitive' && isDevice(resource) && !owned.includes(resource.id),
  );
  const wasOurs = cib.resources.some(
    (resource) => resource.kind === 'primitive' && isDevice(resource) && owned.includes(resource.id),
  );
  const isUnset = getProperty(cib, 'stonith-enabled') === null;
  return !others && (isUnset || wasOurs) ? {'stonith-enabled': 'false'} : {};
}

/**
 * A remote that no member has seen since they started may just be booting, after a power failure of the whole cloud. With
 * `startup-fencing` it is UNCLEAN and is fenced as soon as a connection has failed (seen with crm_simulate 2.1.5). Without, it is offline, and
 * tried again. That is safe only where nothing is evacuated from a node that was not fenced, as with an alert of fencing: host
 * monitors would report it. For members it makes no difference that counts: a part without quorum runs nothing.
 */
function getStartupFencing({request, owned, cib}: DeclarationInput): Record<string, string> {
  if (request.alerts.some(selectsFencing) || (owned.includes(STARTUP_MARK) && hasLeaver(cib))) {
    return {'startup-fencing': 'false'};
  }
  return owned.includes(STARTUP_MARK) ? {'startup-fencing': 'true'} : {};
}

function getMaintenance({options, owned}: DeclarationInput): Record<string, string> {
  if (options['maintenance-mode']) {
    return {'maintenance-mode': 'true'};
  }
  return owned.includes(MAINTENANCE_MARK) ? {'maintenance-mode': 'false'} : {};
}

/** Marks in the list of what is ours, for properties that we set and may take back. No id can hold a colon. */
const SYMMETRY_MARK = 'property:symmetric-cluster';
const MAINTENANCE_MARK = 'property:maintenance-mode';
const STARTUP_MARK = 'property:startup-fencing';

/**
 * What is to be remembered of a declaration: ids, and marks. Rules are left out, since the resource and its nodes give
 * their names; with hundreds of remotes they are most of a declaration. A remote is noted with its unit,
 * `tidy-goose=pacemaker-remote/0`: a leader that has not seen the unit join yet must not take its node for gone.
 */
export function getRecord(declared: ClusterDeclaration, units: ReadonlyMap<string, string>): readonly string[] {
  const rules = new Set(
    declared.locations.flatMap(({id, resource, node}) =>
      resource !== undefined && node !== undefined && id === getRuleId(resource, node) ? [id] : [],
    ),
  );
  return [
    ...declaredIds(declared)
      .filter((id) => !rules.has(id))
      .map((id) => (units.has(id) ? `${id}=${units.get(id) ?? ''}` : id)),
    ...(declared.properties['symmetric-cluster'] === 'false' ? [SYMMETRY_MARK] : []),
    ...(declared.properties['maintenance-mode'] === 'true' ? [MAINTENANCE_MARK] : []),
    ...(declared.properties['startup-fencing'] === 'false' ? [STARTUP_MARK] : []),
  ].sort();
}

/** The id of a word in a record. */
function getName(word: string): string {
  const end = word.indexOf('=');
  return end === -1 ? word : word.slice(0, end);
}

/** By remote, the unit that offered it, from a record. */
export function getRecordedUnits(record: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    record
      .filter((word) => word.includes('='))
      .map((word): [string, string] => [getName(word), word.slice(word.indexOf('=') + 1)]),
  );
}

/** What a record has of a principal's request: no remote, no mark, no fencing device. */
export function getRecordedRequest(record: readonly string[]): readonly string[] {
  return record.filter((word) => !/[=:]/.test(word) && !word.startsWith('st-'));
}

/** The ids of everything in the CIB that a record stands for. */
export function getOwnedIds(cib: Cib, record: readonly string[]): readonly string[] {
  const recorded = new Set(record.map(getName));
  const rules = cib.constraints.flatMap((constraint) =>
    constraint.kind === 'location' &&
    constraint.resource !== undefined &&
    constraint.node !== undefined &&
    recorded.has(constraint.resource) &&
    constraint.id === getRuleId(constraint.resource, constraint.node)
      ? [constraint.id]
      : [],
  );
  return [...recorded, ...rules];
}
