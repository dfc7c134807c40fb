/** YAML as go-yaml v2 sees it: a tree that keeps types, source text and places. */

/** Where a node starts; both count from 1. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** A scalar: its resolved value and its text as written (after unquoting), which string fields take. */
export type YamlScalar = YamlPlace & {readonly kind: 'scalar'; readonly text: string} & (
    | {readonly type: 'null'; readonly value: null}
    | {readonly type: 'bool'; readonly value: boolean}
    | {readonly type: 'int'; readonly value: bigint}
    | {readonly type: 'float'; readonly value: number}
    | {readonly type: 'string'; readonly value: string}
  );

/** A list. */
export interface YamlSequence extends YamlPlace {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
}

/** One entry of a mapping. */
export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

/** A mapping with its merge keys resolved; of keys written twice the last stands here. Keys are the text of scalars. */
export interface YamlMapping extends YamlPlace {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, YamlEntry>;
  /** Keys that were written more than once, with the place of the second time. */
  readonly duplicates: readonly YamlScalar[];
}

/** Any node of a document. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping;
