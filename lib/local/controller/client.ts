import {setTimeout as sleep} from 'node:timers/promises';

import type {CommandInput} from '../commands/input.ts';
import {LocalError} from '../errors.ts';
import {isCode} from '../store/process-identity.ts';
import type {ControllerFolder} from './folder.ts';
import {connect, createLink, type Link} from './link.ts';
import {isServerMessage, type ClientMessage, type ServerMessage} from './messages.ts';
import {PROTOCOL, readVersion} from './version.ts';

/** The command's end of a connection to a controller's process. */
export type ClientLink = Link<ClientMessage, ServerMessage>;

/** A process that is busy answers later; one that is stopped never does. */
const HELLO_MS = 20_000;

/** Connects to a controller's process; null when there is none. One of another version is a LocalError. */
export async function connectController(
  name: string,
  folder: ControllerFolder,
  patience = HELLO_MS,
): Promise<ClientLink | null> {
  const socket = await connect(folder.socket).catch((error: unknown) => {
    throw isCode(error, 'EACCES') ? new LocalError(describeRefusal(name, folder)) : error;
  });
  if (socket === null) return null;
  const link: ClientLink = createLink(socket, isServerMessage);
  try {
    const hello = await readHello(link, patience);
    if (hello === null) return null;
    if (hello === 'silence') throw new LocalError(await describeSilence(name, folder));
    await checkVersion(name, hello);
    return link;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

type Hello = ServerMessage & {readonly kind: 'hello'};

/** The first message; null when the process ended instead. */
async function readHello(link: ClientLink, patience: number): Promise<Hello | 'silence' | null> {
  const stop = new AbortController();
  const first = new Promise<Hello | null>((resolve) => {
    link.onMessage((message) => {
      resolve(message.kind === 'hello' ? message : null);
    });
    void link.ended.then(() => {
      resolve(null);
    });
  });
  const silence = sleep(patience, 'silence' as const, {signal: stop.signal}).catch(() => null);
  try {
    return await Promise.race([first, silence]);
  } finally {
    stop.abort();
  }
}

function describeRefusal(name: string, {socket}: ControllerFolder): string {
  return `the process of controller "${name}" belongs to another user, root as a rule, who alone may call it at ${socket}: use sudo`;
}

async function describeSilence(name: string, folder: ControllerFolder): Promise<string> {
  const pid = await folder.readServer();
  const end = pid === null ? 'try again' : `end it with "kill -9 ${String(pid)}" and try again`;
  return `the process of controller "${name}" does not answer: ${end}`;
}

async function checkVersion(name: string, {protocol, version, pid}: Hello): Promise<void> {
  const own = await readVersion();
  if (protocol === PROTOCOL && version === own) return;
  throw new LocalError(
    `controller "${name}" is served by juju-local ${version}, and this is ${own}: end that one with ` +
      `"kill ${String(pid)}" (its machines go on), and the next call starts a new one`,
  );
}

/** Has a call run by a controller's process, with the user's input and output, and gives its exit status. */
export async function forwardCall(
  name: string,
  link: ClientLink,
  {input, folder}: {readonly input: CommandInput; readonly folder: ControllerFolder},
): Promise<number> {
  const abort = (): void => {
    link.send({kind: 'abort'});
  };
  const status = new Promise<number>((resolve) => {
    link.onMessage((message) => {
      if (message.kind === 'end') resolve(message.status);
      else serve(link, input, message);
    });
  });
  link.send({kind: 'call', call: createCall(input)});
  if (input.signal.aborted) abort();
  input.signal.addEventListener('abort', abort, {once: true});
  const lost = link.ended.then(async (reason) => {
    throw new LocalError(
      (await folder.isKilled()) ? `controller "${name}" was killed meanwhile` : describeLoss(name, reason),
    );
  });
  try {
    return await Promise.race([status, lost]);
  } finally {
    input.signal.removeEventListener('abort', abort);
    lost.catch(() => undefined);
    link.close();
  }
}

function describeLoss(name: string, reason: string | null): string {
  const why = reason === null ? '' : ` (${reason})`;
  return `the process of controller "${name}" ended meanwhile${why}: the next call starts it again`;
}

function createCall(input: CommandInput): (ClientMessage & {readonly kind: 'call'})['call'] {
  const {argv, cwd, environment, charmFolders, isTerminal} = input;
  const variables = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[0].startsWith('JUJU_') && entry[1] !== undefined,
  );
  return {argv, cwd, environment: Object.fromEntries(variables), charmFolders, isTerminal};
}

/** Does for the process what only the user's side can do. */
function serve(link: ClientLink, input: CommandInput, message: ServerMessage): void {
  switch (message.kind) {
    case 'write':
      input.write(message.text);
      break;
    case 'warn':
      input.warn(message.text);
      break;
    case 'ask':
      void input.readLine().then((text) => {
        link.send({kind: 'line', text});
      });
      break;
    case 'attach':
      void attach(input, message.command).then((status) => {
        link.send({kind: 'detached', status});
      });
      break;
    default:
  }
}

const NOT_STARTED = 127;

function attach({runAttached}: CommandInput, command: readonly string[]): Promise<number> {
  return runAttached === undefined ? Promise.resolve(NOT_STARTED) : runAttached(command);
}
