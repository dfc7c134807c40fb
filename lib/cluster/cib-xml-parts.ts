import type {AttributeSet, NvPair, Operation, ResourceSet, Rule, RuleExpression, XmlElement} from './cib.ts';
import {compact} from './values.ts';
import {getChildren} from './xml.ts';

/** Whether an element has no attribute but the named ones. */
export function hasOnly(element: XmlElement, names: ReadonlySet<string>): boolean {
  for (const name of Object.keys(element.attributes)) if (!names.has(name)) return false;
  return true;
}

/** An attribute that the schema demands; a CIB that lacks it reads as empty and fails `checkCib`. */
export function getAttribute(element: XmlElement, name: string): string {
  return element.attributes[name] ?? '';
}

const pairNames = new Set(['id', 'name', 'value']);
const setNames = new Set(['id', 'score']);
const ruleNames = new Set(['id', 'score', 'score-attribute', 'role', 'boolean-op']);
const expressionNames = new Set(['id', 'attribute', 'operation', 'value', 'type', 'value-source']);
const resourceSetNames = new Set(['id', 'sequential', 'require-all', 'ordering', 'action', 'role', 'score', 'kind']);

function isPair(element: XmlElement): boolean {
  return element.name === 'nvpair' && element.attributes['name'] !== undefined && hasOnly(element, pairNames);
}

/** Whether a `<rule>` can be read as a `Rule`; one by reference can not. */
export function isRule(element: XmlElement): boolean {
  return element.name === 'rule' && element.attributes['id'] !== undefined && hasOnly(element, ruleNames);
}

function readPair(element: XmlElement): NvPair {
  const {attributes} = element;
  return compact({id: getAttribute(element, 'id'), name: getAttribute(element, 'name'), value: attributes['value']});
}

function readExpression(element: XmlElement): RuleExpression {
  if (isRule(element)) return {kind: 'rule', rule: readRule(element)};
  if (element.name !== 'expression' || !hasOnly(element, expressionNames)) return {kind: 'other', xml: element};
  const {attributes} = element;
  return compact({
    kind: 'attribute' as const,
    id: getAttribute(element, 'id'),
    attribute: getAttribute(element, 'attribute'),
    operation: getAttribute(element, 'operation'),
    value: attributes['value'],
    type: attributes['type'],
    valueSource: attributes['value-source'],
  });
}

/** A `<rule>` as a value. */
export function readRule(element: XmlElement): Rule {
  const {attributes} = element;
  return compact({
    id: getAttribute(element, 'id'),
    score: attributes['score'],
    scoreAttribute: attributes['score-attribute'],
    role: attributes['role'],
    booleanOp: attributes['boolean-op'],
    expressions: element.children.map(readExpression),
  });
}

/** Whether an element of the given name can be read as an `AttributeSet`; one by reference can not. */
export function isAttributeSet(element: XmlElement, name: string): boolean {
  return element.name === name && element.attributes['id'] !== undefined && hasOnly(element, setNames);
}

/** A set of name/value pairs as a value. */
export function readAttributeSet(element: XmlElement): AttributeSet {
  const rules = element.children.filter(isRule);
  const pairs = element.children.filter(isPair);
  const other = element.children.filter((child) => !isRule(child) && !isPair(child));
  return compact({
    id: getAttribute(element, 'id'),
    score: element.attributes['score'],
    rules: rules.map(readRule),
    pairs: pairs.map(readPair),
    other,
  });
}

/** All sets of that element name among the children. */
export function readAttributeSets(element: XmlElement, name: string): readonly AttributeSet[] {
  return element.children.filter((child) => isAttributeSet(child, name)).map(readAttributeSet);
}

function isOperation(element: XmlElement): boolean {
  const known = (child: XmlElement): boolean =>
    isAttributeSet(child, 'meta_attributes') || isAttributeSet(child, 'instance_attributes');
  return element.name === 'op' && element.attributes['id'] !== undefined && element.children.every(known);
}

/** Whether an `<operations>` element can be read as a list; one with an id or by reference can not. */
export function isOperations(element: XmlElement): boolean {
  return (
    element.name === 'operations' && Object.keys(element.attributes).length === 0 && element.children.every(isOperation)
  );
}

function readOperation(element: XmlElement): Operation {
  const {id = '', name = '', ...attributes} = element.attributes;
  return {
    id,
    name,
    attributes,
    meta: readAttributeSets(element, 'meta_attributes'),
    params: readAttributeSets(element, 'instance_attributes'),
  };
}

/** The operations of a resource. */
export function readOperations(element: XmlElement): readonly Operation[] {
  return element.children.filter(isOperations).flatMap((child) => child.children.map(readOperation));
}

/** Whether a `<resource_set>` can be read as a value; one by reference can not. */
export function isResourceSet(element: XmlElement): boolean {
  return (
    element.name === 'resource_set' && element.attributes['id'] !== undefined && hasOnly(element, resourceSetNames)
  );
}

function readResourceSet(element: XmlElement): ResourceSet {
  const {attributes} = element;
  return compact({
    id: getAttribute(element, 'id'),
    sequential: attributes['sequential'],
    requireAll: attributes['require-all'],
    ordering: attributes['ordering'],
    action: attributes['action'],
    role: attributes['role'],
    score: attributes['score'],
    kind: attributes['kind'],
    members: getChildren(element, 'resource_ref').map((child) => getAttribute(child, 'id')),
  });
}

/** The resource sets of a constraint. */
export function readResourceSets(element: XmlElement): readonly ResourceSet[] {
  return element.children.filter(isResourceSet).map(readResourceSet);
}
