import {parseRelationEndpoint} from '../names/names.ts';
import type {RelationEndpoint} from '../names/names.ts';
import {getOwn} from '../record.ts';
import {inferEndpoints} from './endpoints.ts';
import type {RelationEnd} from './endpoints.ts';
import {addChange, getIds, getNextId} from './planning.ts';
import type {Planning} from './planning.ts';

/** Plans the relations of the bundle that the model lacks, in the bundle's order. */
export function planRelations(planning: Planning): void {
  const known = new Set(planning.input.model.relations.map(getKey));
  for (const relation of planning.input.bundle.relations) {
    const endpoints = resolveRelation(planning, relation);
    if (endpoints === null || known.has(getKey(endpoints))) continue;
    known.add(getKey(endpoints));
    const applications = endpoints.map((end) => end.split(':')[0] ?? '');
    addChange(planning, {
      method: 'addRelation',
      id: getNextId(planning, 'addRelation'),
      requires: getIds(...applications.map((name) => planning.deploys.get(name))),
      args: {endpoints},
      description: [`add relation ${relation.join(' - ')}`],
    });
  }
}

/** A relation is the same in either direction. */
function getKey(endpoints: readonly string[]): string {
  return [...endpoints].sort().join(' ');
}

/** The endpoints with their names written out. Relations to an application of another model stay as they are written. */
function resolveRelation(planning: Planning, relation: readonly string[]): readonly [string, string] | null {
  const [left = '', right = ''] = relation;
  const [a, b] = [parseRelationEndpoint(left), parseRelationEndpoint(right)];
  if (a === null || b === null) return null;
  const isComplete = a.endpoint !== '' && b.endpoint !== '';
  const [x, y] = [getEnd(planning, a), getEnd(planning, b)];
  if (isComplete || x === null || y === null) return [left, right];
  const [first, second] = inferEndpoints(x, y);
  return [`${a.application}:${first.name}`, `${b.application}:${second.name}`];
}

function getEnd(planning: Planning, end: RelationEndpoint): RelationEnd | null {
  const charm = getOwn(planning.input.charms, end.application);
  return charm === undefined ? null : {...end, metadata: charm.charm.metadata};
}
