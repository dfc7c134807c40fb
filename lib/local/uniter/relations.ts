import {LocalError, NotFoundError} from '../errors.ts';
import {getApplication, takeNumber} from '../model/model.ts';
import type {ApplicationState, EndpointState, RelationState} from '../model/state.ts';
import {removeRelationIfLeft} from './scope.ts';
import type {World} from './world.ts';

/** The endpoints of an application: what its charm declares, and `juju-info`, which every application provides. */
export function getEndpoints(world: World, application: ApplicationState): EndpointState[] {
  const declared = Object.values(world.getCharm(application.charm).metadata.endpoints).map((endpoint) => ({
    application: application.name,
    name: endpoint.name,
    interface: endpoint.interface,
    role: endpoint.role,
    scope: endpoint.scope,
  }));
  if (application.subordinate || declared.some(({name}) => name === 'juju-info')) return declared;
  const implicit = {name: 'juju-info', interface: 'juju-info', role: 'provider', scope: 'global'} as const;
  return [...declared, {application: application.name, ...implicit}];
}

/** The two endpoints that `a[:x]` and `b[:y]` mean, requirer first; a LocalError when none or several fit. */
export function inferEndpoints(world: World, first: string, second: string): [EndpointState, EndpointState] {
  const left = getCandidates(world, first);
  const right = getCandidates(world, second);
  if (left[0]?.application === right[0]?.application) throw new LocalError(`cannot relate "${first}" to itself`);
  const pairs = left.flatMap((one) => right.flatMap((other) => getPair(one, other)));
  const explicit = pairs.filter((pair) => pair.every(({name}) => name !== 'juju-info'));
  const found = pairs.length > 1 && explicit.length === 1 ? explicit : pairs;
  const [only] = found;
  if (only === undefined) throw new LocalError(describeNoRelation(left, right, first, second));
  if (found.length > 1) throw new LocalError(describeAmbiguous(first, second, found));
  return only;
}

function describeNoRelation(
  left: readonly EndpointState[],
  right: readonly EndpointState[],
  first: string,
  second: string,
): string {
  const [one] = left;
  const [other] = right;
  const areNamed = first.includes(':') && second.includes(':') && one !== undefined && other !== undefined;
  if (areNamed && one.role === other.role && one.role !== 'peer') {
    return `cannot add relation "${first} ${second}": relation "${first}" to "${second}" relates ${one.role} to ${one.role}`;
  }
  return 'no relations found';
}

function describeAmbiguous(first: string, second: string, pairs: readonly (readonly EndpointState[])[]): string {
  const could = pairs.map((pair) => `"${getKey(pair)}"`).sort();
  return `ambiguous relation: "${first} ${second}" could refer to ${could.join('; ')}`;
}

/** The pair as a list of one, the requirer first, or an empty list when the two do not fit. */
function getPair(one: EndpointState, other: EndpointState): [EndpointState, EndpointState][] {
  if (one.interface !== other.interface) return [];
  if (one.role === 'requirer' && other.role === 'provider') return [[one, other]];
  return one.role === 'provider' && other.role === 'requirer' ? [[other, one]] : [];
}

function getCandidates(world: World, text: string): EndpointState[] {
  const [name = '', endpoint, ...rest] = text.split(':');
  if (rest.length > 0 || name === '' || endpoint === '') throw new LocalError(`invalid endpoint "${text}"`);
  const application = getApplication(world.model, name);
  const endpoints = getEndpoints(world, application);
  if (endpoint === undefined) return endpoints.filter(({role}) => role !== 'peer');
  const found = endpoints.filter((candidate) => candidate.name === endpoint);
  if (found.length === 0) throw new LocalError(`application "${name}" has no "${endpoint}" relation`);
  return found;
}

/** A relation's key as Juju prints it, the requirer first. */
export function getKey(endpoints: readonly EndpointState[]): string {
  return endpoints.map(({application, name}) => `${application}:${name}`).join(' ');
}

