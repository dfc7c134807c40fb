import {
  INTERRUPTED,
  tellFailed,
  tellMissing,
  type ModelChange,
  type ModelKeeper,
  type ModelName,
} from '../commands/keeper.ts';
import {createProgress} from '../commands/progress.ts';
import type {Session} from '../commands/session.ts';
import {LocalError} from '../errors.ts';
import {RunningModel} from '../local-model.ts';
import type {ModelState} from '../model/state.ts';
import type {DataFolder} from '../store/data-folder.ts';
import type {ControllerFolder} from './folder.ts';
import {HostedModel, listenToAbort} from './hosted-model.ts';
import type {LiveCloud} from './ports.ts';
import {readSetting, removeModelRest} from './rest.ts';

export interface HostedModelsOptions {
  readonly cloud: LiveCloud;
  readonly data: DataFolder;
  readonly controller: string;
  readonly folder: ControllerFolder;
  readonly now: () => number;
  /** For lines about what went wrong with no call to tell it to. */
  readonly warn: (line: string) => void;
}

/** The models of one controller, in motion in its process. */
export class HostedModels implements ModelKeeper {
  readonly #options: HostedModelsOptions;
  readonly #models = new Map<string, Promise<HostedModel>>();

  constructor(options: HostedModelsOptions) {
    this.#options = options;
  }

  /** Sets all models in motion, and goes on with removing what was being removed. */
  async openAll(): Promise<void> {
    const {data, controller, warn} = this.#options;
    for (const model of await data.listModels(controller)) {
      try {
        const hosted = await this.#get(model);
        if (hosted.state.life === 'dying') await this.#destroy(model, hosted, warn);
      } catch (error) {
        warn(`model ${model}: ${describe(error)}`);
      }
    }
  }

  /** Runs no more hooks; machines go on. */
  async closeAll(): Promise<void> {
    const models = [...this.#models.values()];
    this.#models.clear();
    for (const model of models) await (await model.catch(() => null))?.close();
  }

  claim(): Promise<void> {
    return Promise.resolve();
  }

  async read(_session: Session, {model}: ModelName): Promise<ModelState> {
    return (await this.#get(model)).state;
  }

  async open(session: Session, {model}: ModelName): Promise<RunningModel> {
    return createRunning(session, await this.#getAlive(model));
  }

  /**
   * The change itself is made while no other call makes one. What follows from it goes on whether anybody waits for it or not. A
   * look waits for nobody.
   */
  async change<T>(session: Session, {model}: ModelName, change: ModelChange<T>): Promise<T> {
    const hosted = await this.#getAlive(model);
    const running = createRunning(session, hosted);
    if (change.isLook === true) {
      const seen = await untilAborted(session, change.apply(running));
      await hosted.keep();
      return seen;
    }
    const result = await hosted.mutex.run(async () => {
      const made = await change.apply(running);
      hosted.state.isSettled = false;
      return made;
    });
    await wait(session, hosted, () => change.isDone?.(result) ?? false);
    return result;
  }

  async add(_session: Session, state: ModelState): Promise<void> {
    const {data, warn} = this.#options;
    await data.writeModel({state, cloud: null});
    try {
      await this.#get(state.name);
    } catch (error) {
      // What cannot be removed now goes with the controller.
      await this.#removeRest(state.name, warn).catch((reason: unknown) => {
        warn(`model ${state.name}: ${describe(reason)}`);
      });
      throw error;
    }
  }

  async remove(session: Session, {model}: ModelName): Promise<void> {
    const tell = (line: string): void => {
      session.tell(line);
    };
    const hosted = await this.#get(model).catch(() => null);
    // One that cannot be set in motion, for a damaged file say, is served by nobody.
    if (hosted === null) await this.#removeRest(model, tell);
    else await this.#destroy(model, hosted, tell);
  }

  #removeRest(model: string, tell: (line: string) => void): Promise<void> {
    const {data, cloud, folder, controller} = this.#options;
    return removeModelRest(cloud, {folder, data, controller, model, tell});
  }

  async #destroy(model: string, hosted: HostedModel, tell: (line: string) => void): Promise<void> {
    await hosted.mutex.run(() => hosted.destroy(tell));
    this.#models.delete(model);
  }

  async #getAlive(model: string): Promise<HostedModel> {
    const hosted = await this.#get(model);
    if (hosted.state.life === 'dying') throw new LocalError(`model "${model}" is being destroyed`);
    return hosted;
  }

  /** A model that could not be set in motion is tried again at the next call. */
  #get(model: string): Promise<HostedModel> {
    const known = this.#models.get(model);
    if (known !== undefined) return known;
    const opening = this.#open(model);
    this.#models.set(model, opening);
    opening.catch(() => this.#models.delete(model));
    return opening;
  }

  async #open(model: string): Promise<HostedModel> {
    const {cloud, data, controller, folder, now, warn} = this.#options;
    const setting = await readSetting(cloud, {folder, data, controller, model, tell: warn});
    return HostedModel.open({cloud, data, setting, now, warn});
  }
}

/** The model as one call drives it: with the charms, the folder and the user of that call. */
function createRunning(session: Session, {live}: HostedModel): RunningModel {
  return new RunningModel({
    world: live.world,
    ...live.createCharms(session.charmFolders),
    hold: (steps) => live.agents.hold(steps),
    from: session.input.cwd,
    notify: (line) => {
      session.tell(line);
    },
  });
}

/** Shows how far the model is until it has settled. The user may stop waiting; the work goes on. */
async function wait(session: Session, hosted: HostedModel, isDone: () => boolean): Promise<void> {
  const {input} = session;
  const progress = createProgress(input);
  const result = await hosted.wait({signal: input.signal, progress: progress.report, tell: progress.tell, isDone});
  if (result === 'interrupted') {
    progress.end(null);
    throw createInterrupted();
  }
  if (result === 'done') {
    progress.end(null);
    return;
  }
  const units = Object.keys(hosted.state.units).length;
  progress.end({settledUnits: units - result.failed.length, units});
  await hosted.setSettled();
  tellFailed(session, result.failed);
  tellMissing(session, hosted.state);
}

function createInterrupted(): LocalError {
  return new LocalError('interrupted: the work goes on; see juju-local status', {exitCode: INTERRUPTED});
}

/** A look may have to wait for a hook on its machine, and its user may not want to. */
async function untilAborted<T>({input}: Session, work: Promise<T> | T): Promise<T> {
  const stops: (() => void)[] = [];
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      reject(createInterrupted());
    };
    stops.push(listenToAbort(input.signal, onAbort));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    for (const stop of stops) stop();
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
