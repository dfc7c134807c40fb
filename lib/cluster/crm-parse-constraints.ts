import type {Constraint, ResourceSet} from './cib.ts';
import {getScore, takeRules} from './crm-parse-parts.ts';
import type {CrmCursor} from './crm-tokens.ts';
import {IdPool} from './ids.ts';
import {compact} from './values.ts';

type Qualifier = 'role' | 'action';

/** The score that must be next. */
function takeScore(cursor: CrmCursor): string {
  const word = cursor.takeMatch(/^([^:]+):$/)?.[1];
  const scored = word === undefined ? null : getScore(word);
  return scored !== null && 'score' in scored ? scored.score : cursor.fail('expected a score');
}

/** Words of resource sets, with brackets that stick to a name set apart. */
function takeSetWords(cursor: CrmCursor, end: string | null): readonly string[] {
  const words: string[] = [];
  while (!cursor.isAtEnd && cursor.peek !== end) {
    const word = cursor.take('a resource');
    const [, open = '', name = '', close = ''] = /^([([]?)(.*?)([)\]]?)$/s.exec(word) ?? [];
    words.push(...[open, name, close].filter((part) => part !== ''));
  }
  return words;
}

interface SetDraft {
  members: string[];
  qualifier: string | undefined;
  bracket: string;
  flags: Record<string, string>;
}

function newDraft(bracket: string): SetDraft {
  return {members: [], qualifier: undefined, bracket, flags: {}};
}

function getFlags(draft: SetDraft): {readonly sequential: string | undefined; readonly requireAll: string | undefined} {
  const {sequential, 'require-all': requireAll} = draft.flags;
  if (draft.bracket === '(') return {sequential: 'false', requireAll};
  if (draft.bracket === '[') return {sequential: sequential === 'true' ? undefined : 'false', requireAll: 'false'};
  return {sequential, requireAll};
}

class SetReader {
  readonly #cursor: CrmCursor;
  readonly #pool: IdPool;
  readonly #qualifier: Qualifier;
  readonly #id: string;
  readonly sets: ResourceSet[] = [];
  #draft = newDraft('');

  constructor(cursor: CrmCursor, id: string, qualifier: Qualifier) {
    this.#cursor = cursor;
    this.#pool = new IdPool([id]);
    this.#id = id;
    this.#qualifier = qualifier;
  }

  read(words: readonly string[]): readonly ResourceSet[] {
    for (const word of words) this.#readWord(word);
    if (this.#draft.bracket !== '') this.#cursor.fail('a bracket without its end');
    this.#close('');
    return this.sets;
  }

  #readWord(word: string): void {
    if (word === '(' || word === '[') this.#open(word);
    else if (word === ')' || word === ']') this.#end(word);
    else if (word.includes('=')) this.#flag(word);
    else this.#member(word);
  }

  #open(bracket: string): void {
    if (this.#draft.bracket !== '') this.#cursor.fail('brackets can not be nested');
    this.#close(bracket);
  }

  #end(bracket: string): void {
    if (this.#draft.bracket !== (bracket === ')' ? '(' : '[')) this.#cursor.fail('a bracket without its beginning');
    this.#close('');
  }

  #flag(word: string): void {
    const [, name = '', value = ''] = /^(sequential|require-all)=(true|false)$/.exec(word) ?? [];
    if (name === '') this.#cursor.fail('expected sequential or require-all, true or false');
    this.#draft.flags[name] = value;
  }

  #member(word: string): void {
    const [, name = '', qualifier] = /^([^:]+)(?::(.+))?$/.exec(word) ?? [];
    if (name === '') this.#cursor.fail('expected a resource');
    if (this.#draft.members.length > 0 && this.#draft.qualifier !== qualifier) this.#close(this.#draft.bracket);
    this.#draft.qualifier = qualifier;
    this.#draft.members.push(name);
  }

  #close(nextBracket: string): void {
    const draft = this.#draft;
    if (draft.members.length > 0) {
      this.sets.push(
        compact({
          id: this.#pool.take(this.#id),
          ...getFlags(draft),
          [this.#qualifier]: draft.qualifier,
          members: draft.members,
        }),
      );
    }
    this.#draft = newDraft(nextBracket);
  }
}

function getSets(
  cursor: CrmCursor,
  id: string,
  qualifier: Qualifier,
  words: readonly string[],
): readonly ResourceSet[] {
  const sets = new SetReader(cursor, id, qualifier).read(words.filter((word) => word !== '_rsc_set_'));
  if (sets.length === 0) cursor.fail('expected a resource');
  return sets;
}

interface LocationTarget {
  readonly resource: string | undefined;
  readonly resourcePattern: string | undefined;
  readonly sets: readonly ResourceSet[];
}

