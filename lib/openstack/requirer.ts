import {
  describeRelationProblem,
  type Databag,
  type Endpoint,
  type Problem,
  type RelationView,
  type TypedRelation,
  type View,
} from '#charm';

/** What a unit got from one interface. Only what is `complete` may be used; `bad` says why, without any value. */
export type Reading<T> =
  | {readonly state: 'missing'}
  | {readonly state: 'incomplete'}
  | {readonly state: 'bad'; readonly reasons: readonly string[]}
  | {readonly state: 'complete'; readonly value: T; readonly relationId: string};

/** The part of a view that interfaces are read from. */
export type InterfaceView = Pick<View<unknown, unknown>, 'relations' | 'context'>;

/** The requiring side of one interface. */
export interface Requirer<T> {
  readonly endpoint: Endpoint<unknown>;
  read(view: InterfaceView): Reading<T>;
}

/** A remote unit whose data passed its schema. */
export interface GoodUnit<Unit> {
  readonly name: string;
  readonly data: Unit;
}

/** An endpoint, and how the value of one of its relations is got from what its units say. */
export interface RequirerOptions<Unit, Value> {
  readonly endpoint: Endpoint<Unit>;
  /** The value of one relation, or null while something is missing; problems where what is there does not fit. */
  getValue(
    relation: TypedRelation<Unit>,
    units: readonly GoodUnit<Unit>[],
    view: InterfaceView,
  ): Value | null | {readonly problems: readonly Problem[]; readonly of: string};
}

/** Makes a requirer. Bad data of any unit makes the reading bad; else the first complete relation counts. */
export function createRequirer<Unit, Value extends object>({
  endpoint,
  getValue,
}: RequirerOptions<Unit, Value>): Requirer<Value> {
  return {
    endpoint,
    read: (view) => {
      const relations = endpoint.relations(view);
      if (relations.length === 0) {
        return {state: 'missing'};
      }
      const outcomes = relations.map((relation) => readRelation(relation, getValue, view));
      const reasons = outcomes.flatMap((outcome) => (outcome.state === 'bad' ? outcome.reasons : []));
      if (reasons.length > 0) {
        return {state: 'bad', reasons};
      }
      return outcomes.find(({state}) => state === 'complete') ?? {state: 'incomplete'};
    },
  };
}

function readRelation<Unit, Value extends object>(
  relation: TypedRelation<Unit>,
  getValue: RequirerOptions<Unit, Value>['getValue'],
  view: InterfaceView,
): Reading<Value> {
  const reasons = getUnitReasons(relation);
  if (reasons.length > 0) {
    return {state: 'bad', reasons};
  }
  const units = relation.remoteUnits.flatMap(({name, data}) => (data === undefined ? [] : [{name, data}]));
  const value = getValue(relation, units, view);
  if (value === null) {
    return {state: 'incomplete'};
  }
  if ('problems' in value) {
    return {
      state: 'bad',
      reasons: value.problems.map((problem) => describeRelationProblem(relation, value.of, problem)),
    };
  }
  return {state: 'complete', value, relationId: relation.id};
}

/** What is wrong with the units' data of one relation, as statuses say it. */
export function getUnitReasons<Unit>(relation: TypedRelation<Unit>): readonly string[] {
  return relation.remoteUnits.flatMap(({name, problems}) =>
    (problems ?? []).map((problem) => describeRelationProblem(relation, name, problem)),
  );
}

/** What one unit says on every relation of an endpoint. */
export function sayOnAll(
  view: {readonly relations: readonly RelationView[]},
  endpoint: string,
  data: Databag,
): {readonly relationId: string; readonly scope: 'unit'; readonly data: Databag}[] {
  return view.relations
    .filter((relation) => relation.endpoint === endpoint)
    .map(({id}) => ({relationId: id, scope: 'unit', data}));
}
