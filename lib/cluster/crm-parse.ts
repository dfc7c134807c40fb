import type {Cib, Resource} from './cib.ts';
import {emptyCib} from './cib.ts';
import {parseColocation, parseLocation, parseOrder} from './crm-parse-constraints.ts';
import {
  parseAlert,
  parseFencingTopology,
  parseNode,
  parseSetStatement,
  parseTag,
  parseXmlStatement,
} from './crm-parse-other.ts';
import {parseClone, parseGroup, parsePrimitive} from './crm-parse-resources.ts';
import type {CrmStatement} from './crm-tokens.ts';
import {CrmCursor, getStatements, getWords} from './crm-tokens.ts';
import {freezeDeep} from './values.ts';

/** The lists of a CIB that statements add to. */
type Objects = Omit<Cib, 'version' | 'validateWith' | 'attributes' | 'status'>;
type Parsed = Partial<Objects>;
type Parse = (cursor: CrmCursor, context: {readonly nodes: readonly string[]}) => Parsed;

const parsers: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ['primitive', (cursor) => ({resources: parsePrimitive(cursor, 'primitive')})],
  ['rsc_template', (cursor) => ({resources: parsePrimitive(cursor, 'template')})],
  ['group', (cursor) => ({resources: parseGroup(cursor)})],
  ['clone', (cursor) => ({resources: parseClone(cursor, 'clone')})],
  ['ms', (cursor) => ({resources: parseClone(cursor, 'master')})],
  ['master', (cursor) => ({resources: parseClone(cursor, 'master')})],
  ['location', (cursor) => ({constraints: parseLocation(cursor)})],
  ['colocation', (cursor) => ({constraints: parseColocation(cursor)})],
  ['collocation', (cursor) => ({constraints: parseColocation(cursor)})],
  ['order', (cursor) => ({constraints: parseOrder(cursor)})],
  ['node', (cursor) => ({nodes: parseNode(cursor)})],
  ['tag', (cursor) => ({tags: parseTag(cursor)})],
  ['alert', (cursor) => ({alerts: parseAlert(cursor)})],
  ['property', (cursor) => ({properties: parseSetStatement(cursor, 'property')})],
  ['rsc_defaults', (cursor) => ({rscDefaults: parseSetStatement(cursor, 'rsc_defaults')})],
  ['op_defaults', (cursor) => ({opDefaults: parseSetStatement(cursor, 'op_defaults')})],
  ['fencing_topology', (cursor, {nodes}) => ({fencingLevels: parseFencingTopology(cursor, nodes)})],
  ['fencing-topology', (cursor, {nodes}) => ({fencingLevels: parseFencingTopology(cursor, nodes)})],
]);

/** The keywords that begin a statement which `parseCrm` reads, besides `xml`. */
export const crmKeywords: readonly string[] = [...parsers.keys()];

function parseStatement(statement: CrmStatement, nodes: readonly string[]): Parsed {
  const cursor: CrmCursor = new CrmCursor(statement.tokens, statement);
  const keyword = cursor.keyword;
  if (keyword === 'xml') return parseXmlStatement(statement);
  const parse = parsers.get(keyword);
  if (parse === undefined)
    cursor.fail('expected primitive, group, clone, location or another keyword of crm configure');
  cursor.takeKeyword(keyword);
  const parsed = parse(cursor, {nodes});
  if (keyword !== 'colocation' && keyword !== 'collocation' && keyword !== 'order') cursor.expectEnd();
  return parsed;
}

function flatten(parsed: readonly Parsed[]): Objects {
  return {
    properties: parsed.flatMap((one) => one.properties ?? []),
    rscDefaults: parsed.flatMap((one) => one.rscDefaults ?? []),
    opDefaults: parsed.flatMap((one) => one.opDefaults ?? []),
    nodes: parsed.flatMap((one) => one.nodes ?? []),
    resources: parsed.flatMap((one) => one.resources ?? []),
    constraints: parsed.flatMap((one) => one.constraints ?? []),
    tags: parsed.flatMap((one) => one.tags ?? []),
    alerts: parsed.flatMap((one) => one.alerts ?? []),
    fencingLevels: parsed.flatMap((one) => one.fencingLevels ?? []),
    other: parsed.flatMap((one) => one.other ?? []),
  };
}

/** The same object may come twice when it stands in an `xml` group and by itself: the first one counts. */
function withoutRepeats(resources: readonly Resource[]): readonly Resource[] {
  const seen = new Set<string>();
  return resources.filter((resource) => !seen.has(resource.id) && seen.add(resource.id));
}

/**
 * Reads statements of `crm configure`, as `crm configure show` prints them (crmsh 2 to 4) and people write them. The
 * value is a CIB without version and status that holds just these objects.
 *
 * @throws ClusterSyntaxError with line and column.
 */
export function parseCrm(text: string): Cib {
  const statements = getStatements(text);
  const isTopology = (statement: CrmStatement): boolean => /^fencing.topology$/i.test(statement.tokens[0]?.text ?? '');
  const first = flatten(statements.filter((one) => !isTopology(one)).map((one) => parseStatement(one, [])));
  const nodes = first.nodes.map((node) => node.uname);
  const {fencingLevels} = flatten(statements.filter(isTopology).map((one) => parseStatement(one, nodes)));
  const all = {...first, fencingLevels: [...first.fencingLevels, ...fencingLevels]};
  return freezeDeep({...emptyCib, ...all, resources: withoutRepeats(all.resources)});
}

/**
 * Reads one statement that is given in parts, the way charms send it: `parseCrmObject('primitive', 'res_vip',
 * 'ocf:heartbeat:IPaddr2   params ip="10.0.0.1"')`. New lines in `rest` are blanks, so `rest` can not begin another
 * statement, and `id` stays one word.
 *
 * @throws ClusterSyntaxError with line and column in `rest`.
 */
export function parseCrmObject(keyword: string, id: string, rest: string): Cib {
  const place = {line: 1, column: 1};
  const words = [{text: keyword, ...place}, {text: id, ...place}, ...getWords(rest)];
  const parsed = parseStatement({tokens: words, raw: '', ...place}, []);
  return freezeDeep({...emptyCib, ...flatten([parsed])});
}
