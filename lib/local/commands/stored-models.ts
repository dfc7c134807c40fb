import {LocalError} from '../errors.ts';
import type {RunningModel} from '../local-model.ts';
import type {ModelState} from '../model/state.ts';
import type {ModelFile} from '../store/data-folder.ts';
import {INTERRUPTED, tellFailed, type ModelChange, type ModelKeeper, type ModelName} from './keeper.ts';
import {createProgress} from './progress.ts';
import type {Session} from './session.ts';

/** Models that rest in files between calls: a call opens one, changes it and settles it. */
export class StoredModels implements ModelKeeper {
  claim(): Promise<void> {
    return Promise.resolve();
  }

  /** One whose last change was interrupted is settled first, unless somebody works on it. */
  async read(session: Session, name: ModelName): Promise<ModelState> {
    const {state} = await session.data.readModel(name.controller, name.model);
    if (state.isSettled || (await session.data.readHolder()) !== null) return state;
    return this.change(session, name, {apply: (running) => running.state});
  }

  async open(session: Session, name: ModelName): Promise<RunningModel> {
    return open(session, await session.data.readModel(name.controller, name.model));
  }

  /** The whole data folder is held until the model has settled; the model is kept on the way. */
  change<T>(session: Session, name: ModelName, {apply, isLook = false}: ModelChange<T>): Promise<T> {
    return session.withLock(async () => {
      const running = await this.open(session, name);
      const before = JSON.stringify(running.state.writes);
      const result = await apply(running);
      const isSame = running.state.isSettled && before === JSON.stringify(running.state.writes);
      if (isLook && isSame) return result;
      running.state.isSettled = false;
      await save(session, running);
      await settle(session, running);
      return result;
    });
  }

  add(session: Session, state: ModelState): Promise<void> {
    return session.data.writeModel({state, cloud: null});
  }

  remove(session: Session, {controller, model}: ModelName): Promise<void> {
    return session.withLock(() => session.data.removeModel(controller, model));
  }
}

/** Sets a model in motion. What only that needs is loaded here: to look at a model is quicker. */
async function open(session: Session, {state, cloud}: ModelFile): Promise<RunningModel> {
  const {openStored} = await import('./open.ts');
  return openStored({
    state,
    saved: cloud,
    charmFolders: session.charmFolders,
    unpacked: session.data.charms,
    from: session.input.cwd,
    now: session.input.now,
    notify: (line) => {
      session.tell(line);
    },
  });
}

function save({data}: Session, model: RunningModel): Promise<void> {
  return data.writeModel({state: model.state, cloud: model.world.cloud.save()});
}

/** Settles a model, says how far it is when that takes a while, and keeps it from time to time. */
async function settle(session: Session, model: RunningModel): Promise<void> {
  const {input} = session;
  const progress = createProgress(input);
  const {settled, failed} = await model.settle({
    progress: progress.report,
    checkpoint: createCheckpoint(() => save(session, model), input.now),
    isStopped: () => input.signal.aborted,
  });
  const units = Object.keys(model.state.units).length;
  progress.end(settled ? {settledUnits: units - failed.length, units} : null);
  model.state.isSettled = settled;
  await save(session, model);
  if (!settled) throw new LocalError('interrupted: the next call goes on from here', {exitCode: INTERRUPTED});
  tellFailed(session, failed);
}

/** A model is kept when at least that long has passed, and ten times what keeping it took the last time. */
const CHECKPOINT_MS = 2_000;

function createCheckpoint(save: () => Promise<void>, now: () => number): () => Promise<void> {
  let next = now() + CHECKPOINT_MS;
  return async () => {
    const start = now();
    if (start < next) return;
    await save();
    next = now() + Math.max(CHECKPOINT_MS, 10 * (now() - start));
  };
}
