/** What a call of the command is, for the process that runs it. */
export interface ForwardedCall {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The user's variables that verbs look at. */
  readonly environment: Readonly<Record<string, string>>;
  readonly charmFolders: readonly string[];
  readonly isTerminal: boolean;
}

/** What the command says to a controller's process. */
export type ClientMessage =
  | {readonly kind: 'call'; readonly call: ForwardedCall}
  /** The user's answer to `ask`. */
  | {readonly kind: 'line'; readonly text: string | null}
  /** The user wants to stop. */
  | {readonly kind: 'abort'}
  /** How the program of `attach` ended. */
  | {readonly kind: 'detached'; readonly status: number}
  /** The controller's process is to end. */
  | {readonly kind: 'stop'};

/** What a controller's process says to the command. */
export type ServerMessage =
  | {readonly kind: 'hello'; readonly protocol: number; readonly version: string; readonly pid: number}
  | {readonly kind: 'write'; readonly text: string}
  | {readonly kind: 'warn'; readonly text: string}
  /** A line of the user is wanted. */
  | {readonly kind: 'ask'}
  /** A program is to be run on the user's own terminal. */
  | {readonly kind: 'attach'; readonly command: readonly string[]}
  | {readonly kind: 'end'; readonly status: number};

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number';
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const nothing: Readonly<Record<string, Check>> = {};

const CALL: Readonly<Record<string, Check>> = {
  argv: texts,
  cwd: text,
  environment: (value) => isRecord(value) && Object.values(value).every(text),
  charmFolders: texts,
  isTerminal: (value) => typeof value === 'boolean',
};

const CLIENT: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  call: {call: (value) => hasShape(value, CALL)},
  line: {text: (value) => value === null || text(value)},
  abort: nothing,
  detached: {status: number},
  stop: nothing,
};

const SERVER: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  hello: {protocol: number, version: text, pid: number},
  write: {text},
  warn: {text},
  ask: nothing,
  attach: {command: texts},
  end: {status: number},
};

/** Whether something that arrived is a message of the command. */
export function isClientMessage(value: unknown): value is ClientMessage {
  return isMessage(value, CLIENT);
}

/** Whether something that arrived is a message of a controller's process. */
export function isServerMessage(value: unknown): value is ServerMessage {
  return isMessage(value, SERVER);
}

function isMessage(value: unknown, shapes: Readonly<Record<string, Readonly<Record<string, Check>>>>): boolean {
  if (!isRecord(value) || typeof value['kind'] !== 'string') return false;
  const shape = Object.hasOwn(shapes, value['kind']) ? shapes[value['kind']] : undefined;
  return shape !== undefined && hasShape(value, shape);
}

function hasShape(value: unknown, shape: Readonly<Record<string, Check>>): boolean {
  return isRecord(value) && Object.entries(shape).every(([name, check]) => check(value[name]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