/** Adds a relation between two endpoints; a LocalError when it is there already or would break a rule. */
export function addRelation(world: World, endpoints: readonly EndpointState[]): RelationState {
  const key = getKey(endpoints);
  if (Object.values(world.model.relations).some((relation) => relation.key === key && relation.life === 'alive')) {
    throw new LocalError(`cannot add relation "${key}": relation ${key} already exists`);
  }
  const scope = endpoints.some((endpoint) => endpoint.scope === 'container') ? 'container' : 'global';
  const applications = endpoints.map(({application}) => getApplication(world.model, application));
  if (scope === 'container' && !applications.some(({subordinate}) => subordinate)) {
    throw new LocalError(
      `cannot add relation "${key}": "${applications.map(({name}) => name).join('" and "')}" requires at least one subordinate application`,
    );
  }
  for (const endpoint of endpoints) checkLimit(world, endpoint);
  const relation = createRelation(world, key, scope, endpoints);
  for (const application of applications) {
    application.relations.push(relation.id);
    for (const unit of application.units) world.runnable.add(unit);
  }
  return relation;
}

function createRelation(
  world: World,
  key: string,
  scope: RelationState['scope'],
  endpoints: readonly EndpointState[],
): RelationState {
  const id = takeNumber(world.model, 'relation');
  const relation: RelationState = {
    id,
    key,
    endpoints: endpoints.map((endpoint) => ({...endpoint})),
    scope,
    life: 'alive',
    since: world.now(),
    units: {},
    applications: {},
  };
  world.model.relations[String(id)] = relation;
  return relation;
}

function checkLimit(world: World, endpoint: EndpointState): void {
  const application = getApplication(world.model, endpoint.application);
  const {limit} = world.getCharm(application.charm).metadata.endpoints[endpoint.name] ?? {};
  if (limit === undefined || endpoint.role === 'peer') return;
  const count = application.relations.filter((id) =>
    world.model.relations[String(id)]?.endpoints.some(
      ({application: name, name: own}) => name === application.name && own === endpoint.name,
    ),
  ).length;
  if (count < limit) return;
  const name = `${endpoint.application}:${endpoint.name}`;
  throw new LocalError(
    `cannot add relation: establishing a new relation for ${name} would exceed its maximum relation limit of ${String(limit)}`,
  );
}

/** A new application is its own peer from the start. */
export function addPeerRelations(world: World, application: ApplicationState): void {
  for (const endpoint of getEndpoints(world, application)) {
    if (endpoint.role === 'peer' && findPeerRelation(world, getKey([endpoint])) === null)
      addRelation(world, [endpoint]);
  }
}

/** What `remove-relation` takes away; a LocalError for a peer relation, which goes with its application only. */
export function removeRelation(world: World, relation: RelationState): void {
  if (relation.endpoints.length === 1) {
    throw new LocalError(`cannot remove relation "${relation.key}": is a peer relation`);
  }
  setRelationDying(world, relation);
}

/** The peer relation that `app:endpoint` names, or null. */
export function findPeerRelation(world: World, text: string): RelationState | null {
  const found = Object.values(world.model.relations).find(({key, endpoints}) => endpoints.length === 1 && key === text);
  return found ?? null;
}

/** The living relation between two endpoints given as text, or the peer relation that both are. */
export function findRelation(world: World, first: string, second: string): RelationState {
  const peer = first === second ? findPeerRelation(world, first) : null;
  if (peer !== null) return peer;
  const found = Object.values(world.model.relations).filter((relation) => {
    if (relation.life === 'dying' || relation.endpoints.length !== 2) return false;
    const [one, other] = relation.endpoints;
    if (one === undefined || other === undefined) return false;
    return (isMeant(one, first) && isMeant(other, second)) || (isMeant(one, second) && isMeant(other, first));
  });
  const [relation] = found;
  if (relation === undefined) {
    for (const text of [first, second]) getCandidates(world, text);
    throw new NotFoundError('relation', `${first} ${second}`);
  }
  if (found.length > 1)
    throw new LocalError(
      describeAmbiguous(
        first,
        second,
        found.map(({endpoints}) => endpoints),
      ),
    );
  return relation;
}

function isMeant(endpoint: EndpointState, text: string): boolean {
  return text === endpoint.application || text === `${endpoint.application}:${endpoint.name}`;
}

/** A relation is to go: every unit in it departs from the others, then its broken hook runs. */
export function setRelationDying(world: World, relation: RelationState): void {
  if (relation.life === 'dying') return;
  relation.life = 'dying';
  for (const name of Object.keys(relation.units)) world.runnable.add(name);
  removeRelationIfLeft(world, relation);
}
