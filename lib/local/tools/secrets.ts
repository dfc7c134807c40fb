import type {CommandResult} from '#charm';

import {omit} from '../model/machines.ts';
import {takeNumber} from '../model/model.ts';
import type {SecretState} from '../model/state.ts';
import {deriveBytes} from '../random.ts';
import type {HookContext} from '../uniter/hook-context.ts';
import {isLeader} from '../uniter/leadership.ts';
import {getRemoteApplication} from '../uniter/relation-index.ts';
import {
  checkArguments,
  createUsageError,
  isOn,
  parseCommandLine,
  renderValue,
  succeed,
  ToolError,
  withFormat,
} from './command-line.ts';
import {getRelationArgument} from './relations.ts';
import {parseExpiry, parseRotation, readContent} from './secret-values.ts';
import type {ToolInput} from './tool-input.ts';

const METADATA_FLAGS = {
  label: {kind: 'value'},
  description: {kind: 'value'},
  expire: {kind: 'value'},
  rotate: {kind: 'value'},
  owner: {kind: 'value'},
  file: {kind: 'value'},
} as const;

/** secret-add: the id is given at once, the secret is there when the hook has succeeded. */
export async function addSecret(
  context: HookContext,
  args: readonly string[],
  input: ToolInput,
): Promise<CommandResult> {
  const line = parseCommandLine(args, METADATA_FLAGS);
  const content = await readContent(input, line);
  if (Object.keys(content).length === 0) throw createUsageError('missing secret value or filename');
  const owner = line.flags['owner'] ?? 'application';
  if (owner !== 'application' && owner !== 'unit') {
    throw createUsageError(`secret owner ${JSON.stringify(owner)} not valid`);
  }
  const {world, unit, application} = context;
  if (owner === 'application' && !isLeader(world, unit)) throw new ToolError('this unit is not the leader');
  const number = takeNumber(world.model, 'secret');
  const secret: SecretState = {
    id: createSecretId(world.model.secret, number),
    owner: {kind: owner, name: owner === 'unit' ? unit.name : application.name},
    label: line.flags['label'] ?? '',
    description: line.flags['description'] ?? '',
    rotation: parseRotation(line.flags['rotate']),
    expiry: parseExpiry(line.flags['expire'], world.now()),
    revisions: [{revision: 1, content}],
    grants: [],
    consumers: {},
  };
  addStep(context, secret, () => {
    world.model.secrets[secret.id] = secret;
  });
  return succeed(`secret:${secret.id}\n`);
}

/** A step for the end of the hook. One on a secret of the application needs the leader then, too; null is for a reader's own. */
function addStep({writes}: HookContext, secret: SecretState | null, take: () => void): void {
  writes.secrets.push({needsLeader: secret?.owner.kind === 'application', take});
}

const ID_LETTERS = '0123456789abcdefghijklmnopqrstuv';

/** Twenty characters of lower-case base32hex, rising with the number as xids rise with time. */
function createSecretId(secret: string, number: number): string {
  const tail = [...deriveBytes(secret, ['secret', String(number)], 12)].map((byte) => ID_LETTERS[byte % 32]).join('');
  return `${number.toString(32).padStart(8, 'c')}${tail}`;
}

function parseUri(text: string): string {
  const [, id] = /^(?:secret:(?:\/\/[\da-f-]+\/)?)?([0-9a-v]{20})$/.exec(text) ?? [];
  if (id === undefined) throw createUsageError(`secret URI ${JSON.stringify(text)} not valid`);
  return id;
}

function isOwner({unit, application}: HookContext, {owner}: SecretState): boolean {
  return owner.name === (owner.kind === 'unit' ? unit.name : application.name);
}

