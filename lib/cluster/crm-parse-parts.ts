import type {AttributeSet, NvPair, Operation, Rule, RuleExpression, XmlElement} from './cib.ts';
import {element} from './cib-render-parts.ts';
import type {CrmCursor} from './crm-tokens.ts';
import type {IdPool, SetKind} from './ids.ts';
import {compact} from './values.ts';

/** Words that end a list of name/value pairs. */
const endWords = new Set([
  'params',
  'meta',
  'utilization',
  'operations',
  'op',
  'op_params',
  'op_meta',
  'rule',
  'attributes',
  'to',
  'select',
  '{',
  '}',
]);

/** Attributes of `<op>` itself; whatever else stands with an operation is a parameter of it. */
const operationAttributes = new Set([
  'interval',
  'timeout',
  'start-delay',
  'interval-origin',
  'enabled',
  'description',
  'record-pending',
  'role',
  'requires',
  'on-fail',
]);

/** Where parts belong: the id of their owner and the ids that are taken there. */
export interface Owner {
  readonly id: string;
  readonly pool: IdPool;
}

type WrittenPair = Omit<NvPair, 'id'> & {readonly id?: string};

function getPair(match: RegExpExecArray): WrittenPair {
  const {id, name = '', value} = match.groups ?? {};
  return compact({id, name, value});
}

const pairForms = [
  /^\$(?<id>[^:=\s]+):(?<name>[^=\s]+)=(?<value>.*)$/s,
  /^(?<name>[^\s=@$:][^\s=]*)=(?<value>.*)$/s,
  /^(?<name>[^\s=@$:{}()[\]]+)$/,
] as const;

function takePair(cursor: CrmCursor): WrittenPair | null {
  if (cursor.isAtEnd || endWords.has(cursor.keyword)) return null;
  for (const form of pairForms) {
    const match = cursor.takeMatch(form);
    if (match !== null) return getPair(match);
  }
  return null;
}

function takeWrittenPairs(cursor: CrmCursor): readonly WrittenPair[] {
  const pairs: WrittenPair[] = [];
  for (;;) {
    const pair = takePair(cursor);
    if (pair === null) return pairs;
    pairs.push(pair);
  }
}

function identify(pairs: readonly WrittenPair[], set: string, pool: IdPool): readonly NvPair[] {
  return pairs.map((pair) => ({...pair, id: pair.id ?? pool.take(`${set}-${pair.name}`)}));
}

/** Name/value pairs as far as they go, with ids for the set they belong to. */
export function takePairs(cursor: CrmCursor, set: string, pool: IdPool): readonly NvPair[] {
  return identify(takeWrittenPairs(cursor), set, pool);
}

/** A score as the CIB writes it, or the node attribute that holds it. */
export function getScore(word: string): {readonly score: string} | {readonly scoreAttribute: string} {
  const lower = word.toLowerCase();
  if (lower === 'mandatory') return {score: 'INFINITY'};
  if (lower === 'advisory') return {score: '0'};
  const match = /^([+-]?)(inf|infinity|\d+)$/.exec(lower);
  if (match === null) return {scoreAttribute: word};
  const [, sign = '', amount = ''] = match;
  return {score: `${sign}${amount.startsWith('inf') ? 'INFINITY' : amount}`};
}

function takeExpression(cursor: CrmCursor, rule: string, pool: IdPool): RuleExpression {
  if (cursor.keyword === 'date') cursor.fail('date expressions are read as XML only');
  const unary = cursor.takeMatch(/^(defined|not_defined)$/i);
  const attribute = cursor.take('an attribute');
  const id = pool.take(`${rule}-expression`);
  if (unary !== null) return {kind: 'attribute', id, attribute, operation: unary[0].toLowerCase()};
  const operator = cursor.takeMatch(/^(?:([a-z]+):)?(lt|gt|lte|gte|eq|ne)$/i);
  if (operator === null) cursor.fail('expected lt, gt, lte, gte, eq or ne');
  const word = cursor.take('a value');
  const referred = /^([^\s{}]+)\{(\S+)\}$/.exec(word);
  return compact({
    kind: 'attribute' as const,
    id,
    attribute,
    operation: (operator[2] ?? '').toLowerCase(),
    value: referred?.[2] ?? word,
    type: operator[1],
    valueSource: referred?.[1],
  });
}

