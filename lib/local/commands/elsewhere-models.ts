import {connectController, forwardCall, type ClientLink} from '../controller/client.ts';
import {ControllerFolder} from '../controller/folder.ts';
import {removeModelRest} from '../controller/rest.ts';
import type {LiveCloud} from '../controller/ports.ts';
import {startAndConnect, startController} from '../controller/start.ts';
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
  return forwardCall(name, link, input);
}

function restart(session: Session, name: string, folder: ControllerFolder): Promise<ClientLink> {
  session.tell(`The process of controller "${name}" is not there: starting it again`);
  const start = session.input.startController ?? startController;
  return startAndConnect(name, {dataFolder: session.data.path, folder, start});
}
