import {quote, quoteList} from '../names/go-format.ts';
import {parseRelationEndpoint} from '../names/names.ts';
import type {RelationEndpoint} from '../names/names.ts';
import {getOwn} from '../record.ts';
import {checkEndpointPair, inferEndpoints} from './endpoints.ts';
import type {RelationEnd} from './endpoints.ts';
import type {Verification} from './verify-types.ts';

/** Verifies the relations of a bundle; with charms known, that their endpoints exist and fit. */
export function verifyRelations(verification: Verification): void {
  const {bundle, add} = verification;
  const seen = new Set<string>();
  for (const relation of bundle.relations) {
    const ends = getEnds(verification, relation);
    if (ends === null) continue;
    if (ends[0].application === ends[1].application) {
      add(`relation ${quoteList(relation)} relates an application to itself`);
      continue;
    }
    const key = getKey(verification, ends);
    if (seen.has(key)) add(`relation ${quoteList(relation)} is defined more than once`);
    seen.add(key);
  }
}

type Ends = readonly [RelationEndpoint, RelationEndpoint];

function getEnds({bundle, add}: Verification, relation: readonly string[]): Ends | null {
  if (relation.length !== 2) {
    add(`relation ${quoteList(relation)} has ${relation.length} endpoint(s), not 2`);
    return null;
  }
  const [left, right] = relation.map((text) => {
    const end = parseRelationEndpoint(text);
    if (end === null) {
      add(`invalid relation syntax ${quote(text)}`);
      return null;
    }
    const isApplication = Object.hasOwn(bundle.applications, end.application);
    const isSaas = Object.hasOwn(bundle.saas, end.application);
    if (isApplication && isSaas)
      add(`ambiguous relation ${quote(end.application)} refers to a application and a SAAS in this bundle`);
    if (isApplication || isSaas) return end;
    add(`relation ${quoteList(relation)} refers to application ${quote(end.application)} not defined in this bundle`);
    return null;
  });
  return left === null || left === undefined || right === null || right === undefined ? null : [left, right];
}

/** What makes a relation the same as another: its endpoints, inferred where they can be, in either order. */
function getKey(verification: Verification, ends: Ends): string {
  const resolved = resolveEnds(verification, ends);
  return resolved
    .map(({application, endpoint}) => `${application}:${endpoint}`)
    .sort()
    .join(' ');
}

function resolveEnds(verification: Verification, [a, b]: Ends): Ends {
  const [left, right] = [getRelationEnd(verification, a), getRelationEnd(verification, b)];
  if (left === null || right === null) return [a, b];
  if (a.endpoint !== '' && b.endpoint !== '') {
    const reason = checkEndpointPair(left, right);
    if (reason !== null) verification.add(reason);
    return [a, b];
  }
  let resolved: Ends = [a, b];
  verification.check('', () => {
    const [x, y] = inferEndpoints(left, right);
    resolved = [
      {...a, endpoint: x.name},
      {...b, endpoint: y.name},
    ];
  });
  return resolved;
}

function getRelationEnd({options}: Verification, end: RelationEndpoint): RelationEnd | null {
  const charm = getOwn(options.charms ?? {}, end.application)?.charm;
  return charm === undefined ? null : {...end, metadata: charm.metadata};
}
