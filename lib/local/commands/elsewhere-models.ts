import {connectController, forwardCall, type ClientLink} from '../controller/client.ts';
import {ControllerFolder} from '../controller/folder.ts';
import {removeModelRest} from '../controller/rest.ts';
import type {LiveCloud} from '../controller/ports.ts';
import {startAndConnect, startController} from '../controller/start.ts';
import {LocalError} from '../errors.ts';
import {RunsElsewhere, type ModelKeeper, type ModelName} from './keeper.ts';
import type {Session} from './session.ts';

/** Models that a controller's process has. Only what that process left behind can be removed without it. */
export class ElsewhereModels implements ModelKeeper {
  readonly #name: string;
  readonly #folder: ControllerFolder;
  readonly #loadLive: () => Promise<LiveCloud>;

  constructor(name: string, dataFolder: string, loadLive: () => Promise<LiveCloud>) {
    this.#name = name;
    this.#folder = new ControllerFolder(dataFolder, name);
    this.#loadLive = loadLive;
  }

  /** While the process lives it removes its models itself. */
  async claim(): Promise<void> {
    const link = await connectController(this.#name, this.#folder);
    link?.close();
    if (link !== null) this.#refuse();
  }

  read(): never {
    return this.#refuse();
  }

  open(): never {
    return this.#refuse();
  }

  change(): never {
    return this.#refuse();
  }

  add(): never {
    return this.#refuse();
  }

  #refuse(): never {
    throw new RunsElsewhere(this.#name);
  }

  async remove(session: Session, {model}: ModelName): Promise<void> {
    const release = await this.#folder.lock(() => this.#refuse());
    try {
      await removeModelRest(await this.#loadLive(), {
        folder: this.#folder,
        data: session.data,
        controller: this.#name,
        model,
        tell: (line) => {
          session.tell(line);
        },
      });
    } finally {
      await release();
    }
  }
}

/** Runs a call in the process of its controller, which is started when it is not there. Gives the exit status. */
export async function forward(session: Session, name: string): Promise<number> {
  const {input, data} = session;
  const folder = new ControllerFolder(data.path, name);
  const link = (await connectController(name, folder)) ?? (await restart(session, name, folder));
  return forwardCall(name, link, {input, folder});
}

/** One that listens nowhere may be about to: it loads its program between the two. */
const START_MS = 20_000;

async function restart(session: Session, name: string, folder: ControllerFolder): Promise<ClientLink> {
  await checkNotServed(session, name, folder);
  session.tell(`The process of controller "${name}" is not there: starting it again`);
  const start = session.input.startController ?? startController;
  return startAndConnect(name, {dataFolder: session.data.path, folder, start});
}

/** Who holds the controller and does not answer is not replaced: it goes on with the models. */
async function checkNotServed({input}: Session, name: string, folder: ControllerFolder): Promise<void> {
  const pid = await folder.readServer();
  if (pid === null) return;
  if (await folder.isKilled())
    throw new LocalError(`controller "${name}" is being killed, by the process ${String(pid)}`);
  const since = (await folder.readServedSince()) ?? input.now();
  if (input.now() - since < START_MS) return;
  throw new LocalError(
    `the process of controller "${name}" lives, but its socket ${folder.socket} is gone: end it with ` +
      `"kill ${String(pid)}" (its machines go on), and the next call starts a new one`,
  );
}
