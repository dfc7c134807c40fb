import type {AttributeExpression, Rule, RuleExpression} from '../cib.ts';
import {getScoreValue} from './scores.ts';

/** The node attributes that rules see, `#uname`, `#id` and `#kind` among them. */
export type NodeAttributes = ReadonlyMap<string, string>;

function compareValues(left: string, right: string, type: string | undefined): number {
  const numbers = [Number(left), Number(right)] as const;
  const isNumeric = type === 'number' || type === 'integer' || (type === undefined && !numbers.some(Number.isNaN));
  if (isNumeric) return numbers[0] - numbers[1];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isOrdered(operation: string, order: number): boolean {
  switch (operation) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    default:
      return false;
  }
}

function isAttributeTrue(expression: AttributeExpression, attributes: NodeAttributes): boolean {
  const {attribute, operation, value, type} = expression;
  const actual = attributes.get(attribute);
  if (operation === 'defined') return actual !== undefined;
  if (operation === 'not_defined') return actual === undefined;
  if (actual === undefined || value === undefined) return operation === 'ne';
  return isOrdered(operation, compareValues(actual, value, type));
}

function isExpressionTrue(expression: RuleExpression, attributes: NodeAttributes): boolean {
  switch (expression.kind) {
    case 'attribute':
      return isAttributeTrue(expression, attributes);
    case 'rule':
      return isRuleTrue(expression.rule, attributes);
    case 'other':
      return false;
  }
}

/** Whether a rule holds on a node. Date and other expressions never hold here. */
export function isRuleTrue(rule: Rule, attributes: NodeAttributes): boolean {
  return rule.booleanOp === 'or'
    ? rule.expressions.some((expression) => isExpressionTrue(expression, attributes))
    : rule.expressions.every((expression) => isExpressionTrue(expression, attributes));
}

/** The score that a rule gives a node, null where it does not hold. */
export function getRuleScore(rule: Rule, attributes: NodeAttributes): number | null {
  if (!isRuleTrue(rule, attributes)) return null;
  return getScoreValue(rule.scoreAttribute === undefined ? rule.score : attributes.get(rule.scoreAttribute));
}
