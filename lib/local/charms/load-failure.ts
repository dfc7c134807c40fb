import {readFile} from 'node:fs/promises';

/**
 * Why a module could not be loaded, on one line that starts with the file: with the place of a syntax error, and with
 * what a charm outside the checkout lacks. Loaders tell less: Node.js 20 gives no place, and takes TypeScript without
 * `"type": "module"` for CommonJS.
 */
export async function readLoadFailure(module: string, error: unknown): Promise<string> {
  const source = await readFile(module, 'utf8').catch(() => '');
  const message = (await readSyntaxError(module, source)) ?? describe(source, error);
  return message.startsWith(`${module}:`) ? message : `${module}: ${message}`;
}

/** `file:line:column: syntax error: …`, or null when the module itself can be read. */
async function readSyntaxError(module: string, source: string): Promise<string | null> {
  const {transform} = await import('esbuild');
  const loader = module.endsWith('.ts') ? 'ts' : 'js';
  const failure: unknown = await transform(source, {loader, sourcefile: module, logLevel: 'silent'}).then(
    () => null,
    (error: unknown) => error,
  );
  return failure === null ? null : getMessage(failure);
}

/** The first line that says something; esbuild counts its errors above them. */
function getMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = error.message.split('\n').filter((line) => line.trim() !== '' && !/^Transform failed/.test(line));
  return (lines[0] ?? error.name).replace(/(:\d+:\d+): ERROR: /, '$1: syntax error: ');
}

function describe(source: string, error: unknown): string {
  const isCommon = error instanceof Error && 'code' in error && error.code === 'ERR_REQUIRE_CYCLE_MODULE';
  const message = getMessage(error);
  const [, room] = /['"](#[a-z]+(?:\/[a-z]+)?)['"]/.exec(isCommon ? source : message) ?? [];
  if (room !== undefined) return `"${room}" resolves only inside this checkout; a packed charm brings all it needs`;
  return isCommon ? 'Node.js takes it for CommonJS without a package.json with "type": "module" above it' : message;
}
