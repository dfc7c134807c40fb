import {shuffle} from '../random.ts';
import type {SettleOptions, SettleResult} from '../api.ts';
import type {HookInfo, UnitState} from '../model/state.ts';
import {compareText} from '../model/names.ts';
import {getNextOperation} from './resolver.ts';
import {runHook, runTask} from './run.ts';
import type {World} from './world.ts';

/** Rounds of update-status after which a model that still moves is left as it is. */
const ROUND_LIMIT = 10;

/** Runs hooks until no unit has one to run, and then lets time pass until that changes nothing more. */
export async function settle(world: World, options: SettleOptions = {}): Promise<SettleResult> {
  const run: Run = {world, options, hooks: 0};
  let isDone = await drain(run);
  for (let round = 0; isDone && options.updateStatus !== false && round < ROUND_LIMIT; round += 1) {
    const before = countWrites(world);
    isDone = (await runUpdateStatus(run)) && (await drain(run));
    if (countWrites(world) === before) break;
  }
  await options.checkpoint?.();
  const failed = Object.values(world.model.units).filter((unit) => unit.failed !== null);
  return {hooks: run.hooks, failed: failed.map(({name}) => name).sort(compareText), settled: isDone};
}

interface Run {
  readonly world: World;
  readonly options: SettleOptions;
  hooks: number;
}

/** False when it was asked to stop before everything was done. */
async function drain(run: Run): Promise<boolean> {
  const {world, options} = run;
  for (;;) {
    if (options.isStopped?.() === true) return false;
    const name = world.runnable.pick(world.model.order);
    if (name === null) return true;
    const unit = world.model.units[name];
    if (unit === undefined || !(await runNext(run, unit))) {
      world.runnable.delete(name);
      await letMachinesGo(world);
    }
  }
}

/** False when the unit has nothing to do. */
async function runNext(run: Run, unit: UnitState): Promise<boolean> {
  const operation = getNextOperation(run.world, unit);
  if (operation === null) return false;
  if (operation.kind === 'hook') await runHook(run.world, unit, operation.hook);
  else await runTaskOf(run.world, unit, operation.id);
  await report(run, unit, operation.kind === 'hook' ? operation.hook.name : 'action');
  return true;
}

/** Runs a queued task; one that the model no longer has is forgotten. */
export async function runTaskOf(world: World, unit: UnitState, id: string): Promise<void> {
  const task = world.model.tasks[id];
  if (task === undefined) unit.tasks = unit.tasks.filter((candidate) => candidate !== id);
  else await runTask(world, unit, task);
}

/** The cloud lets go of machines that left the model. */
export async function letMachinesGo(world: World): Promise<void> {
  for (let machine = world.leaving.shift(); machine !== undefined; machine = world.leaving.shift()) {
    await world.cloud.destroyMachine(machine);
  }
}

async function report(run: Run, unit: UnitState, hook: string): Promise<void> {
  const {world, options} = run;
  run.hooks += 1;
  await letMachinesGo(world);
  if (options.progress !== undefined) {
    const units = Object.keys(world.model.units).length;
    options.progress({settledUnits: units - world.runnable.size, units, hooks: run.hooks, unit: unit.name, hook});
  }
  if (run.hooks % CHECK_EVERY === 0) await options.checkpoint?.();
}

/** Hooks between two questions whether to write the model down. */
const CHECK_EVERY = 20;

/** The hook that comes by itself when nothing else does. */
export const UPDATE_STATUS: HookInfo = {kind: 'update-status', name: 'update-status'};

/** One update-status on every started unit, in an order of its own. */
async function runUpdateStatus(run: Run): Promise<boolean> {
  const {world} = run;
  for (const name of shuffleUnits(world)) {
    if (run.options.isStopped?.() === true) return false;
    const unit = world.model.units[name];
    if (unit?.started !== true || unit.life !== 'alive' || unit.failed !== null) continue;
    await runHook(world, unit, UPDATE_STATUS);
    await report(run, unit, UPDATE_STATUS.name);
  }
  return true;
}

function shuffleUnits(world: World): string[] {
  const names = Object.keys(world.model.units).sort(compareText);
  return names.length > 1 ? shuffle(world.model.order, names) : names;
}

/** All that was really changed so far, whatever it was. */
export function countWrites({model}: World): number {
  const {relationData, state, files, services, packages, status, cluster} = model.writes;
  return relationData + state + files + services + packages + status + cluster;
}
