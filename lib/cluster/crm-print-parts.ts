import type {AttributeSet, NvPair, Operation, Rule, RuleExpression} from './cib.ts';

/** A word in crm syntax: in quotes only when it holds more than letters, digits, `_`, `.` and `-`. */
export function quote(value: string): string {
  if (/^[\p{L}\p{N}_.-]+$/u.test(value)) return value;
  // A backslash counts as such except before a quote or another one.
  return `"${value.replace(/\\(?=["\\]|$)/g, '\\\\').replace(/"/g, '\\"')}"`;
}

/** `name=value`, or the name alone when there is no value. */
export function printPair(pair: Pick<NvPair, 'name' | 'value'>): string {
  return pair.value === undefined ? pair.name : `${pair.name}=${quote(pair.value)}`;
}

/** A score as people write it: `inf` for INFINITY. */
export function printScore(score: string): string {
  return score.replaceAll('INFINITY', 'inf');
}

function printExpression(expression: RuleExpression): string {
  if (expression.kind !== 'attribute') return '';
  const {attribute, operation, type, value, valueSource} = expression;
  const operator = type === undefined ? operation : `${type}:${operation}`;
  if (value === undefined || value === '') return `${operator} ${attribute}`;
  const isReferred = valueSource !== undefined && valueSource !== 'literal';
  return `${attribute} ${operator} ${isReferred ? `${valueSource}{${value}}` : value}`;
}

/** What stands behind the word `rule`. */
export function printRule(rule: Rule): string {
  const score = rule.score ?? rule.scoreAttribute;
  const parts = [
    ...(rule.role === undefined ? [] : [`$role=${quote(rule.role)}`]),
    ...(score === undefined || score === 'INFINITY' ? [] : [`${printScore(score)}:`]),
    rule.expressions.map(printExpression).join(` ${rule.booleanOp ?? 'and'} `),
  ];
  return parts.join(' ');
}

/** One set of pairs behind its keyword. */
export function printSet(keyword: string, set: AttributeSet): string {
  const score = set.score === undefined ? [] : [`${set.score}:`];
  return [keyword, ...score, ...set.rules.map((rule) => `rule ${printRule(rule)}`), ...set.pairs.map(printPair)].join(
    ' ',
  );
}

/** A line for each set. */
export function printSets(keyword: string, sets: readonly AttributeSet[]): readonly string[] {
  return sets.map((set) => printSet(keyword, set));
}

/** The lines of one operation. */
export function printOperation(operation: Operation): readonly string[] {
  const attributes = Object.entries(operation.attributes).map(([name, value]) => printPair({name, value}));
  return [
    ['op', operation.name, ...attributes].join(' '),
    ...printSets('op_params', operation.params),
    ...printSets('op_meta', operation.meta),
  ];
}

/** A description as an own line, none when there is none. */
export function printDescription(description: string | undefined): readonly string[] {
  return description === undefined || description === '' ? [] : [`description=${quote(description)}`];
}
