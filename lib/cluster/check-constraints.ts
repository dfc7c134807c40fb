import type {Problem} from './check.ts';
import type {Colocation, Constraint, Location, Order, Rule} from './cib.ts';
import {getConstraintTargets} from './lookup.ts';
import {remember} from './memo.ts';

/** Whether a text is a score: INFINITY or a whole number, with or without sign. */
export function isScore(score: string): boolean {
  return /^[+-]?(INFINITY|\d+)$/.test(score);
}

function checkScore(score: string | undefined): readonly string[] {
  return score === undefined || isScore(score) ? [] : ['the score is neither a whole number nor INFINITY'];
}

function checkRule(id: string, rule: Rule): readonly string[] {
  const badScore = rule.score !== undefined && !isScore(rule.score);
  return [
    ...(rule.expressions.length === 0 ? ['a rule without an expression'] : []),
    ...(badScore ? ['the score of a rule is neither a whole number nor INFINITY'] : []),
    ...rule.expressions.flatMap((expression) => (expression.kind === 'rule' ? checkRule(id, expression.rule) : [])),
  ];
}

function checkLocation(location: Location): readonly string[] {
  const {id, resource, resourcePattern, sets, node, score, rules} = location;
  const targets = [resource, resourcePattern, ...(sets.length > 0 ? ['set'] : [])].filter((one) => one !== undefined);
  const hasNode = node !== undefined && node !== '';
  const hasRule = rules.length > 0 || location.other.length > 0;
  return [
    ...(targets.length === 1 ? [] : ['a location needs one of a resource, a pattern or resource sets']),
    ...(hasNode || hasRule ? [] : ['neither a node nor a rule']),
    ...(hasNode && score === undefined ? ['a node without a score'] : []),
    ...checkScore(score),
    ...rules.flatMap((rule) => checkRule(id, rule)),
  ];
}

function checkPair(
  constraint: Colocation | Order,
  first: string | undefined,
  second: string | undefined,
): readonly string[] {
  if (constraint.sets.length > 0 || constraint.other.length > 0) return [];
  return first === undefined || second === undefined ? ['two resources are needed'] : [];
}

function checkColocation(colocation: Colocation): readonly string[] {
  const {score, resource} = colocation;
  return [...checkScore(score), ...checkPair(colocation, resource, colocation.with)];
}

function checkOrder(order: Order): readonly string[] {
  const {orderKind, score, first, then} = order;
  const hasBoth = orderKind !== undefined && score !== undefined;
  return [
    ...(hasBoth ? ['an order has a kind or a score'] : []),
    ...checkScore(score),
    ...checkPair(order, first, then),
  ];
}

const checkShape = remember((constraint: Constraint): readonly string[] => {
  switch (constraint.kind) {
    case 'location':
      return checkLocation(constraint);
    case 'colocation':
      return checkColocation(constraint);
    case 'order':
      return checkOrder(constraint);
    case 'other':
      return [];
  }
});

/** What a constraint names. */
const getTargets = remember(getConstraintTargets);

/** What is wrong with one constraint, given the ids of all resources and tags. */
export function checkConstraint(constraint: Constraint, targets: ReadonlySet<string>): readonly Problem[] {
  const {id} = constraint;
  const shape = checkShape(constraint);
  const missing = getTargets(constraint).filter((target) => !targets.has(target));
  const problems = [...shape, ...missing.map((target) => `there is no resource ${target}`)];
  return problems.map((problem) => ({id, problem}));
}
