import {readFile, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {BundleError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {toRecord} from '../record.ts';
import {getKey} from '../yaml/access.ts';
import type {YamlMapping} from '../yaml/types.ts';
import {decodeBundle} from './decode.ts';
import {parseBundleParts} from './document.ts';
import type {BundlePart} from './document.ts';
import {overlayOnlyFields} from './fields.ts';
import {resolveRelative} from './includes.ts';
import {dropDeletions, mergeOverlay} from './merge.ts';
import type {Bundle} from './types.ts';

/** A bundle as read from files, before it is verified. */
export interface BundleSource {
  /** All documents merged, in order: those of the bundle file, then of each overlay. */
  readonly bundle: Bundle;
  /** The first document alone, which is verified on its own too. */
  readonly base: Bundle;
  /** Fields that only overlays may have, found in the first document; part of the verification's errors. */
  readonly baseErrors: readonly string[];
  /** What will be ignored, by file. */
  readonly warnings: Readonly<Record<string, readonly string[]>>;
}

/** Reads a bundle (a file, or a folder with bundle.yaml) and merges overlays into it. Throws a BundleError; a YAML error is
 * reported with file, line and column. */
export async function readBundle(path: string, overlays: readonly string[] = []): Promise<BundleSource> {
  const file = await findBundle(path);
  const parts = await readParts(file, 'bundle');
  for (const overlay of overlays) parts.push(...(await readParts(overlay, 'overlay')));
  return mergeParts(parts);
}

/** Whether a path is a bundle rather than a charm: a folder with bundle.yaml, or a YAML file. */
export async function isBundlePath(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) return (await stat(join(path, 'bundle.yaml')).catch(() => null)) !== null;
  return found !== null && /\.ya?ml$/u.test(path);
}

async function findBundle(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new BundleError(`${quote(path)} not found`);
  // A pipe or a device would be waited for, perhaps for ever.
  if (!found.isDirectory() && !found.isFile()) throw new BundleError(`${quote(path)} is no file`);
  return found.isDirectory() ? join(path, 'bundle.yaml') : path;
}

async function readParts(file: string, kind: 'bundle' | 'overlay'): Promise<BundlePart[]> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null && kind === 'overlay')
    throw new BundleError(`unable to process overlays: ${quote(file)} not found`);
  if (text === null) throw new BundleError(`${quote(file)} not found`);
  const parts = parseBundleParts(text, file);
  if (kind === 'bundle' && parts.length === 0) throw new BundleError(`${file}: empty bundle not valid`);
  return Promise.all(parts.map(async (part) => ({...part, tree: await resolveRelative(part.tree, dirname(file))})));
}

/** Merges documents: the first is the base, the others overlays. Each is typed on its own first, so that a value of a wrong
 * type is reported where it was written. Throws a BundleError. */
export function mergeParts(parts: readonly BundlePart[]): BundleSource {
  const [first, ...overlays] = parts;
  if (first === undefined) throw new BundleError('malformed bundle: bundle is empty not valid');
  for (const part of parts) decodeBundle(part.tree, `${part.file}: document ${part.document}`);
  const services = overlays.find((part) => getKey(part.tree, 'services') !== undefined);
  if (services !== undefined) {
    throw new BundleError(
      `${services.file}: bundle overlay file used deprecated 'services' key, this is not valid for bundle overlay files`,
    );
  }
  const base = decodeBundle(first.tree, first.file);
  checkBodies(base);
  const merged = overlays.reduce((tree, part) => mergeOverlay(tree, part.tree), dropDeletions(first.tree));
  return {
    bundle: decodeBundle(merged, first.file),
    base,
    baseErrors: getOverlayOnly(first.tree),
    warnings: getWarnings(parts),
  };
}

/** Reads and merges bundle texts, for bundles that are not files: relative paths and includes stay as they are. */
export function parseBundle(text: string, overlays: readonly string[] = []): BundleSource {
  const parts = parseBundleParts(text, 'bundle.yaml');
  if (parts.length === 0) throw new BundleError('empty bundle not valid');
  return mergeParts([...parts, ...overlays.flatMap((overlay, index) => parseBundleParts(overlay, `overlay ${index}`))]);
}

function checkBodies(base: Bundle): void {
  const empty = Object.entries(base.applications).find(([, application]) => application === null);
  if (empty !== undefined) throw new BundleError(`base application ${quote(empty[0])} has no body`);
}

function getWarnings(parts: readonly BundlePart[]): Record<string, string[]> {
  const files = [...new Set(parts.map((part) => part.file))];
  return toRecord(
    files.flatMap((file) => {
      const lines = parts
        .filter((part) => part.file === file && part.warnings.length > 0)
        .flatMap((part) => [
          `unmarshal document ${part.document}: yaml: unmarshal errors:`,
          ...part.warnings.map((line) => `  ${line}`),
        ]);
      return lines.length === 0 ? [] : [[file, lines] as const];
    }),
  );
}

function getOverlayOnly(tree: YamlMapping): string[] {
  const applications = getKey(tree, 'applications');
  if (applications?.kind !== 'mapping') return [];
  const paths = [...applications.entries].flatMap(([name, {value}]) =>
    value.kind === 'mapping'
      ? overlayOnlyFields.flatMap((field) => getPaths(value, field, `applications.${name}`))
      : [],
  );
  return paths.map((path) => `${path} can only appear in an overlay section`).sort();
}

const nested: ReadonlySet<string> = new Set(['endpoints', 'acl', 'expose-to-spaces', 'expose-to-cidrs']);

/** The path of a field and of those fields within its entries that are also for overlays only. */
function getPaths(application: YamlMapping, field: string, path: string): string[] {
  const node = getKey(application, field);
  if (node === undefined) return [];
  const inner = node.kind === 'mapping' ? [...node.entries] : [];
  const within = inner.flatMap(([name, {value}]) =>
    value.kind === 'mapping'
      ? [...value.entries.keys()].filter((key) => nested.has(key)).map((key) => `${path}.${field}.${name}.${key}`)
      : [],
  );
  return [`${path}.${field}`, ...within];
}
