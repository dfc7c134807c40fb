import {asMap, asStringList, asStrings, asText, type HookToolCalls} from './run.ts';

/** The values of a secret by key; keys are lower-case and at least three characters long. */
export type SecretContent = Readonly<Record<string, string>>;

/** What may be said of a secret beside its content. */
export interface SecretOptions {
  readonly label?: string;
  readonly description?: string;
  /** A Go duration or an RFC 3339 time. */
  readonly expire?: string;
  readonly rotate?: 'never' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'yearly';
  readonly owner?: 'application' | 'unit';
}

/** What Juju knows of a secret beside its content. */
export interface SecretInfo {
  readonly revision: number;
  readonly label: string;
  readonly owner: string;
}

/** Content that goes to Juju passes through root-only files, never through arguments. */
export interface SecretTools {
  /** Adds a secret whose content is in the file (a YAML map of strings, mode 0600) and returns its id. */
  secretAdd(contentFile: string, options?: SecretOptions): Promise<string>;
  secretSet(id: string, contentFile: string, options?: SecretOptions): Promise<void>;
  secretGet(id: string, revision?: 'tracked' | 'peek' | 'refresh'): Promise<SecretContent>;
  secretInfoGet(id: string): Promise<SecretInfo>;
  secretGrant(id: string, relationId: string, unit?: string): Promise<void>;
  secretRevoke(id: string, relationId: string): Promise<void>;
  secretRemove(id: string, revision?: number): Promise<void>;
  secretIds(): Promise<readonly string[]>;
}

/** The hook tools of secrets, each one call of the program of its name. */
export function createSecretTools({text, json, silent}: HookToolCalls): SecretTools {
  return {
    secretAdd: async (contentFile, options = {}) =>
      (await text('secret-add', [...getFlags(options), '--file', contentFile])).trim(),
    secretSet: (id, contentFile, options = {}) =>
      silent('secret-set', [id, ...getFlags(options), '--file', contentFile]),
    secretGet: async (id, revision = 'tracked') =>
      asStrings(await json('secret-get', [id, ...(revision === 'tracked' ? [] : [`--${revision}`])])),
    secretInfoGet: async (id) => parseInfo(await json('secret-info-get', [id])),
    secretGrant: (id, relationId, unit) =>
      silent('secret-grant', [id, '-r', relationId, ...(unit === undefined ? [] : ['--unit', unit])]),
    secretRevoke: (id, relationId) => silent('secret-revoke', [id, '-r', relationId]),
    secretRemove: (id, revision) =>
      silent('secret-remove', [id, ...(revision === undefined ? [] : ['--revision', String(revision)])]),
    secretIds: async () => asStringList(await json('secret-ids', [])),
  };
}

function getFlags(options: SecretOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

function parseInfo(value: unknown): SecretInfo {
  const info = asMap(Object.values(asMap(value))[0]);
  return {
    revision: Number(info['revision'] ?? 0),
    label: asText(info['label']),
    owner: asText(info['owner']),
  };
}
