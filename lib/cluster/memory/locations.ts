import type {Cib, Location} from '../cib.ts';
import {remember} from '../memo.ts';
import type {ModelledNode} from './nodes.ts';
import {getRuleScore} from './rules.ts';
import {addScores, getScoreValue} from './scores.ts';

/** Scores by node name. A node that is missing was not named by any location. */
export type Scores = ReadonlyMap<string, number>;

function getTargets(location: Location, cib: Cib, tags: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const {resource, resourcePattern, sets} = location;
  if (resourcePattern !== undefined) {
    const pattern = toPattern(resourcePattern);
    return pattern === null ? [] : cib.resources.filter(({id}) => pattern.test(id)).map(({id}) => id);
  }
  const named = [...(resource === undefined ? [] : [resource]), ...sets.flatMap((set) => set.members)];
  return named.flatMap((id) => tags.get(id) ?? [id]);
}

function toPattern(text: string): RegExp | null {
  try {
    return new RegExp(text);
  } catch {
    return null;
  }
}

/** A constraint that speaks of another role than a started resource's says nothing about where it runs. */
function isAboutRunning(role: string | undefined): boolean {
  return role === undefined || /^(started|slave|unpromoted)$/i.test(role);
}

function getLocationScores(location: Location, nodes: readonly ModelledNode[]): readonly (readonly [string, number])[] {
  if (!isAboutRunning(location.role)) return [];
  if (location.node !== undefined) return [[location.node, getScoreValue(location.score)]];
  const rules = location.rules.filter((rule) => isAboutRunning(rule.role));
  return rules.flatMap((rule) =>
    nodes.flatMap((node): readonly (readonly [string, number])[] => {
      const score = getRuleScore(rule, node.attributes);
      return score === null ? [] : [[node.name, score]];
    }),
  );
}

/** Whether the scores hang on the configuration alone: no rule looks at a node's attributes. */
function isConstant({constraints}: Cib): boolean {
  return constraints.every((constraint) => constraint.kind !== 'location' || constraint.rules.length === 0);
}

const getConstantLocations = remember((cib: Cib) => (isConstant(cib) ? readLocations(cib, []) : null));

/** The scores that location constraints give, by resource id. */
export function getLocations(cib: Cib, nodes: readonly ModelledNode[]): ReadonlyMap<string, Scores> {
  return getConstantLocations(cib) ?? readLocations(cib, nodes);
}

function readLocations(cib: Cib, nodes: readonly ModelledNode[]): ReadonlyMap<string, Scores> {
  const tags = new Map(cib.tags.map((tag) => [tag.id, tag.members]));
  const all = new Map<string, Map<string, number>>();
  for (const constraint of cib.constraints) {
    if (constraint.kind !== 'location') continue;
    const entries = getLocationScores(constraint, nodes);
    for (const target of getTargets(constraint, cib, tags)) addEntries(all, target, entries);
  }
  return all;
}

function addEntries(
  all: Map<string, Map<string, number>>,
  target: string,
  entries: readonly (readonly [string, number])[],
): void {
  const scores = all.get(target) ?? new Map<string, number>();
  all.set(target, scores);
  for (const [node, score] of entries) {
    const before = scores.get(node);
    scores.set(node, before === undefined ? score : addScores(before, score));
  }
}
