import type {Alert, AlertRecipient, AttributeSet, Cib, ClusterNode, FencingLevel, Tag, XmlElement} from './cib.ts';
import {opDefaultsId, propertiesId, rscDefaultsId} from './cib.ts';
import {readCib} from './cib-xml.ts';
import {element} from './cib-render-parts.ts';
import {takePairs, takeRules} from './crm-parse-parts.ts';
import {takeBody} from './crm-parse-resources.ts';
import type {CrmCursor, CrmStatement} from './crm-tokens.ts';
import {ClusterSyntaxError} from './errors.ts';
import {IdPool} from './ids.ts';
import {compact} from './values.ts';
import {parseXml} from './xml.ts';

/** A node, behind its keyword. */
export function parseNode(cursor: CrmCursor): readonly ClusterNode[] {
  const written = cursor.takeMatch(/^\$id=(.+)$/)?.[1] ?? cursor.takeMatch(/^([\w.-]+):$/)?.[1];
  const match = cursor.takeMatch(/^([^:=\s]+)(?::(normal|member|ping|remote))?$/i);
  if (match === null) cursor.fail('expected a node name');
  const [, uname = '', type = ''] = match;
  const {description, attributes, utilization, other} = takeBody(cursor, uname, ['attributes', 'utilization']);
  const kind = type.toLowerCase() === 'remote' ? ('remote' as const) : ('member' as const);
  return [compact({id: written ?? uname, uname, type: kind, description, attributes, utilization, other})];
}

const setIds = {property: propertiesId, rsc_defaults: rscDefaultsId, op_defaults: opDefaultsId} as const;

/** The pairs behind `property`, `rsc_defaults` or `op_defaults`. */
export function parseSetStatement(cursor: CrmCursor, keyword: keyof typeof setIds): readonly AttributeSet[] {
  const written = cursor.takeMatch(/^\$id=(.+)$/)?.[1] ?? cursor.takeMatch(/^([\w.-]+):$/)?.[1];
  const id = written ?? setIds[keyword];
  const pool = new IdPool([id]);
  const rules = takeRules(cursor, {id, pool});
  return [{id, rules, pairs: takePairs(cursor, id, pool), other: []}];
}

/** A tag, behind its keyword. */
export function parseTag(cursor: CrmCursor): readonly Tag[] {
  const id = cursor.take('an id').replace(/:$/, '');
  const members: string[] = [];
  while (!cursor.isAtEnd) members.push(cursor.take('a resource'));
  if (members.length === 0) cursor.fail('expected a resource');
  return [{id, members}];
}

type Target = Pick<FencingLevel, 'target' | 'targetPattern' | 'targetAttribute' | 'targetValue'>;

function takeTarget(cursor: CrmCursor): Target | null {
  const byAttribute = cursor.takeMatch(/^attr:([\w-]+)=([\w-]+)$/i);
  if (byAttribute !== null) return {targetAttribute: byAttribute[1] ?? '', targetValue: byAttribute[2] ?? ''};
  const byPattern = cursor.takeMatch(/^pattern:(.+)$/i);
  if (byPattern !== null) return {targetPattern: byPattern[1] ?? ''};
  const byName = cursor.takeMatch(/^([^:]+):$/);
  return byName === null ? null : {target: byName[1] ?? ''};
}

/** The levels behind `fencing_topology`; devices without a target are for every node of `nodes`. */
export function parseFencingTopology(cursor: CrmCursor, nodes: readonly string[]): readonly FencingLevel[] {
  const levels: TargetDevices[] = [];
  let target: Target | null = null;
  while (!cursor.isAtEnd) {
    const next = takeTarget(cursor);
    if (next !== null) target = next;
    else {
      const devices = cursor.take('a device').split(',');
      const targets: readonly Target[] = target === null ? nodes.map((node) => ({target: node})) : [target];
      levels.push(...targets.map((own) => ({target: own, devices})));
    }
  }
  return numberLevels(levels);
}

interface TargetDevices {
  readonly target: Target;
  readonly devices: readonly string[];
}

function numberLevels(levels: readonly TargetDevices[]): readonly FencingLevel[] {
  const pool = new IdPool();
  const counts = new Map<string, number>();
  return levels.map(({target, devices}) => {
    const key = JSON.stringify(target);
    const index = (counts.get(key) ?? 0) + 1;
    counts.set(key, index);
    return {id: pool.take('fencing'), index: String(index), ...target, devices};
  });
}

function takeSelect(cursor: CrmCursor): XmlElement {
  const selected: XmlElement[] = [];
  for (;;) {
    const word = cursor.takeMatch(/^(nodes|fencing|resources|attributes)$/i)?.[0].toLowerCase();
    if (word === undefined) return element('select', {}, selected);
    const names: string[] = [];
    if (word === 'attributes' && cursor.takeKeyword('{')) {
      while (!cursor.takeKeyword('}')) names.push(cursor.take('an attribute or }'));
    }
    selected.push(
      element(
        `select_${word}`,
        {},
        names.map((name) => element('attribute', {name})),
      ),
    );
  }
}

function takeRecipient(cursor: CrmCursor, id: string): AlertRecipient {
  const isBraced = cursor.takeKeyword('{');
  const value = cursor.take('a recipient');
  const {attributes, meta} = takeBody(cursor, id, ['attributes', 'meta']);
  if (isBraced && !cursor.takeKeyword('}')) cursor.fail('expected }');
  return {id, value, params: attributes, meta};
}

/** An alert, behind its keyword. */
export function parseAlert(cursor: CrmCursor): readonly Alert[] {
  const id = cursor.take('an id');
  const path = cursor.take('a path');
  const {description, attributes, meta, other} = takeBody(cursor, id, ['attributes', 'meta']);
  const selects = cursor.takeKeyword('select') ? [takeSelect(cursor)] : [];
  const recipients: AlertRecipient[] = [];
  while (cursor.takeKeyword('to')) recipients.push(takeRecipient(cursor, `${id}-recipient-${recipients.length + 1}`));
  return [compact({id, path, description, params: attributes, meta, recipients, other: [...other, ...selects]})];
}

const sectionOf: ReadonlyMap<string, string> = new Map([
  ['primitive', 'resources'],
  ['template', 'resources'],
  ['group', 'resources'],
  ['clone', 'resources'],
  ['master', 'resources'],
  ['bundle', 'resources'],
  ['rsc_location', 'constraints'],
  ['rsc_colocation', 'constraints'],
  ['rsc_order', 'constraints'],
  ['rsc_ticket', 'constraints'],
  ['node', 'nodes'],
  ['tag', 'tags'],
  ['alert', 'alerts'],
  ['cluster_property_set', 'crm_config'],
]);

/** An object in its XML form, behind the keyword `xml`. */
export function parseXmlStatement(statement: CrmStatement): Cib {
  let root: XmlElement;
  try {
    root = parseXml(statement.raw.trim(), 'XML');
  } catch (error) {
    if (error instanceof ClusterSyntaxError) throw new ClusterSyntaxError('crm syntax', error.problem, statement);
    throw error;
  }
  const section = sectionOf.get(root.name);
  const content = section === undefined ? root : element(section, {}, [root]);
  return readCib(element('cib', {}, [element('configuration', {}, [content])]));
}
