import type {AttributeSet, Operation, Resource, XmlElement} from './cib.ts';
import {takeOperation, takeSet} from './crm-parse-parts.ts';
import type {Owner} from './crm-parse-parts.ts';
import type {CrmCursor} from './crm-tokens.ts';
import type {SetKind} from './ids.ts';
import {IdPool} from './ids.ts';
import {compact} from './values.ts';

/** What stands behind the head of an object. */
export interface Body {
  readonly description: string | undefined;
  readonly params: readonly AttributeSet[];
  readonly meta: readonly AttributeSet[];
  readonly utilization: readonly AttributeSet[];
  readonly attributes: readonly AttributeSet[];
  readonly operations: readonly Operation[];
  readonly other: readonly XmlElement[];
}

interface BodyDraft {
  readonly sets: Readonly<Record<SetKind, AttributeSet[]>>;
  readonly operations: Operation[];
  readonly other: XmlElement[];
}

function isSetKind(word: string): word is SetKind {
  return word === 'params' || word === 'meta' || word === 'utilization' || word === 'attributes';
}

function addSet(cursor: CrmCursor, draft: BodyDraft, owner: Owner, kind: SetKind): void {
  const taken = takeSet(cursor, owner, kind);
  if ('reference' in taken) draft.other.push(taken.reference);
  else draft.sets[kind].push(taken.set);
}

function takePart(cursor: CrmCursor, draft: BodyDraft, owner: Owner, kinds: readonly string[]): boolean {
  const word = cursor.keyword;
  if (cursor.isAtEnd || !kinds.includes(word)) return false;
  if (isSetKind(word)) {
    cursor.takeKeyword(word);
    addSet(cursor, draft, owner, word);
  } else if (cursor.takeKeyword('op')) {
    draft.operations.push(takeOperation(cursor, owner));
  } else {
    cursor.fail('an `operations` line is not supported; write `op` lines');
  }
  return true;
}

/**
 * The parts of an object: description, sets of pairs, operations. Pairs right behind the head belong to the first of
 * `kinds`, as in the `crm` shell.
 */
export function takeBody(cursor: CrmCursor, id: string, kinds: readonly [SetKind, ...string[]]): Body {
  const owner = {id, pool: new IdPool([id])};
  const draft: BodyDraft = {
    sets: {params: [], meta: [], utilization: [], attributes: []},
    operations: [],
    other: [],
  };
  const description = cursor.takeMatch(/^description=(.*)$/s)?.[1];
  const isImplicit = !cursor.isAtEnd && !kinds.includes(cursor.keyword) && /^[^\s=:]+=/.test(cursor.peek);
  if (isImplicit) addSet(cursor, draft, owner, kinds[0]);
  while (takePart(cursor, draft, owner, kinds));
  return {description, ...draft.sets, operations: draft.operations, other: draft.other};
}

const agentKinds = ['params', 'meta', 'utilization', 'operations', 'op'] as const;
const containerKinds = ['params', 'meta'] as const;

interface Agent {
  readonly class?: string;
  readonly provider?: string;
  readonly type: string;
}

/**
 * Class, provider and type of an agent's name. One without a class is an OCF agent of the provider heartbeat, as in the
 * `crm` shell; `ocf::heartbeat:IPaddr2` is the spelling of `crm_mon`.
 */
export function getAgent(name: string): Agent {
  const parts = name.replace('::', ':').split(':');
  const [first = '', second = '', ...rest] = parts;
  if (parts.length === 1) return {class: 'ocf', provider: 'heartbeat', type: first};
  if (first !== 'ocf') return {class: first, type: [second, ...rest].join(':')};
  return rest.length === 0
    ? {class: 'ocf', provider: 'heartbeat', type: second}
    : {class: 'ocf', provider: second, type: rest.join(':')};
}

function takeAgent(cursor: CrmCursor, mayUseTemplate: boolean): Partial<Agent> & {readonly template?: string} {
  const template = mayUseTemplate ? cursor.takeMatch(/^@(.+)$/)?.[1] : undefined;
  if (template !== undefined) return {template};
  const name = cursor.takeMatch(/^[A-Za-z0-9_./@-]+(:[A-Za-z0-9_./@:-]+)*$/)?.[0];
  return name === undefined ? cursor.fail('expected [class:[provider:]]type') : getAgent(name);
}

/** A primitive or a template, behind its keyword. */
export function parsePrimitive(cursor: CrmCursor, kind: 'primitive' | 'template'): readonly Resource[] {
  const id = cursor.take('an id');
  const agent = takeAgent(cursor, kind === 'primitive');
  const {description, params, meta, utilization, operations, other} = takeBody(cursor, id, agentKinds);
  return [compact({kind, id, ...agent, description, meta, params, utilization, operations, other})];
}

/** A group, behind its keyword. */
export function parseGroup(cursor: CrmCursor): readonly Resource[] {
  const id = cursor.take('an id');
  const members: string[] = [];
  while (!cursor.isAtEnd && !/=|^(params|meta)$/i.test(cursor.peek)) {
    if (members.includes(cursor.peek)) cursor.fail('the member is in the group already');
    members.push(cursor.take('a resource'));
  }
  if (members.length === 0) cursor.fail('expected a resource');
  const {description, params, meta, other} = takeBody(cursor, id, containerKinds);
  return [compact({kind: 'group' as const, id, description, meta, params, other, members})];
}

/** A clone or an old master, behind its keyword. */
export function parseClone(cursor: CrmCursor, kind: 'clone' | 'master'): readonly Resource[] {
  const id = cursor.take('an id');
  const child = cursor.take('a resource');
  const {description, params, meta, other} = takeBody(cursor, id, containerKinds);
  return [compact({kind, id, description, meta, params, other, child})];
}