function findSecret(context: HookContext, uri: string | undefined, label: string | undefined): SecretState {
  const {secrets} = context.world.model;
  if (uri !== undefined) {
    const found = secrets[parseUri(uri)];
    if (found === undefined) throw new ToolError(`secret ${JSON.stringify(parseUri(uri))} not found`);
    return found;
  }
  if (label === undefined || label === '') throw createUsageError('require either a secret URI or label');
  const found = Object.values(secrets).find(
    (secret) =>
      secret.consumers[context.unit.name]?.label === label || (isOwner(context, secret) && secret.label === label),
  );
  if (found === undefined) throw new ToolError(`consumer label ${JSON.stringify(label)} not found`);
  return found;
}

function checkAccess(context: HookContext, secret: SecretState): void {
  const {unit, application} = context;
  const isGranted = secret.grants.some(({target}) => target === unit.name || target === application.name);
  const isOfApplication = secret.owner.kind === 'application' && secret.owner.name === application.name;
  if (!isGranted && !isOwner(context, secret) && !isOfApplication) throw new ToolError('permission denied');
}

/** secret-get: the revision the unit follows; `--refresh` follows the newest from now on, `--peek` only looks. */
export function getSecret(context: HookContext, args: readonly string[]): CommandResult {
  const flags = {label: {kind: 'value'}, peek: {kind: 'switch'}, refresh: {kind: 'switch'}} as const;
  const line = parseCommandLine(args, withFormat(flags));
  const [uri, key] = line.positionals;
  checkArguments(line, 2);
  if (isOn(line, 'peek') && isOn(line, 'refresh')) {
    throw createUsageError('specify one of --peek or --refresh but not both');
  }
  const secret = findSecret(context, uri, line.flags['label']);
  checkAccess(context, secret);
  const content = getContent(context, secret, line);
  if (key === undefined) return succeed(renderValue(line, content, 'yaml'));
  const [name = '', encoding] = key.split('#');
  const value = content[name];
  if (value === undefined) throw new ToolError(`secret key ${JSON.stringify(name)} not found`);
  return succeed(`${encoding === 'base64' ? Buffer.from(value).toString('base64') : value}\n`);
}

function getContent(
  context: HookContext,
  secret: SecretState,
  line: ReturnType<typeof parseCommandLine>,
): Readonly<Record<string, string>> {
  const latest = secret.revisions.at(-1) ?? {revision: 1, content: {}};
  const before = secret.consumers[context.unit.name] ?? {revision: latest.revision, label: ''};
  const revision = isOn(line, 'refresh') ? latest.revision : before.revision;
  const label = line.flags['label'] ?? before.label;
  addStep(context, null, () => {
    secret.consumers[context.unit.name] = {revision, label};
  });
  if (isOn(line, 'peek') || isOwner(context, secret)) return latest.content;
  return (secret.revisions.find((candidate) => candidate.revision === revision) ?? latest).content;
}

/** secret-info-get: what the owner may know about a secret besides its value. */
export function getSecretInfo(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat({label: {kind: 'value'}}));
  const secret = findSecret(context, line.positionals[0], line.flags['label']);
  if (!isOwner(context, secret)) throw new ToolError('permission denied');
  const {id, label, owner, description, rotation, expiry} = secret;
  const access = secret.grants.map(({target, relationId}) => ({
    target: `${target.includes('/') ? 'unit' : 'application'}-${target.replace('/', '-')}`,
    scope: `relation-${String(relationId)}`,
    role: 'view',
  }));
  const revision = secret.revisions.at(-1)?.revision ?? 1;
  const info = {revision, label, owner: owner.kind, description, rotation, expiry: expiry === '' ? undefined : expiry};
  return succeed(renderValue(line, {[id]: {...info, access: access.length === 0 ? undefined : access}}, 'yaml'));
}

