import {addLog} from '../model/log.ts';
import {createStatus} from '../model/model.ts';
import {getUnitTag} from '#juju';
import type {HookInfo, LogLevel, TaskState, UnitState} from '../model/state.ts';
import type {CharmResult, CharmRun} from '../cloud.ts';
import {createHookTools} from '../tools/index.ts';
import {commitHook, commitWrites} from './commit.ts';
import {createEnvironment} from './environment.ts';
import {createHookContext, type HookContext} from './hook-context.ts';
import {PrintedText} from './printed-text.ts';
import {getLocalEndpoint, type World} from './world.ts';

/** Runs a hook, and gives whether it succeeded and its writes were taken. A failed one waits for `resolved`. */
export async function runHook(world: World, unit: UnitState, hook: HookInfo): Promise<boolean> {
  takeCharm(world, unit, hook);
  const context = createHookContext(world, unit, {hook});
  setStatusBefore(context, hook);
  setAgent(context, 'executing', `running ${describeHook(hook)} hook`, hook.kind);
  const result = await withPlace(context, hook, () =>
    runCharm(context, (stream, line) => {
      logPrinted(context, hook.name, stream, line);
    }),
  );
  for (const line of result.errors) logHook(context, hook.name, 'WARNING', line);
  const reason = describeEnd(result) ?? commitWrites(context);
  logEnd(context, hook, result, reason);
  if (reason !== null && !unit.forced) {
    failHook(context, hook);
    return false;
  }
  finishHook(context, hook);
  return true;
}

/** Makes a hook's place ready for it and clears it away behind it; where that cannot be done the hook has failed. */
async function withPlace(
  {world, unit}: HookContext,
  hook: HookInfo,
  run: () => Promise<CharmResult>,
): Promise<CharmResult> {
  try {
    await prepare(world, unit, hook);
    const result = await run();
    if (result.exitCode === 0 || unit.forced) await clearAway(world, unit, hook);
    return result;
  } catch (error) {
    return {exitCode: 1, errors: [], reason: error instanceof Error ? error.message : String(error)};
  }
}

/** A storage is there before the unit's charm is told of it. */
async function prepare({cloud, model}: World, unit: UnitState, {kind, storageId = ''}: HookInfo): Promise<void> {
  const storage = model.storage[storageId];
  if (kind === 'storage-attached' && storage !== undefined) await cloud.attachStorage?.(unit, storage);
}

/** A storage goes when the charm has let it go; behind the last hook, what the unit had on its machine. */
async function clearAway({cloud, model}: World, unit: UnitState, {kind, storageId = ''}: HookInfo): Promise<void> {
  const storage = model.storage[storageId];
  if (kind === 'storage-detaching' && storage !== undefined) await cloud.detachStorage?.(unit, storage);
  if (kind === 'remove') await cloud.removeAgent?.(unit);
}

/** As Juju logs what hooks print. */
const LEVELS = {stdout: 'DEBUG', stderr: 'WARNING'} as const;

/** Why a unit whose agent was ended runs nothing. */
const REMOVED = 'the unit is removed by force';

/** As Juju says what it ran. */
const WAYS = {
  dispatch: 'hook dispatching script: dispatch',
  script: 'explicit, bespoke hook script',
  nothing: 'nothing',
} as const;

function logEnd(context: HookContext, {name}: HookInfo, result: CharmResult, reason: string | null): void {
  const via = result.via ?? 'dispatch';
  if (reason === null) logHook(context, '', 'INFO', describeSuccess(name, via));
  else if (reason === REMOVED) logHook(context, '', 'INFO', `skipped "${name}" hook (${REMOVED})`);
  else logHook(context, '', 'ERROR', `hook "${name}" (via ${WAYS[via]}) failed: ${reason}`);
}

function describeSuccess(name: string, via: keyof typeof WAYS): string {
  return via === 'nothing' ? `skipped "${name}" hook (missing)` : `ran "${name}" hook (via ${WAYS[via]})`;
}

/** A unit gets its application's charm when it is installed and when it is upgraded, just before the hook for that. */
function takeCharm({model}: World, unit: UnitState, {kind}: HookInfo): void {
  if (kind !== 'install' && kind !== 'upgrade-charm') return;
  unit.charm = model.applications[unit.application]?.charm ?? unit.charm;
}

function describeTaskEnd({name}: UnitState, result: CharmResult): string | null {
  return result.via === 'nothing' ? `action not implemented on unit ${JSON.stringify(name)}` : describeEnd(result);
}

/** Why a run counts as failed, or null when it went well. */
function describeEnd({exitCode, reason}: CharmResult): string | null {
  return exitCode === 0 ? null : (reason ?? `exit status ${String(exitCode)}`);
}