function takeExpressions(cursor: CrmCursor, rule: string, pool: IdPool) {
  const expressions = [takeExpression(cursor, rule, pool)];
  let booleanOp = '';
  for (;;) {
    const match = cursor.keyword;
    if (match !== 'and' && match !== 'or') return {booleanOp, expressions};
    if (booleanOp !== '' && match !== booleanOp) cursor.fail('`and` and `or` can not be mixed in one rule');
    cursor.takeKeyword(match);
    booleanOp = match;
    expressions.push(takeExpression(cursor, rule, pool));
  }
}

function takeRule(cursor: CrmCursor, owner: Owner): Rule {
  const id = cursor.takeMatch(/^\$id=(.+)$/i)?.[1] ?? owner.pool.take(`${owner.id}-rule`);
  const role = cursor.takeMatch(/^\$?role=(.+)$/i)?.[1];
  const word = cursor.takeMatch(/^([^:]+):$/)?.[1];
  const {booleanOp, expressions} = takeExpressions(cursor, id, owner.pool);
  return compact({
    id,
    ...(word === undefined ? {score: 'INFINITY'} : getScore(word)),
    role,
    booleanOp: booleanOp === 'or' ? 'or' : undefined,
    expressions,
  });
}

/** All rules that follow. */
export function takeRules(cursor: CrmCursor, owner: Owner): readonly Rule[] {
  const rules: Rule[] = [];
  while (cursor.takeKeyword('rule')) rules.push(takeRule(cursor, owner));
  return rules;
}

/** A set of pairs, or a reference to one that stands elsewhere. */
export type SetOrReference = {readonly set: AttributeSet} | {readonly reference: XmlElement};

const setElementNames = {
  meta: 'meta_attributes',
  params: 'instance_attributes',
  attributes: 'instance_attributes',
  utilization: 'utilization',
} as const;

/** The pairs behind `params`, `meta`, `utilization` or `attributes`. */
export function takeSet(cursor: CrmCursor, owner: Owner, kind: SetKind): SetOrReference {
  const reference = cursor.takeMatch(/^\$id-ref=(.+)$/i)?.[1];
  if (reference !== undefined) return {reference: element(setElementNames[kind], {'id-ref': reference})};
  const id = cursor.takeMatch(/^\$id=(.+)$/i)?.[1] ?? owner.pool.takeSet(owner.id, kind);
  const score = cursor.takeMatch(/^([^:=]+):$/)?.[1];
  const rules = takeRules(cursor, {id, pool: owner.pool});
  const pairs = takePairs(cursor, id, owner.pool);
  const set = compact({id, score, rules, pairs, other: []});
  return {set};
}

function takeOperationSets(cursor: CrmCursor, owner: Owner) {
  const sets: {readonly params: AttributeSet[]; readonly meta: AttributeSet[]} = {params: [], meta: []};
  for (;;) {
    const word = cursor.takeMatch(/^op_(params|meta)$/i)?.[1]?.toLowerCase();
    if (word === undefined) return sets;
    const kind = word === 'meta' ? 'meta' : 'params';
    const taken = takeSet(cursor, owner, kind);
    if (!('set' in taken)) cursor.fail('a reference is not possible in an operation');
    sets[kind].push(taken.set);
  }
}

/** One operation, behind the word `op`. */
export function takeOperation(cursor: CrmCursor, owner: Owner): Operation {
  const name = cursor.take('an operation');
  const pairs = takeWrittenPairs(cursor);
  const own = pairs.filter((pair) => operationAttributes.has(pair.name));
  const written = Object.fromEntries(own.map((pair) => [pair.name, pair.value ?? '']));
  const attributes = 'interval' in written ? written : {...written, interval: '0'};
  const id = owner.pool.take(`${owner.id}-${name}-${attributes['interval'] ?? '0'}`);
  const rest = pairs.filter((pair) => !operationAttributes.has(pair.name));
  const inner = {id, pool: owner.pool};
  const first = rest.length === 0 ? [] : [makeSet(owner.pool.takeSet(id, 'params'), rest, owner.pool)];
  const sets = takeOperationSets(cursor, inner);
  return {id, name, attributes, meta: sets.meta, params: [...first, ...sets.params]};
}

function makeSet(id: string, pairs: readonly WrittenPair[], pool: IdPool): AttributeSet {
  return {id, rules: [], pairs: identify(pairs, id, pool), other: []};
}
