import {active, describeRelationProblem, type Databag, type RelationView, type Status} from '#charm';

/** How a request looks in a unit's bag: `username`, or with a prefix `nova_username`, beside its other fields. */
export interface RequestForm {
  /** The fields of a request; the first is the one that tells where a request, and which prefix, is. */
  readonly fields: readonly [string, ...string[]];
  /** Fields that may be absent; they then are empty. */
  readonly optional?: readonly string[];
  /** The fields in which all units of one application must agree, since they get one answer. */
  readonly common: readonly string[];
  /** What is wrong with a request, naming the field, or null. Asked once for all units that say the same. */
  check(values: Databag): {readonly field: string; readonly message: string} | null;
}

/** What units of one application ask for under one prefix (empty, or such as `nova_`). */
export interface Request {
  readonly prefix: string;
  /** Field by field, as its first unit says. */
  readonly values: Databag;
  readonly units: readonly string[];
}

export interface Requests {
  readonly requests: readonly Request[];
  /** Why units were ignored, each as a status says it. */
  readonly ignored: readonly string[];
}

interface OpenRequest extends Request {
  readonly units: string[];
}

/**
 * Reads the requests on one relation. A unit that has not said everything yet is passed over; one whose data cannot be
 * right, or that asks for something else than the units before it, is ignored. With hundreds of units that say the same
 * the cost of each is a few comparisons.
 */
export function readRequests(relation: RelationView, form: RequestForm): Requests {
  const open = new Map<string, OpenRequest>();
  const ignored: string[] = [];
  for (const {name, data} of relation.units) {
    for (const prefix of getPrefixes(data, form.fields[0])) {
      const problem = addRequest(open, form, {name, data, prefix});
      if (problem !== null) {
        ignored.push(describeRelationProblem(relation, name, problem));
      }
    }
  }
  return {requests: [...open.values()], ignored};
}

/** The prefixes under which a bag holds a field: of `nova_database` and `novaapi_database`, `nova_` and `novaapi_`. */
function getPrefixes(data: Databag, field: string): readonly string[] {
  if (data[field] !== undefined) {
    return [''];
  }
  const end = `_${field}`;
  return Object.keys(data).flatMap((key) => (key.endsWith(end) ? [key.slice(0, -field.length)] : []));
}

interface Asking {
  readonly name: string;
  readonly data: Databag;
  readonly prefix: string;
}

function addRequest(
  open: Map<string, OpenRequest>,
  {fields, optional = [], common, check}: RequestForm,
  {name, data, prefix}: Asking,
): {key: string; message: string} | null {
  if (fields.some((field) => data[prefix + field] === undefined)) {
    return null;
  }
  const known = open.get(prefix);
  if (known !== undefined) {
    const other = common.find((field) => (data[prefix + field] ?? '') !== known.values[field]);
    if (other !== undefined) {
      return {key: prefix + other, message: `differs from that of ${known.units[0] ?? ''}`};
    }
    known.units.push(name);
    return null;
  }
  const values = Object.fromEntries([...fields, ...optional].map((field) => [field, data[prefix + field] ?? '']));
  const problem = isName(prefix) ? check(values) : {field: '', message: 'has a key that is no name'};
  if (problem !== null) {
    return {key: problem.field === '' ? '' : prefix + problem.field, message: problem.message};
  }
  open.set(prefix, {prefix, values, units: [name]});
  return null;
}

/** A prefix becomes part of keys that are written back, so it must be a name or nothing. */
function isName(prefix: string): boolean {
  return /^(?:[a-z0-9]{1,32}_)?$/u.test(prefix);
}

/** Ready, and whom it does not serve if there is anybody: one bad client is no reason to be blocked for all others. */
export function describeReady(ignored: readonly string[]): Status {
  const [first, ...others] = ignored;
  if (first === undefined) {
    return active('Unit is ready');
  }
  return active(`Unit is ready (ignored: ${first}${others.length === 0 ? '' : `; and ${others.length} more`})`);
}
