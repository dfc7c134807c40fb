import type {Databag, Problem} from '#charm';
import {
  ClusterSyntaxError,
  emptyDeclaration,
  getConstraintTargets,
  makeAlert,
  parseCrmObject,
  type Cib,
  type Clone,
  type ClusterDeclaration,
  type Constraint,
  type Resource,
} from '#cluster';
import {parseHaRequest, type HaRequest} from '#openstack';

/** A principal's request as cluster objects, or what is wrong with it, by its key on the wire. */
export type ParsedRequest =
  | {readonly declaration: ClusterDeclaration; readonly problems?: undefined}
  | {readonly declaration?: undefined; readonly problems: readonly Problem[]};

/**
 * Reads the `ha` data of a principal. Each object is crm syntax and is parsed as just that one object: data cannot bring
 * in another statement.
 */
export function readHaRequest(bag: Databag): ParsedRequest {
  const known = requests.get(bag) ?? parseRequest(bag);
  if (Object.isFrozen(bag)) {
    requests.set(bag, known);
  }
  return known;
}

/** A decision is made several times in a hook, always of the same bag. */
const requests = new WeakMap<Databag, ParsedRequest>();

function parseRequest(bag: Databag): ParsedRequest {
  const parsed = parseHaRequest(bag);
  if (!parsed.ok) {
    return {problems: parsed.problems};
  }
  const problems: Problem[] = [];
  const objects = getStatements(parsed.value).flatMap(({key, keyword, id, rest}) => {
    try {
      return [parseCrmObject(keyword, id, rest)];
    } catch (error) {
      if (!(error instanceof ClusterSyntaxError)) {
        throw error;
      }
      problems.push({key, message: `has a ${keyword} that is no crm syntax: ${error.problem}`});
      return [];
    }
  });
  if (problems.length > 0) {
    return {problems};
  }
  const declaration = {...toDeclaration(objects), alerts: getAlerts(parsed.value)};
  const strays = checkReferences(declaration);
  return strays.length > 0 ? {problems: strays} : {declaration};
}

function getAlerts({alerts}: HaRequest): ClusterDeclaration['alerts'] {
  return Object.entries(alerts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, {path, select = [], meta = {}, attributes = {}}]) =>
      makeAlert({id, path, select, attributes, meta: getSaid(Object.entries(meta))}),
    );
}

function getSaid(entries: readonly (readonly [string, string | undefined])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

interface Statement {
  readonly key: string;
  readonly keyword: string;
  readonly id: string;
  readonly rest: string;
}

function getStatements(request: HaRequest): readonly Statement[] {
  const {resources, resourceParams, groups, clones, ms, orders, colocations, locations} = request;
  const primitives = Object.fromEntries(
    Object.entries(resources).map(([id, agent]) => [id, `${agent} ${resourceParams[id] ?? ''}`]),
  );
  return [
    ...toStatements('json_resources', 'primitive', primitives),
    ...toStatements('json_groups', 'group', groups),
    ...toStatements('json_clones', 'clone', clones),
    ...toStatements('json_ms', 'ms', ms),
    ...toStatements('json_orders', 'order', orders),
    ...toStatements('json_colocations', 'colocation', colocations),
    ...toStatements('json_locations', 'location', locations),
  ];
}

function toStatements(key: string, keyword: string, objects: Readonly<Record<string, string>>): Statement[] {
  return Object.entries(objects)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, rest]) => ({key, keyword, id, rest}));
}

/** What a request puts together it must also bring: half a request would take the other half's resources away. */
function checkReferences({primitives, groups, clones, ...constraints}: ClusterDeclaration): readonly Problem[] {
  const known = new Set([...primitives, ...groups, ...clones].map(({id}) => id));
  const find = (key: string, named: readonly {readonly id: string; readonly names: readonly string[]}[]): Problem[] =>
    named.flatMap(({id, names}) => {
      const stray = names.find((name) => !known.has(name));
      return stray === undefined
        ? []
        : [{key, message: `has ${id}, which names ${stray}: no such resource is asked for`}];
    });
  const targets = (list: readonly Constraint[]): {id: string; names: readonly string[]}[] =>
    list.map((constraint) => ({id: constraint.id, names: getConstraintTargets(constraint)}));
  return [
    ...find(
      'json_groups',
      groups.map(({id, members}) => ({id, names: members})),
    ),
    ...find(
      'json_clones',
      clones.map(({id, child}) => ({id, names: [child]})),
    ),
    ...find('json_orders', targets(constraints.orders)),
    ...find('json_colocations', targets(constraints.colocations)),
    ...find('json_locations', targets(constraints.locations)),
  ];
}

function isClone(resource: Resource): resource is Clone {
  return resource.kind === 'clone' || resource.kind === 'master';
}

function toDeclaration(objects: readonly Cib[]): ClusterDeclaration {
  const resources = objects.flatMap((object) => object.resources);
  const constraints = objects.flatMap((object) => object.constraints);
  return {
    ...emptyDeclaration,
    primitives: resources.filter((resource) => resource.kind === 'primitive'),
    groups: resources.filter((resource) => resource.kind === 'group'),
    clones: resources.filter(isClone),
    locations: constraints.filter((constraint) => constraint.kind === 'location'),
    colocations: constraints.filter((constraint) => constraint.kind === 'colocation'),
    orders: constraints.filter((constraint) => constraint.kind === 'order'),
  };
}
