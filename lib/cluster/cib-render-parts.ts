import type {AttributeSet, NvPair, Operation, ResourceSet, Rule, RuleExpression, XmlElement} from './cib.ts';

type Attributes = Readonly<Record<string, string | undefined>>;

/** An element whose attributes without a value are left out. */
export function element(name: string, attributes: Attributes, children: readonly XmlElement[] = []): XmlElement {
  const written: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) written[key] = value;
  return {name, attributes: written, children};
}

function pairElement(pair: NvPair): XmlElement {
  return element('nvpair', {name: pair.name, value: pair.value, id: pair.id});
}

function expressionElement(expression: RuleExpression): XmlElement {
  if (expression.kind === 'other') return expression.xml;
  if (expression.kind === 'rule') return ruleElement(expression.rule);
  const {operation, attribute, type, value, valueSource, id} = expression;
  return element('expression', {operation, attribute, type, value, 'value-source': valueSource, id});
}

/** A rule as XML. */
export function ruleElement(rule: Rule): XmlElement {
  const {id, score, scoreAttribute, role, booleanOp, expressions} = rule;
  const attributes = {id, role, score, 'score-attribute': scoreAttribute, 'boolean-op': booleanOp};
  return element('rule', attributes, expressions.map(expressionElement));
}

/** A set of name/value pairs as an element of the given name. */
export function setElement(name: string, set: AttributeSet): XmlElement {
  return element(name, {id: set.id, score: set.score}, [
    ...set.rules.map(ruleElement),
    ...set.pairs.map(pairElement),
    ...set.other,
  ]);
}

/** Sets of name/value pairs as elements of the given name. */
export function setElements(name: string, sets: readonly AttributeSet[]): readonly XmlElement[] {
  return sets.map((set) => setElement(name, set));
}

function operationElement(operation: Operation): XmlElement {
  return element('op', {name: operation.name, ...operation.attributes, id: operation.id}, [
    ...setElements('instance_attributes', operation.params),
    ...setElements('meta_attributes', operation.meta),
  ]);
}

/** The operations of a resource: one element, or none. */
export function operationsElements(operations: readonly Operation[]): readonly XmlElement[] {
  return operations.length === 0 ? [] : [element('operations', {}, operations.map(operationElement))];
}

function resourceSetElement(set: ResourceSet): XmlElement {
  const {id, sequential, requireAll, ordering, action, role, score, kind, members} = set;
  return element(
    'resource_set',
    {id, sequential, 'require-all': requireAll, ordering, action, role, score, kind},
    members.map((member) => element('resource_ref', {id: member})),
  );
}

/** The resource sets of a constraint. */
export function resourceSetElements(sets: readonly ResourceSet[]): readonly XmlElement[] {
  return sets.map(resourceSetElement);
}