/** secret-set: a new revision, or only new metadata. */
export async function setSecret(
  context: HookContext,
  args: readonly string[],
  input: ToolInput,
): Promise<CommandResult> {
  const line = parseCommandLine(args, METADATA_FLAGS);
  const [uri, ...pairs] = line.positionals;
  if (uri === undefined) throw createUsageError('missing secret URI');
  const secret = getOwned(context, uri);
  const content = await readContent(input, {...line, positionals: pairs});
  const rotation = line.flags['rotate'] === undefined ? secret.rotation : parseRotation(line.flags['rotate']);
  const expiry =
    line.flags['expire'] === undefined ? secret.expiry : parseExpiry(line.flags['expire'], context.world.now());
  addStep(context, secret, () => {
    Object.assign(secret, {rotation, expiry});
    secret.label = line.flags['label'] ?? secret.label;
    secret.description = line.flags['description'] ?? secret.description;
    const revision = (secret.revisions.at(-1)?.revision ?? 0) + 1;
    if (Object.keys(content).length > 0) secret.revisions.push({revision, content});
  });
  return succeed();
}

function getOwned(context: HookContext, uri: string): SecretState {
  const secret = findSecret(context, uri, undefined);
  if (!isOwner(context, secret)) throw new ToolError('permission denied');
  if (secret.owner.kind === 'application' && !isLeader(context.world, context.unit)) {
    throw new ToolError('this unit is not the leader');
  }
  return secret;
}

/** secret-remove: one revision or the whole secret. */
export function removeSecret(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, {revision: {kind: 'value'}});
  const [uri] = line.positionals;
  if (uri === undefined) throw createUsageError('missing secret URI');
  const secret = getOwned(context, uri);
  const {revision} = line.flags;
  addStep(context, secret, () => {
    const {model} = context.world;
    if (revision !== undefined) {
      secret.revisions = secret.revisions.filter((candidate) => String(candidate.revision) !== revision);
    }
    if (revision === undefined || secret.revisions.length === 0) model.secrets = omit(model.secrets, secret.id);
  });
  return succeed();
}

const RELATION_FLAGS = {r: {kind: 'value', as: 'relation'}, relation: {kind: 'value'}} as const;

/** secret-grant: lets the other side of a relation, or one unit of it, read a secret. */
export function grantSecret(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, {...RELATION_FLAGS, unit: {kind: 'value'}});
  const [uri] = line.positionals;
  if (uri === undefined) throw createUsageError('missing secret URI');
  const relation = getRelationArgument(context, line);
  const remote = getRemoteApplication(relation, context.application.name);
  const target = line.flags['unit'] ?? remote;
  if (target !== remote && !target.startsWith(`${remote}/`)) {
    throw createUsageError(
      `cannot specify unit ${JSON.stringify(target)} in relation to application ${JSON.stringify(remote)}`,
    );
  }
  const secret = getOwned(context, uri);
  addStep(context, secret, () => {
    secret.grants = [...secret.grants.filter((grant) => grant.target !== target), {relationId: relation.id, target}];
  });
  return succeed();
}

/** secret-revoke: takes back what secret-grant gave. */
export function revokeSecret(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, {...RELATION_FLAGS, unit: {kind: 'value'}, app: {kind: 'value'}});
  const [uri] = line.positionals;
  if (uri === undefined) throw createUsageError('missing secret URI');
  const {relation, unit, app} = line.flags;
  if (relation === undefined && unit === undefined && app === undefined) {
    throw createUsageError('missing relation or application or unit');
  }
  if (unit !== undefined && app !== undefined) throw createUsageError('specify only one of application or unit');
  const id = relation === undefined ? null : getRelationArgument(context, line).id;
  const secret = getOwned(context, uri);
  addStep(context, secret, () => {
    secret.grants = secret.grants.filter(
      ({target, relationId}) =>
        !(target === unit || target === app || target.startsWith(`${app ?? ' '}/`) || relationId === id),
    );
  });
  return succeed();
}

/** secret-ids: the secrets the unit (and its application) owns. */
export function getSecretIds(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat());
  checkArguments(line, 0);
  const owned = Object.values(context.world.model.secrets).filter((secret) => isOwner(context, secret));
  return succeed(renderValue(line, owned.map(({id}) => id).sort()));
}