/** Marks a failed hook as done without running it again. */
export function skipHook(world: World, unit: UnitState, hook: HookInfo): void {
  finishHook(createHookContext(world, unit, {hook}), hook);
}

function finishHook(context: HookContext, hook: HookInfo): void {
  context.unit.failed = null;
  context.unit.error = null;
  setAgent(context, 'idle', '', hook.kind);
  commitHook(context, hook);
}

/** Runs a task: an action's end, well or not, never puts the unit in error. */
export async function runTask(world: World, unit: UnitState, task: TaskState): Promise<void> {
  const context = createHookContext(world, unit, {task});
  unit.tasks = unit.tasks.filter((id) => id !== task.id);
  task.status = 'running';
  task.started = world.now();
  const printed = {stdout: new PrintedText(), stderr: new PrintedText()};
  const result = await runCharm(context, (stream, line) => {
    printed[stream].add(line);
    logPrinted(context, task.action, stream, line);
  });
  const reason = commitWrites(context);
  const errors = [...result.errors, ...(reason === null ? [] : ['committing requested changes failed'])];
  task.results = {...context.action.results, 'return-code': reason === null ? result.exitCode : 1};
  const where = `its last lines are in debug-log --replay --include ${getUnitTag(unit.name)}`;
  const stdout = printed.stdout.read(where);
  const stderr = `${printed.stderr.read(where)}${errors.map((line) => `${line}\n`).join('')}`;
  if (stdout !== '') task.results['stdout'] = stdout;
  if (stderr !== '') task.results['stderr'] = stderr;
  const failure = context.action.failure ?? describeTaskEnd(unit, result);
  task.status = failure === null && reason === null ? 'completed' : 'failed';
  task.message = failure ?? '';
  task.completed = world.now();
}

async function runCharm(context: HookContext, log: CharmRun['log']): Promise<CharmResult> {
  const {world, unit, machine, charm} = context;
  if (unit.ended === true) return {exitCode: 1, errors: [], reason: REMOVED};
  let isOver = false;
  const tools = createHookTools(context, () => isOver);
  const environment = createEnvironment(context);
  try {
    return await world.cloud.runCharm({unit, machine, charm, environment, tools, log});
  } catch (error) {
    return {exitCode: 1, errors: [error instanceof Error ? error.message : String(error)]};
  } finally {
    isOver = true;
  }
}

/** What Juju itself says of a unit at the turns of its life. */
function setStatusBefore({world, unit}: HookContext, hook: HookInfo): void {
  const now = world.now();
  if (hook.kind === 'install' && !unit.statusSet) {
    unit.workload = createStatus('maintenance', 'installing charm software', now);
  }
  if (hook.kind === 'stop') unit.workload = createStatus('maintenance', 'stopping charm software', now);
  if (hook.kind === 'remove') unit.workload = createStatus('maintenance', 'cleaning up prior to charm deletion', now);
}

function setAgent({world, unit}: HookContext, status: string, message: string, kind: string): void {
  if (kind === 'update-status') return;
  unit.agent = createStatus(status, message, world.now());
}

function describeHook({name, remoteUnit}: HookInfo): string {
  return remoteUnit === undefined ? name : `${name} hook for ${remoteUnit}`.replace(' hook', '');
}

function failHook(context: HookContext, hook: HookInfo): void {
  const {world, unit, relation, application} = context;
  unit.failed = hook;
  unit.agent = createStatus('idle', '', world.now());
  const remote =
    relation === null || hook.remoteUnit === undefined
      ? ''
      : ` for ${hook.remoteUnit}:${getLocalEndpoint(relation, application.name).name}`;
  const data: Record<string, string> = {hook: hook.name};
  if (hook.relationId !== undefined) data['relation-id'] = String(hook.relationId);
  if (hook.remoteUnit !== undefined) data['remote-unit'] = hook.remoteUnit;
  unit.error = {...createStatus('error', `hook failed: "${hook.name}"${remote}`, world.now()), data};
}

/** Juju logs a longer line in pieces of this size (its HookLogger reads by a buffer of 4096 bytes). */
const LOGGED_AT_ONCE = 4_096;

function logPrinted(context: HookContext, hook: string, stream: keyof typeof LEVELS, line: string): void {
  let start = 0;
  do {
    logHook(context, hook, LEVELS[stream], line.slice(start, start + LOGGED_AT_ONCE));
    start += LOGGED_AT_ONCE;
  } while (start < line.length);
}

function logHook({world, unit}: HookContext, hook: string, level: LogLevel, message: string): void {
  const module = hook === '' ? 'juju.worker.uniter.operation' : `unit.${unit.name}.${hook}`;
  addLog(world.model, {time: world.now(), entity: getUnitTag(unit.name), level, module, message});
}
