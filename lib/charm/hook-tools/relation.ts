import {asMap, asStringList, asText, asStrings, parseJson, renderMap, type HookToolCalls} from './run.ts';

/** What one unit, or one application, has written to a relation. Juju holds strings only. */
export type Databag = Readonly<Record<string, string>>;

/** Whose bag is read, on which relation. */
export interface RelationRead {
  /** As `relationIds` gives them: `ha:7`. */
  readonly relationId: string;
  /** A unit, or with `app` an application. */
  readonly of: string;
  readonly app?: boolean;
}

/** What is written to the unit's own bag, or with `app`, by the leader, to its application's. */
export interface RelationWrite {
  readonly relationId: string;
  readonly app?: boolean;
  /** Merged into the bag key by key; an empty value deletes its key. */
  readonly data: Databag;
}

/** The hook tools of relations. */
export interface RelationTools {
  /** The relations of an endpoint, sorted; none for an endpoint nothing is related to. */
  relationIds(endpoint: string): Promise<readonly string[]>;
  /** The remote units this unit has seen join and not seen depart. */
  relationList(relationId: string): Promise<readonly string[]>;
  /** The application at the other end; the own one in a peer relation. */
  relationListApp(relationId: string): Promise<string>;
  relationGet(read: RelationRead): Promise<Databag>;
  /** Written by standard input, since a value may be long or secret. Seen by others when the hook has succeeded. */
  relationSet(write: RelationWrite): Promise<void>;
  /** The UUID of the model at the other end (Juju 3.6). */
  relationModelGet(relationId: string): Promise<string>;
}

/** The hook tools of relations, each one call of the program of its name. */
export function createRelationTools({json, silent, text}: HookToolCalls): RelationTools {
  return {
    relationIds: async (endpoint) => asStringList(await json('relation-ids', [endpoint])),
    relationList: async (relationId) => asStringList(await json('relation-list', ['-r', relationId])),
    relationListApp: async (relationId) => asText(await json('relation-list', ['--app', '-r', relationId])),
    relationGet: async ({relationId, of, app = false}) =>
      parseBag(await text('relation-get', ['--format=json', '-r', relationId, ...(app ? ['--app'] : []), '-', of])),
    relationSet: ({relationId, app = false, data}) => {
      const args = ['-r', relationId, ...(app ? ['--app'] : []), '--file', '-'];
      return silent('relation-set', args, renderMap(data));
    },
    relationModelGet: async (relationId) => asText(asMap(await json('relation-model-get', ['-r', relationId]))['uuid']),
  };
}

/**
 * The bags that were printed last, by their text. Where a model runs many hooks in one process each of them reads what
 * hundreds of units have said: the same text is the same frozen bag, and so need not be checked again either.
 */
const bags = new Map<string, Databag>();
const MAX_BAGS = 4096;
const MAX_LENGTH = 8192;

function parseBag(printed: string): Databag {
  const known = bags.get(printed);
  if (known !== undefined) {
    return known;
  }
  const bag = Object.freeze(asStrings(parseJson('relation-get', printed)));
  if (printed.length <= MAX_LENGTH) {
    if (bags.size >= MAX_BAGS) {
      bags.clear();
    }
    bags.set(printed, bag);
  }
  return bag;
}
