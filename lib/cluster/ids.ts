/** What the `crm` shell adds to an owner's id to name its parts. */
const suffixes = {
  meta: 'meta_attributes',
  params: 'instance_attributes',
  attributes: 'instance_attributes',
  utilization: 'utilization',
} as const;

/** The kinds of attribute sets that get a name from their owner. */
export type SetKind = keyof typeof suffixes;

/** Gives the parts of one object ids as the `crm` shell does: the plain one first, then -0, -1 ... */
export class IdPool {
  readonly #used = new Set<string>();

  constructor(used: Iterable<string> = []) {
    for (const id of used) this.#used.add(id);
  }

  take(wanted: string): string {
    const base = sanitise(wanted);
    let id = base;
    for (let next = 0; this.#used.has(id); next += 1) id = `${base}-${next}`;
    this.#used.add(id);
    return id;
  }

  /** The id of an attribute set. */
  takeSet(owner: string, kind: SetKind): string {
    return this.take(`${owner}-${suffixes[kind]}`);
  }
}

/** Nearly all ids: asked first, since classes of all the world's letters are slow. */
const plainId = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** XML ids begin with a letter or underscore and hold letters, digits, `.`, `-` and `_`. */
function sanitise(id: string): string {
  if (plainId.test(id)) return id;
  const plain = id.replace(/[^\p{L}\p{N}_.-]/gu, '.');
  return /^[\p{L}_]/u.test(plain) ? plain : `num-${plain}`;
}

/** Whether a text may be the id of an object in a CIB (an XML name without colons). */
export function isValidId(id: string): boolean {
  return plainId.test(id) || /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(id);
}