function takeLocationTarget(cursor: CrmCursor, id: string): LocationTarget {
  const pattern = cursor.takeMatch(/^\/(.+)\/$/s)?.[1];
  if (pattern !== undefined) return {resource: undefined, resourcePattern: pattern, sets: []};
  if (!cursor.takeKeyword('{')) return {resource: cursor.take('a resource'), resourcePattern: undefined, sets: []};
  const words = takeSetWords(cursor, '}');
  if (!cursor.takeKeyword('}')) cursor.fail('expected }');
  return {resource: undefined, resourcePattern: undefined, sets: getSets(cursor, id, 'role', words)};
}

function takeLocationAttributes(cursor: CrmCursor): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (;;) {
    const match = cursor.takeMatch(/^\$?(role|resource-discovery)=(.+)$/i);
    if (match === null) return found;
    found.set((match[1] ?? '').toLowerCase(), match[2] ?? '');
  }
}

/** A location constraint, behind its keyword. */
export function parseLocation(cursor: CrmCursor): readonly Constraint[] {
  const id = cursor.take('an id');
  const target = takeLocationTarget(cursor, id);
  const attributes = takeLocationAttributes(cursor);
  const word = cursor.takeMatch(/^([^:]+):$/)?.[1];
  const scored = word === undefined ? {} : getScore(word);
  if ('scoreAttribute' in scored) cursor.fail('expected a score');
  const node = word === undefined ? undefined : cursor.take('a node');
  const rules = word === undefined ? takeRules(cursor, {id, pool: new IdPool([id])}) : [];
  if (word === undefined && rules.length === 0) cursor.fail('expected a score and a node, or a rule');
  return [
    compact({
      kind: 'location' as const,
      id,
      ...target,
      node,
      ...scored,
      role: attributes.get('role'),
      resourceDiscovery: attributes.get('resource-discovery'),
      rules,
      other: [],
    }),
  ];
}

function takeTail(cursor: CrmCursor, pattern: RegExp): {readonly rest: CrmCursor; readonly value: string | undefined} {
  const value = pattern.exec(cursor.lastWord)?.[1];
  return value === undefined ? {rest: cursor, value} : {rest: cursor.withoutLast(), value};
}

function takeReference(cursor: CrmCursor): readonly [string, string | undefined] {
  const match = cursor.takeMatch(/^([^:]+)(?::([^:]+))?$/);
  if (match === null) cursor.fail('expected a resource');
  return [match[1] ?? '', match[2]];
}

/** A colocation constraint, behind its keyword. */
export function parseColocation(cursor: CrmCursor): readonly Constraint[] {
  const id = cursor.take('an id');
  const score = takeScore(cursor);
  const {rest, value: nodeAttribute} = takeTail(cursor, /^node-attribute=(.+)$/);
  const base = {kind: 'colocation' as const, id, score, nodeAttribute, other: []};
  if (rest.left !== 2) {
    const sets = getSets(cursor, id, 'role', takeSetWords(rest, null));
    return [compact({...base, sets})];
  }
  const [resource, resourceRole] = takeReference(rest);
  const [withResource, withRole] = takeReference(rest);
  return [compact({...base, resource, resourceRole, with: withResource, withRole, sets: []})];
}

const orderKinds: ReadonlyMap<string, string> = new Map([
  ['mandatory', 'Mandatory'],
  ['optional', 'Optional'],
  ['serialize', 'Serialize'],
]);

function takeOrderKind(cursor: CrmCursor): string | undefined {
  const word = cursor.takeMatch(/^([^:]+):$/)?.[1];
  if (word === undefined) return undefined;
  const kind = orderKinds.get(word.toLowerCase());
  if (kind !== undefined) return kind;
  const scored = getScore(word);
  if (!('score' in scored)) cursor.fail('expected Mandatory, Optional, Serialize or a score');
  return /^[+-]?0+$/.test(scored.score) ? 'Optional' : 'Mandatory';
}

function getBoolean(word: string | undefined): string | undefined {
  if (word === undefined) return undefined;
  return ['true', 'yes', 'on'].includes(word.toLowerCase()) ? 'true' : 'false';
}

/** An order constraint, behind its keyword. */
export function parseOrder(cursor: CrmCursor): readonly Constraint[] {
  const id = cursor.take('an id');
  const orderKind = takeOrderKind(cursor);
  const {rest, value} = takeTail(cursor, /^symmetrical=(true|false|yes|no|on|off)$/i);
  const base = {kind: 'order' as const, id, orderKind, symmetrical: getBoolean(value), other: []};
  if (rest.left !== 2) {
    const sets = getSets(cursor, id, 'action', takeSetWords(rest, null));
    return [compact({...base, sets})];
  }
  const [first, firstAction] = takeReference(rest);
  const [then, thenAction] = takeReference(rest);
  return [compact({...base, first, firstAction, then, thenAction, sets: []})];
}
