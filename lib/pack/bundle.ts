import {readFile} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import {build} from 'esbuild';
import type {BuildFailure, BuildOptions, Metafile, Plugin} from 'esbuild';
import * as z from 'zod/mini';

import {PackError} from './errors.ts';
import {listFolder, readFolder} from './files.ts';
import {renderHandlebarsModule} from './templates.ts';

/** A charm's programs, each as one ES module. */
export interface Bundle {
  /** Exports `charm`, and runs it when it is the program that was started. */
  readonly code: Uint8Array;
  /** What others than Juju start, by the names of its files in the charm's src/programs/, without `.ts`. */
  readonly programs: ReadonlyMap<string, Uint8Array>;
  /** The licences of the packages in it, as one text. */
  readonly notices: string;
  /** The files that the programs consist of, by absolute path. */
  readonly sources: readonly string[];
}

/** The oldest runtime that may load the module: packed charms bring a newer one, the memory cloud imports it with its own. */
const target = 'node20';

/**
 * What is bundled. `import.meta.main` is true only in the program that was started (Node.js 24.2 and newer, so in the packed one), and
 * undefined or false where the module is imported.
 */
const entry = `
import {main} from '#charm';
import {charm} from './src/charm.ts';
export {charm};
if (import.meta.main) await main(charm);
`;

/** CommonJS packages in the bundle ask for Node.js modules by `require`, which ES modules lack. */
const banner = `import {createRequire} from 'node:module';const require = createRequire(import.meta.url);`;

/** Bundles `src/charm.ts` of a charm's folder, and its `src/programs/*.ts`. The result depends on the sources alone. Throws a PackError. */
export async function bundleCharm(folder: string): Promise<Bundle> {
  const absolute = resolve(folder);
  try {
    const charm = await bundle(absolute, {
      stdin: {contents: entry, resolveDir: absolute, sourcefile: 'start.ts', loader: 'ts'},
    });
    const names = (await listFolder(join(absolute, programFolder))).filter((name) => /^[^.]+\.ts$/u.test(name));
    const programs = await Promise.all(
      names.map((name) => bundle(absolute, {entryPoints: [join(absolute, programFolder, name)]})),
    );
    const inputs = [...new Set([charm, ...programs].flatMap((module) => Object.keys(module.inputs)))];
    return {
      code: charm.code,
      programs: new Map(programs.map(({code}, at) => [basename(names[at] ?? '', '.ts'), code])),
      notices: await readNotices(inputs, absolute),
      // Those that no file has, such as modules of Node.js, stand behind a namespace and a colon.
      sources: inputs.filter((path) => !/^[a-z]+:|^start\.ts$/u.test(path)).map((path) => resolve(absolute, path)),
    };
  } catch (error) {
    throw isBuildFailure(error) ? new PackError(describeFailure(error, absolute)) : error;
  }
}

const programFolder = join('src', 'programs');

interface Module {
  readonly code: Uint8Array;
  readonly inputs: Metafile['inputs'];
}

async function bundle(folder: string, input: Pick<BuildOptions, 'stdin' | 'entryPoints'>): Promise<Module> {
  const {outputFiles, metafile} = await build({
    ...input,
    absWorkingDir: folder,
    // Nothing is written there; a program's place only has to have a name.
    outdir: folder,
    plugins: [createHandlebarsPlugin(folder), builtinsPlugin],
    banner: {js: banner},
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    supported: {'import-meta': true},
  });
  return {code: outputFiles[0]?.contents ?? new Uint8Array(), inputs: metafile.inputs};
}

/**
 * Node.js modules as plain objects: importing one reads all it exports, and so loads what it would load only when it is used.
 * `node:fs` then starts in a tenth of the time.
 */
const builtinsPlugin: Plugin = {
  name: 'builtins',
  setup: ({onLoad, onResolve}) => {
    onResolve({filter: /^node:/}, ({path, kind}) =>
      kind === 'import-statement' ? {path, namespace: 'builtins'} : undefined,
    );
    onLoad({filter: /.*/, namespace: 'builtins'}, ({path}) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

function createHandlebarsPlugin(folder: string): Plugin {
  return {
    name: 'handlebars',
    setup: ({onLoad, onResolve}) => {
      onResolve({filter: /^handlebars$/}, ({namespace}) =>
        namespace === 'templates' ? undefined : {path: 'handlebars', namespace: 'templates'},
      );
      onLoad({filter: /.*/, namespace: 'templates'}, async () => {
        const files = await readFolder(join(folder, 'templates'));
        const contents = renderHandlebarsModule(files.filter(({path}) => path.endsWith('.hbs')));
        return {contents, loader: 'js', resolveDir: import.meta.dirname};
      });
    },
  };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

function describeFailure({errors}: BuildFailure, folder: string): string {
  const [first] = errors;
  if (first === undefined) return `${folder}: cannot be bundled`;
  if (first.detail instanceof PackError) return `${join(folder, 'templates')}/${first.detail.message}`;
  const {location, text} = first;
  return location === null
    ? `${folder}: ${text}`
    : `${join(folder, location.file)}:${location.line}:${location.column + 1}: ${text}`;
}

const packageFile = z.object({name: z.string(), version: z.string(), license: z.optional(z.string())});

/** The licence of every package that one of the files comes from, sorted by name. */
async function readNotices(inputs: readonly string[], folder: string): Promise<string> {
  const paths = inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(path)?.[0] ?? []);
  const notices = await Promise.all([...new Set(paths)].map((path) => readNotice(resolve(folder, path))));
  return `This charm contains the following packages.\n${notices.sort().join('')}`;
}

async function readNotice(folder: string): Promise<string> {
  const {
    name,
    version,
    license = 'see below',
  } = packageFile.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const file = (await listFolder(folder)).find((candidate) => /^licen[cs]e(?:\.|-mit|$)/iu.test(candidate));
  const text = file === undefined ? '' : `\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
  return `\n${'-'.repeat(72)}\n${name} ${version}: ${license}\n${text}`;
}
