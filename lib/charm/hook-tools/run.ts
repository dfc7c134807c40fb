import type {RunHookTool} from '../host.ts';

/** A hook tool ended with an error. Arguments stay out of the message: they may hold a secret. */
export class HookToolError extends Error {
  override readonly name = 'HookToolError';
  readonly tool: string;
  readonly exitCode: number;
  readonly stderr: string;

  constructor(tool: string, exitCode: number, stderr: string) {
    super(`${tool} exited with status ${exitCode}: ${stderr.trim().split('\n')[0] ?? ''}`);
    this.tool = tool;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }

  /** The relation went away while the hook ran (Juju's `relation-get` says it on stderr only). */
  get isRelationNotFound(): boolean {
    return this.stderr.toLowerCase().includes('relation not found');
  }

  /** The space behind a binding has no address here, or none yet (Juju's `network-get` says it on stderr only). */
  get isNetworkNotFound(): boolean {
    return /no addresses attached to space|no network config found/i.test(this.stderr);
  }
}

/** What the families of hook tools share: run one, and read what it prints. */
export interface HookToolCalls {
  /** Runs a tool and returns what it printed. Throws a HookToolError when it fails. */
  text(tool: string, args: readonly string[], stdin?: string): Promise<string>;
  /** Runs a tool that prints nothing of interest. */
  silent(tool: string, args: readonly string[], stdin?: string): Promise<void>;
  /** Runs a tool with `--format=json` and returns the value it printed; null when it printed nothing. */
  json(tool: string, args: readonly string[]): Promise<unknown>;
}

/** The three ways to call a hook tool. Each throws a HookToolError when the tool fails or prints no JSON where it should. */
export function createHookToolCalls(run: RunHookTool): HookToolCalls {
  const text: HookToolCalls['text'] = async (tool, args, stdin) => {
    const {exitCode, stdout, stderr} = await run(tool, args, stdin);
    if (exitCode !== 0) {
      throw new HookToolError(tool, exitCode, stderr);
    }
    return stdout;
  };
  return {
    text,
    silent: async (tool, args, stdin) => {
      await text(tool, args, stdin);
    },
    json: async (tool, args) => parseJson(tool, await text(tool, ['--format=json', ...args])),
  };
}

/** What a tool printed with `--format=json`; null for nothing. Throws a HookToolError that quotes nothing. */
export function parseJson(tool: string, printed: string): unknown {
  try {
    return printed.trim() === '' ? null : JSON.parse(printed);
  } catch {
    throw new HookToolError(tool, 0, 'printed something that is not JSON');
  }
}

/**
 * A map as a file for Juju, which reads it as YAML. JSON is YAML but for some characters that JSON leaves bare and that
 * YAML folds or refuses, so these are escaped; half of a surrogate pair is no character, and YAML refuses it escaped too.
 */
export function renderMap(map: Readonly<Record<string, string>>): string {
  return JSON.stringify(map)
    .replace(
      /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
      (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd');
}

/** A map of strings, as databags are; anything else in it is dropped, since Juju holds strings only. */
export function asStrings(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asMap(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** A map as it is; anything else as an empty one. */
export function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? {...value} : {};
}

/** Text as it is; anything else, which Juju would not print there, as no text. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The strings of a list; anything else as an empty one. */
export function asStringList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
