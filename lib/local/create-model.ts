import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import type {ModelOptions} from './api.ts';
import {createMemoryFiles} from './charms/files.ts';
import {CharmLibrary} from './charms/library.ts';
import {createLoader, type LoadProgram} from './charms/program.ts';
import {RunningModel} from './local-model.ts';
import {MemoryCloud, type Trace} from './memory/cloud.ts';
import {createModelState} from './model/model.ts';
import type {ModelState} from './model/state.ts';
import {createWorld} from './world.ts';

/** The secret of models that nobody gave one: two such models get the same keys, so that a run can be repeated. */
export const DEFAULT_SECRET = 'juju-local';
export const DEFAULT_SEED = 1;

/** A new model on the memory cloud, kept nowhere but in this process. */
export function createModel(options: ModelOptions): Promise<RunningModel> {
  const now = options.clock ?? Date.now;
  const state = createModelState({
    name: options.name ?? 'default',
    controller: 'memory',
    seed: options.seed ?? DEFAULT_SEED,
    secret: options.secret ?? DEFAULT_SECRET,
    now: now(),
  });
  const {folder} = options;
  const files = createMemoryFiles(
    folder === undefined ? createTemporaryFolder() : () => Promise.resolve(join(folder, 'charms')),
  );
  const model = openModel({
    state,
    saved: null,
    library: new CharmLibrary({folders: options.charmLibrary, files}),
    load: createProgramLoader(options.programs ?? {}),
    from: process.cwd(),
    now,
    notify: options.notify ?? ignore,
    trace: options.trace,
  });
  return Promise.resolve(model);
}

/** One folder, made when it is first asked for: most models have no archives. */
function createTemporaryFolder(): () => Promise<string> {
  let made: Promise<string> | null = null;
  return () => (made ??= mkdtemp(join(tmpdir(), 'juju-local-')));
}

function ignore(): void {
  // A test that did not ask for lines gets none.
}

function createProgramLoader(programs: NonNullable<ModelOptions['programs']>): LoadProgram {
  const load = createLoader();
  return (module, name) => {
    const given = programs[name];
    return given === undefined ? load(module, name) : Promise.resolve(given);
  };
}

export interface OpenModel {
  readonly state: ModelState;
  /** What the cloud saved before, or null. */
  readonly saved: unknown;
  readonly library: CharmLibrary;
  readonly load: LoadProgram;
  readonly from: string;
  readonly now: () => number;
  readonly notify: (line: string) => void;
  readonly trace?: Trace | undefined;
}

/** Sets a model in motion that was made before. */
export function openModel({state, saved, library, load, from, now, notify, trace}: OpenModel): RunningModel {
  const cloud = new MemoryCloud({model: state, saved, load, now, trace});
  return new RunningModel({
    world: createWorld(state, cloud, now),
    library,
    load: ({program, charm}) => load(program, charm.metadata.name),
    from,
    notify,
  });
}
