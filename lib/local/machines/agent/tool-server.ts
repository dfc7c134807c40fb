import {chmod, rm} from 'node:fs/promises';
import {createServer, type Server, type Socket} from 'node:net';

import type {CommandResult} from '#charm';

import {FrameSplitter} from '../../byte-frames.ts';
import {openSocketPath, type SocketPath} from '../../store/socket-path.ts';
import type {HookTools, ToolInput} from '../../tools/tool-input.ts';
import {decodeTexts, encodeTexts} from './texts.ts';

/** More than any hook tool takes or gives; whoever announces more is cut off. */
const BYTES_AT_MOST = 64 * 1024 * 1024;

/** A call as its client sends it. */
interface Call {
  readonly context: string;
  readonly folder: string;
  readonly tool: string;
  readonly args: readonly string[];
}

interface Listening {
  readonly server: Server;
  readonly place: SocketPath;
}

/**
 * Answers the hook tools of one unit, on a socket that is there only while something of the unit runs. Like Juju's it takes one
 * call at a time: a tool's work is one synchronous step, but for what it reads, and while one waits for its standard input another
 * may be what fills it (`config-get x | state-set --file -`). It refuses calls of contexts that are over.
 */
export class ToolServer {
  readonly #path: string;
  readonly #contexts = new Map<string, HookTools>();
  readonly #connections = new Set<Socket>();
  #listening: Promise<Listening> | null = null;

  /** `path`: the socket as this process sees it. Its folder is there already. */
  constructor(path: string) {
    this.#path = path;
  }

  /** From now on tools are answered in that context. */
  async open(context: string, tools: HookTools): Promise<void> {
    this.#contexts.set(context, tools);
    this.#listening ??= this.#listen();
    await this.#listening;
  }

  /** The context is over. With the last one the socket goes; who still waits for an answer gets none. */
  async close(context: string): Promise<void> {
    this.#contexts.delete(context);
    if (this.#contexts.size > 0 || this.#listening === null) return;
    const listening = this.#listening;
    this.#listening = null;
    const {server, place} = await listening;
    for (const connection of this.#connections) connection.destroy();
    // Node.js takes the socket's file away with the server.
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    await place.close();
  }

  async #listen(): Promise<Listening> {
    // What a controller that was killed left there.
    await rm(this.#path, {force: true});
    const place = await openSocketPath(this.#path);
    const server = createServer((connection) => {
      this.#serve(connection);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(place.path, resolve);
    });
    await chmod(this.#path, 0o600);
    return {server, place};
  }

  #serve(connection: Socket): void {
    this.#connections.add(connection);
    const caller = new Caller(connection);
    connection.once('close', () => this.#connections.delete(connection));
    void this.#answer(caller).catch(() => {
      // It went away, or sent what no hook tool sends.
      connection.destroy();
    });
  }

  async #answer(caller: Caller): Promise<void> {
    const call = readCall(await caller.read());
    const {exitCode, stdout, stderr} = await this.#run(call, caller);
    caller.end(['done', String(exitCode), stdout, stderr]);
  }

  async #run(call: Call, caller: Caller): Promise<CommandResult> {
    const refusal = this.#check(call);
    const tools = this.#contexts.get(call.context);
    if (refusal !== null || tools === undefined) return {exitCode: 1, stdout: '', stderr: `ERROR ${refusal ?? ''}\n`};
    return tools(call.tool, call.args, createInput(caller));
  }

  /** Why a call is refused, in Juju's words, or null. */
  #check({context, folder, tool}: Call): string | null {
    const [expected = ''] = this.#contexts.keys();
    if (!this.#contexts.has(context)) {
      return `bad request: expected context id ${JSON.stringify(expected)}, got ${JSON.stringify(context)}`;
    }
    if (tool === '') return 'bad request: command not specified';
    return folder.startsWith('/') ? null : 'bad request: Dir is not absolute';
  }
}

function readCall(texts: readonly string[]): Call {
  const [context = '', folder = '', tool = '', ...args] = texts;
  return {context, folder, tool, args};
}

/** Files and standard input are read by the client, where its folder and its descriptors are. */
function createInput(caller: Caller): ToolInput {
  return {
    readStdin: async () => (await caller.ask(['stdin'])) ?? '',
    readFile: (path) => caller.ask(['file', path]),
  };
}

/** One hook tool that waits for its answer. */
class Caller {
  readonly #connection: Socket;
  readonly #splitter = new FrameSplitter(BYTES_AT_MOST);
  readonly #frames: string[][] = [];
  #wake: () => void = () => undefined;
  #isOver = false;

  constructor(connection: Socket) {
    this.#connection = connection;
    connection.on('data', (piece: Buffer) => {
      this.#take(piece);
    });
    for (const end of ['end', 'close', 'error'] as const) {
      connection.on(end, () => {
        this.#isOver = true;
        this.#wake();
      });
    }
  }

  #take(piece: Buffer): void {
    try {
      for (const body of this.#splitter.push(piece)) this.#frames.push(decodeTexts(body).map(String));
    } catch {
      this.#connection.destroy();
    }
    this.#wake();
  }

  /** The next frame; an error when none will come. */
  async read(): Promise<string[]> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.#isOver) throw new Error('the hook tool is gone');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** What the client read for the agent; null when there was nothing to read. */
  async ask(question: readonly string[]): Promise<string | null> {
    this.#connection.write(encodeTexts(question));
    const [kind, content = ''] = await this.read();
    return kind === 'content' ? content : null;
  }

  end(answer: readonly string[]): void {
    this.#connection.end(encodeTexts(answer));
  }
}
