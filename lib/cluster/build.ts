import type {Alert, AttributeSet, Clone, Colocation, Group, Location, Operation, Order, Primitive} from './cib.ts';
import {element} from './cib-render-parts.ts';
import {getAgent} from './crm-parse-resources.ts';
import {getScore} from './crm-parse-parts.ts';
import {IdPool} from './ids.ts';
import type {SetKind} from './ids.ts';
import {compact, freezeDeep} from './values.ts';

type Values = Readonly<Record<string, string>>;

/** A set of pairs with the ids that the `crm` shell gives; no set when there are no pairs. */
function makeSets(owner: string, kind: SetKind, values: Values | undefined): readonly AttributeSet[] {
  const entries = Object.entries(values ?? {});
  if (entries.length === 0) return [];
  const pool = new IdPool([owner]);
  const id = pool.takeSet(owner, kind);
  const pairs = entries.map(([name, value]) => ({id: pool.take(`${id}-${name}`), name, value}));
  return [{id, rules: [], pairs, other: []}];
}

/** A set of pairs with a given id, for properties and defaults. */
export function makeAttributeSet(id: string, values: Values): AttributeSet {
  const pool = new IdPool([id]);
  const pairs = Object.entries(values).map(([name, value]) => ({id: pool.take(`${id}-${name}`), name, value}));
  return freezeDeep({id, rules: [], pairs, other: []});
}

/** One operation: `name` and `interval`, and what else `op` takes (timeout, start-delay, on-fail ...). */
export interface OperationOptions {
  readonly name: string;
  readonly interval: string;
  readonly attributes?: Values;
}

/** What a primitive is made of. The order of params, meta and operations is kept. */
export interface PrimitiveOptions {
  readonly id: string;
  /** `ocf:heartbeat:IPaddr2`, `stonith:external/maas`, `lsb:haproxy`, `systemd:haproxy` ... */
  readonly agent: string;
  readonly params?: Values;
  readonly meta?: Values;
  readonly operations?: readonly OperationOptions[];
}

/** A primitive. */
export function makePrimitive(options: PrimitiveOptions): Primitive {
  const {id, agent, params, meta, operations = []} = options;
  const pool = new IdPool([id]);
  const made: readonly Operation[] = operations.map(({name, interval, attributes}) => ({
    id: pool.take(`${id}-${name}-${interval}`),
    name,
    attributes: {interval, ...attributes},
    meta: [],
    params: [],
  }));
  return freezeDeep({
    kind: 'primitive',
    id,
    ...getAgent(agent),
    meta: makeSets(id, 'meta', meta),
    params: makeSets(id, 'params', params),
    utilization: [],
    operations: made,
    other: [],
  });
}

/** A group; members start in this order. */
export function makeGroup(id: string, members: readonly string[], meta?: Values): Group {
  return freezeDeep({kind: 'group', id, meta: makeSets(id, 'meta', meta), params: [], other: [], members});
}

/** A clone of a primitive or a group. */
export function makeClone(id: string, child: string, meta?: Values): Clone {
  return freezeDeep({kind: 'clone', id, meta: makeSets(id, 'meta', meta), params: [], other: [], child});
}

/** A location that gives a resource a score on one node. `inf` and `-inf` are taken too. */
export function makeLocation(id: string, resource: string, node: string, score: string): Location {
  const given = getScore(score);
  const value = 'score' in given ? given.score : score;
  return freezeDeep({kind: 'location', id, resource, sets: [], node, score: value, rules: [], other: []});
}

/** A colocation of two resources. */
export function makeColocation(id: string, score: string, resource: string, withResource: string): Colocation {
  const given = getScore(score);
  const value = 'score' in given ? given.score : score;
  return freezeDeep({kind: 'colocation', id, score: value, resource, with: withResource, sets: [], other: []});
}

/** An order of two resources: Mandatory, Optional or Serialize. */
export function makeOrder(id: string, orderKind: string, first: string, then: string): Order {
  return freezeDeep(compact({kind: 'order' as const, id, orderKind, first, then, sets: [], other: []}));
}

/** The kinds of events that an alert can be limited to. */
export type AlertEvent = 'nodes' | 'fencing' | 'resources' | 'attributes';

/** What an alert is made of; one that selects nothing gets every kind of event. */
export interface AlertOptions {
  readonly id: string;
  /** The program, on every member. */
  readonly path: string;
  readonly attributes?: Values;
  readonly meta?: Values;
  readonly select?: readonly AlertEvent[];
}

/** An alert without recipients. */
export function makeAlert({id, path, attributes, meta, select = []}: AlertOptions): Alert {
  const selected = element(
    'select',
    {},
    select.map((event) => element(`select_${event}`, {})),
  );
  return freezeDeep({
    id,
    path,
    params: makeSets(id, 'params', attributes),
    meta: makeSets(id, 'meta', meta),
    recipients: [],
    other: select.length === 0 ? [] : [selected],
  });
}
