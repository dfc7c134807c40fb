/** Which endpoints a relation joins, when the bundle or the user leaves that open. */

import type {CharmMetadata, Endpoint} from '../charm/types.ts';
import {getEndpoints, jujuInfo} from '../charm/relations.ts';
import {BundleError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {renderRelationEndpoint} from '../names/names.ts';
import type {RelationEndpoint} from '../names/names.ts';
import {getOwn} from '../record.ts';

/** One end of a relation: an application, its charm and the endpoint asked for ('' when left open). */
export interface RelationEnd extends RelationEndpoint {
  readonly metadata: Pick<CharmMetadata, 'name' | 'endpoints'>;
}

/** A pair of endpoints that fit each other, in the order of the ends. */
export type EndpointPair = readonly [Endpoint, Endpoint];

function getCandidates(end: RelationEnd): Endpoint[] {
  const endpoints = getEndpoints(end.metadata);
  if (end.endpoint === '') return Object.values(endpoints);
  const endpoint = getOwn(endpoints, end.endpoint);
  return endpoint === undefined ? [] : [endpoint];
}

function isOpposite(a: Endpoint, b: Endpoint): boolean {
  return (a.role === 'provider' && b.role === 'requirer') || (a.role === 'requirer' && b.role === 'provider');
}

function isImplicit(pair: EndpointPair): boolean {
  return pair.includes(jujuInfo);
}

function isDefined(end: RelationEnd): boolean {
  return end.endpoint === '' || getOwn(getEndpoints(end.metadata), end.endpoint) !== undefined;
}

/** Every pair of endpoints that could be meant. The implicit `juju-info` is left out when exactly one other pair fits. */
export function getEndpointPairs(left: RelationEnd, right: RelationEnd): EndpointPair[] {
  const pairs = getCandidates(left).flatMap((a) =>
    getCandidates(right)
      .filter((b) => isOpposite(a, b) && a.interface === b.interface)
      .map((b): EndpointPair => [a, b]),
  );
  const explicit = pairs.filter((pair) => !isImplicit(pair));
  return explicit.length === 1 ? explicit : pairs;
}

function renderPair(left: RelationEnd, right: RelationEnd, [a, b]: EndpointPair): string {
  return `${left.application}:${a.name} ${right.application}:${b.name}`;
}

/** The one pair of endpoints that two ends mean. Throws a BundleError when none or several fit. */
export function inferEndpoints(left: RelationEnd, right: RelationEnd): EndpointPair {
  const pairs = getEndpointPairs(left, right);
  const [pair, other] = pairs;
  if (pair !== undefined && other === undefined) return pair;
  const ends = `${renderRelationEndpoint(left)} and ${renderRelationEndpoint(right)}`;
  if (pair === undefined) throw new BundleError(`cannot infer endpoint between ${ends}: no relations found`);
  const could = pairs.map((option) => quote(renderPair(left, right, option))).sort();
  throw new BundleError(
    `cannot infer endpoint between ${ends}: ambiguous relation: ${renderRelationEndpoint(left)} ` +
      `${renderRelationEndpoint(right)} could refer to ${could.join('; ')}`,
  );
}

/** Why two named endpoints cannot be related; null when they can. */
export function checkEndpointPair(left: RelationEnd, right: RelationEnd): string | null {
  for (const end of [left, right]) {
    if (!isDefined(end)) {
      return `charm ${quote(end.metadata.name)} used by application ${quote(end.application)} does not define relation ${quote(end.endpoint)}`;
    }
  }
  const [a] = getCandidates(left);
  const [b] = getCandidates(right);
  if (a === undefined || b === undefined) return null;
  const [x, y] = [renderRelationEndpoint(left), renderRelationEndpoint(right)];
  if (!isOpposite(a, b)) return `relation ${quote(x)} to ${quote(y)} relates ${a.role} to ${b.role}`;
  if (a.interface === b.interface) return null;
  return a.role === 'provider'
    ? `mismatched interface between ${quote(x)} and ${quote(y)} (${quote(a.interface)} vs ${quote(b.interface)})`
    : `mismatched interface between ${quote(y)} and ${quote(x)} (${quote(b.interface)} vs ${quote(a.interface)})`;
}
