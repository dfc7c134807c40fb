import {LocalError} from '../errors.ts';
import type {RemovalOptions} from '../uniter/units.ts';
import type {Session} from './session.ts';
import {createUsageError} from './verb.ts';

/** What verbs that remove something are told about asking. */
export interface PromptOptions {
  /** False with --no-prompt. */
  readonly prompt?: boolean;
}

/** How verbs that remove units are told to wait for their hooks. */
export interface ForceOptions {
  readonly force?: boolean;
  /** False with --no-wait. */
  readonly wait?: boolean;
}

/** What --force and --no-wait mean; the second without the first is refused in Juju's words. */
export function parseForce({force = false, wait}: ForceOptions): RemovalOptions {
  if (!force && wait === false) throw createUsageError('--no-wait without --force not valid');
  return {force, noWait: wait === false};
}

/** What Go reads as true. */
const TRUE: readonly string[] = ['1', 't', 'T', 'TRUE', 'true', 'True'];

/** Whether the user is to be asked: not with --no-prompt, nor with JUJU_SKIP_CONFIRMATION in the environment. */
export function isAsking({input}: Session, {prompt}: PromptOptions): boolean {
  return prompt !== false && !TRUE.includes(input.environment['JUJU_SKIP_CONFIRMATION'] ?? '');
}

/** Goes on only after `y` or `yes`; anything else, and the end of input, is a LocalError: `unit removal: aborted`. */
export async function confirmYes({input}: Session, what: string): Promise<void> {
  input.warn('\nContinue [y/N]? ');
  const answer = (await readAnswer(input)).toLowerCase();
  if (answer !== 'y' && answer !== 'yes') throw new LocalError(`${what}: aborted`);
}

/** Goes on only after the very name of what is to go. */
export async function confirmName(
  {input}: Session,
  {name, kind, what}: {name: string; kind: 'model' | 'controller'; what: string},
): Promise<void> {
  input.warn(`\nTo continue, enter the name of the ${kind} to be unregistered: `);
  if ((await readAnswer(input)) !== name) throw new LocalError(`${what}: aborted`);
}

/** Where no terminal ends the line of the question, we do: an error is to stand on a line of its own. */
async function readAnswer({readLine, isTerminal, warn}: Session['input']): Promise<string> {
  const answer = await readLine();
  if (answer === null || !isTerminal) warn('\n');
  return (answer ?? '').trim();
}

/** `1 unit`, `3 units`. */
export function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** What of a model goes with it, a line each, as Juju lists it. */
export function describeLoss(machines: readonly string[], applications: readonly string[]): string[] {
  return [...describeItems('machine', 'destroyed', machines), ...describeItems('application', 'removed', applications)];
}

/** ` - 2 machines will be destroyed` and their names; nothing when there is none. */
export function describeItems(noun: string, verb: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const list = names.map((name) => `"${name}"`).join(' ');
  return [` - ${count(names.length, noun)} will be ${verb}`, `  - ${noun} list: ${list}`];
}
