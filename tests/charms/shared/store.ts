import type {Endpoint, RelationView, WantedRelationData} from '#charm';

/** Secrets and ids that the application makes once and keeps in its own bag of a peer relation. */
export interface Store {
  /** The bytes kept under a key; null until the leader has made them. Asking is what makes them. */
  get(key: string, bytes: number): Buffer | null;
  /** The same as hexadecimal digits, which need no quoting anywhere. */
  getHex(key: string, bytes: number): string | null;
  /** Whether something that was asked for is not there yet. */
  isWaiting(): boolean;
  /** What the leader must write so that everything asked for is there. */
  getWanted(): readonly WantedRelationData[];
}

/** The store of an application in its peer relation; empty while the relation is not there yet. */
export function createStore(
  view: {readonly relations: readonly RelationView[]},
  peer: Endpoint<unknown>,
  application: string,
): Store {
  const relation = peer.relations(view)[0];
  const kept = relation?.applicationData ?? {};
  const missing = new Map<string, number>();
  const get: Store['get'] = (key, bytes) => {
    const value = kept[key];
    if (value === undefined) {
      missing.set(key, bytes);
      return null;
    }
    return Buffer.from(value, 'base64');
  };
  return {
    get,
    getHex: (key, bytes) => get(key, bytes)?.toString('hex') ?? null,
    isWaiting: () => missing.size > 0,
    getWanted: () => {
      if (relation === undefined || missing.size === 0) {
        return [];
      }
      const made = [...missing].map(([key, bytes]) => [key, {generate: `${application} ${key}`, bytes}] as const);
      return [{relationId: relation.id, scope: 'application', data: {...kept, ...Object.fromEntries(made)}}];
    },
  };
}
