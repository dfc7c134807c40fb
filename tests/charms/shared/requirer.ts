import {
  defineEndpoint,
  describeRelationProblem,
  type Endpoint,
  type Parse,
  type RelationView,
  type TypedRelation,
} from '#charm';
import type {Reading} from '#openstack';

/** An endpoint whose remote units answer in their bags, read as `#openstack` reads its own. */
export interface Asking<T> {
  readonly endpoint: Endpoint<T>;
  /** Every remote unit with a complete answer, sorted by name. */
  read(view: {readonly relations: readonly RelationView[]}): Reading<readonly T[]>;
}

/** Names an endpoint and how an answer on it is read. `answer` demands every key without which there is no answer. */
export function defineAsking<T>(name: string, answer: Parse<T>): Asking<T> {
  const endpoint = defineEndpoint({name, unit: answer});
  return {endpoint, read: (view) => readAnswers(endpoint.relations(view))};
}

function readAnswers<T>(relations: readonly TypedRelation<T>[]): Reading<readonly T[]> {
  const complete = relations.find(({remoteUnits}) => remoteUnits.some(({problems}) => problems === undefined));
  if (complete !== undefined) {
    const value = complete.remoteUnits.flatMap(({problems, data}) => (problems === undefined ? [data] : []));
    return {state: 'complete', value, relationId: complete.id};
  }
  const reasons = relations.flatMap((relation) => describeBadKeys(relation));
  if (reasons.length > 0) {
    return {state: 'bad', reasons};
  }
  return {state: relations.length === 0 ? 'missing' : 'incomplete'};
}

/** Keys that are there and cannot be used; one that is not there yet will come. */
function describeBadKeys<T>(relation: TypedRelation<T>): readonly string[] {
  return relation.remoteUnits.flatMap(({name, problems = []}, index) =>
    problems
      .filter(({key}) => key in (relation.units[index]?.data ?? {}))
      .map((problem) => describeRelationProblem(relation, name, problem)),
  );
}

/** The value of a complete reading, else null. */
export function getValue<T>(reading: Reading<T>): T | null {
  return reading.state === 'complete' ? reading.value : null;
}
