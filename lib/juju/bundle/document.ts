/** The documents of a bundle file, each on its own: what is written where, before anything is merged. */

import {BundleError, YamlError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {getKey, isNull} from '../yaml/access.ts';
import {parseYaml} from '../yaml/parse.ts';
import {makeSequence, mapValues, withKey, withoutKey} from '../yaml/tree.ts';
import type {YamlMapping, YamlNode} from '../yaml/types.ts';
import {getUnknownFields} from './fields.ts';

/** One document of a bundle or overlay file. */
export interface BundlePart {
  /** The file as the user named it. */
  readonly file: string;
  /** Counts from 0 in the file. */
  readonly document: number;
  readonly tree: YamlMapping;
  /** What would be ignored: unknown fields and keys written twice, such as `line 5: field constrain not found in
   * applications`. */
  readonly warnings: readonly string[];
}

/** Splits the text of a bundle file into its documents; empty ones are left out. Throws a BundleError for YAML that cannot be
 * read (naming file, line and column) and for a document that is no map. */
export function parseBundleParts(text: string, file: string): BundlePart[] {
  return readDocuments(text, file).flatMap((node, document) => {
    if (isNull(node)) return [];
    if (node.kind !== 'mapping') {
      throw new BundleError(`${file}:${node.line}:${node.column}: unmarshal document ${document}: expected a map`);
    }
    const warnings = getUnknownFields(node);
    return [{file, document, tree: normalise(node, file, document), warnings}];
  });
}

function readDocuments(text: string, file: string): YamlNode[] {
  try {
    return parseYaml(text, file);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const place = `${file}:${error.line}:${error.column}`;
    const document = countDocuments(text, error.line);
    throw new BundleError(
      `${place}: cannot unmarshal bundle contents: unmarshal document ${document}: yaml: line ${error.line}: ${error.reason}`,
    );
  }
}

/** Which document a line is in. */
function countDocuments(text: string, line: number): number {
  const before = text.split(/\r\n|\r|\n/u).slice(0, line);
  const starts = before.flatMap((content, index) => (/^---(?:\s|$)/u.test(content) ? [index] : []));
  const first = before.findIndex((content) => !/^\s*(?:#.*|%.*)?$/u.test(content));
  return Math.max(0, starts.filter((start) => start > first).length);
}

/** Writes `scale` as `num_units` and `placement` as `to`, which mean the same. */
function normalise(tree: YamlMapping, file: string, document: number): YamlMapping {
  const applications = getKey(tree, 'applications');
  if (applications?.kind !== 'mapping') return tree;
  const fail = (node: YamlNode, reason: string): never => {
    throw new BundleError(`${file}:${node.line}:${node.column}: unmarshal document ${document}: ${reason}`);
  };
  const changed = mapValues(applications, (node, name) =>
    node.kind === 'mapping' ? normalisePlacement(normaliseScale(node, name, fail), name, fail) : node,
  );
  return withKey(tree, 'applications', changed);
}

type Fail = (node: YamlNode, reason: string) => never;

function normaliseScale(application: YamlMapping, name: string, fail: Fail): YamlMapping {
  const scale = getKey(application, 'scale');
  if (scale === undefined) return application;
  const isZero = isNull(scale) || (scale.kind === 'scalar' && scale.value === 0n);
  const units = getKey(application, 'num_units');
  const hasUnits = units?.kind === 'scalar' && units.value !== 0n;
  if (hasUnits && !isZero) fail(scale, `cannot specify both scale and num_units for application ${quote(name)}`);
  const rest = withoutKey(application, 'scale');
  return isZero || hasUnits ? rest : withKey(rest, 'num_units', scale);
}

function normalisePlacement(application: YamlMapping, name: string, fail: Fail): YamlMapping {
  const placement = getKey(application, 'placement');
  if (placement === undefined) return application;
  const rest = withoutKey(application, 'placement');
  if (isNull(placement)) return rest;
  if (!isNull(getKey(application, 'to')))
    fail(placement, `cannot specify both placement and to for application ${quote(name)}`);
  return withKey(rest, 'to', makeSequence(placement, [placement]));
}
